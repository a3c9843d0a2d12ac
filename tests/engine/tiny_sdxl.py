"""An SDXL of 0.5 M parameters with random weights, and LoRAs that fit it."""

import re
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from diffusers.utils import convert_state_dict_to_kohya
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from tests.engine import tiny_model

FIRST_WIDTH, SECOND_WIDTH, PROJECTED = 32, 64, 48
SIZE_WIDTH = 8
UNET_CONVS = [*tiny_model.UNET_CONVS, "linear_1", "linear_2"]
SECOND_LINEARS = [*tiny_model.TEXT_LINEARS, "text_projection"]


def build(folder: Path, seed: int = 0, force_zeros: bool = True, **vae) -> Path:
    """Save the pipeline as a diffusers folder: 64 px images from 16 x 16 latents of 4 channels."""
    torch.manual_seed(seed)
    second = tiny_model.tokenizer()
    second.pad_token = "<unk>"
    pipeline = StableDiffusionXLPipeline(
        vae=_vae(**vae),
        text_encoder=CLIPTextModel(_encoder_config(FIRST_WIDTH)),
        text_encoder_2=CLIPTextModelWithProjection(_encoder_config(SECOND_WIDTH)),
        tokenizer=tiny_model.tokenizer(),
        tokenizer_2=second,
        unet=_attentive(_unet()),
        scheduler=EulerDiscreteScheduler(
            beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, steps_offset=1
        ),
        force_zeros_for_empty_prompt=force_zeros,
    )
    pipeline.save_pretrained(folder)
    return folder


def lora_tensors(model: Path, seed: int, rank: int = 4, convs: bool = True):
    """PEFT state dicts by component, both factors random."""
    pipe = StableDiffusionXLPipeline.from_pretrained(model)
    targets = {
        "unet": tiny_model.UNET_LINEARS + (UNET_CONVS if convs else []),
        "text_encoder": tiny_model.TEXT_LINEARS,
        "text_encoder_2": SECOND_LINEARS,
    }
    chance = torch.Generator().manual_seed(seed)
    return {
        name: _random_adapter(getattr(pipe, name), layers, rank, chance)
        for name, layers in targets.items()
    }


def save_lora(model: Path, path: Path, seed: int = 1, **options):
    """Save a random PEFT LoRA in diffusers' own layout and return its use at weight 1."""
    parts = lora_tensors(model, seed, **options)
    named = {
        f"{part}.{key}": value for part, state in parts.items() for key, value in state.items()
    }
    return tiny_model.save(named, path)


def save_kohya(model: Path, path: Path, seed: int = 1, alpha: float = 2.0, **options):
    """The names that kohya's trainer writes; `blocks` "sgm" has the original model's numbering."""
    blocks = options.pop("blocks", "diffusers")
    parts = lora_tensors(model, seed, **options)
    # The trainer has no other name for the layers that are told sizes.
    parts["unet"] = {
        key if "add_embedding" not in key else sgm(key): tensor
        for key, tensor in parts["unet"].items()
    }
    unet = {f"unet.{sgm(key) if blocks == 'sgm' else key}": t for key, t in parts["unet"].items()}
    first = {f"text_encoder.text_model.{key}": t for key, t in parts["text_encoder"].items()}
    second = {f"text_encoder_2.{key}": t for key, t in parts["text_encoder_2"].items()}
    named = convert_state_dict_to_kohya({**unet, **first, **second})
    alphas = {key: torch.tensor(alpha) for key in named if key.endswith(".alpha")}
    return tiny_model.save({**named, **alphas}, path)


SGM_NAMES = {
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_out": "out.2",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.resnets.1": "middle_block.2",
    ".conv1": ".in_layers.2",
    ".conv2": ".out_layers.3",
    ".time_emb_proj": ".emb_layers.1",
    ".conv_shortcut": ".skip_connection",
}


def sgm(key: str, layers_per_block: int = 1) -> str:
    """A UNet layer's name in the original model, whose blocks are numbered through."""
    for ours, theirs in SGM_NAMES.items():
        key = key.replace(ours, theirs)
    last = f".{layers_per_block}"
    key = re.sub(r"(down_blocks\.\d)\.downsamplers\.0\.conv", rf"\1.resnets{last}.op", key)
    stride = layers_per_block + 1
    for side, name, start in (("down", "input", 1), ("up", "output", 0)):
        for index, kind in enumerate(("resnets", "attentions", "upsamplers")):
            pattern = rf"{side}_blocks\.(\d)\.{kind}\.(\d)"
            layer = layers_per_block if kind == "upsamplers" else 0
            key = re.sub(pattern, _numbered(f"{name}_blocks", start + layer, stride, index), key)
    return key


def _numbered(name: str, start: int, stride: int, index: int):
    return lambda match: f"{name}.{start + stride * int(match[1]) + int(match[2])}.{index}"


def _random_adapter(module, targets, rank, chance):
    module.add_adapter(LoraConfig(r=rank, lora_alpha=rank, target_modules=targets), "default")
    state = get_peft_model_state_dict(module, adapter_name="default")
    return {key: torch.randn(value.shape, generator=chance) * 0.24 for key, value in state.items()}


def _vae(**options) -> AutoencoderKL:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 16, 16),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
        scaling_factor=0.13025,
        **options,
    )


def _unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(16, 32),
        layers_per_block=1,
        transformer_layers_per_block=(1, 2),
        use_linear_projection=True,
        cross_attention_dim=FIRST_WIDTH + SECOND_WIDTH,
        attention_head_dim=(2, 4),
        norm_num_groups=4,
        addition_embed_type="text_time",
        addition_time_embed_dim=SIZE_WIDTH,
        projection_class_embeddings_input_dim=PROJECTED + 6 * SIZE_WIDTH,
    )


@torch.no_grad()
def _attentive(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    # As initialised it hardly hears words and sizes: without them its picture changes by 50 dB.
    for name, weight in unet.named_parameters():
        if name.endswith("weight") and ("attn2.to_v" in name or "add_embedding" in name):
            weight.mul_(4)
        elif name.endswith("weight") and ("attn2" in name or "time_emb_proj" in name):
            weight.mul_(2)
    return unet


def _encoder_config(width: int) -> CLIPTextConfig:
    return tiny_model.encoder_config(
        width, num_hidden_layers=3, hidden_act="gelu", projection_dim=PROJECTED
    )
