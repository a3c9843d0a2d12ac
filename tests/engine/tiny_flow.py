"""FLUX.1, Qwen-Image and Z-Image with random weights, small enough for a test, and their LoRAs."""

from pathlib import Path

import diffusers
import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLQwenImage,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
    QwenImagePipeline,
    QwenImageTransformer2DModel,
    ZImagePipeline,
    ZImageTransformer2DModel,
)
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from transformers import (
    CLIPTextModel,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2Tokenizer,
    Qwen3Config,
    Qwen3Model,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
)
from transformers.convert_slow_tokenizer import bytes_to_unicode

from tests.engine import tiny_model

WIDTH, SUMMARY, HEADS, HEAD = 32, 24, 2, 16
AXES = (4, 6, 6)
END = "<|endoftext|>"
CHAT = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
JOINT = [*ATTENTION, "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out"]
TARGETS = {
    "flux": {
        "transformer": [*JOINT, "norm1.linear", "norm1_context.linear", "norm.linear", "proj_mlp",
                        "ff.net.0.proj", "ff.net.2", "ff_context.net.2", "proj_out", "x_embedder"],
        "text_encoder": tiny_model.TEXT_LINEARS,
    },
    "qwen-image": {
        "transformer": [*JOINT, "img_mod.1", "txt_mod.1", "img_mlp.net.0.proj", "img_mlp.net.2",
                        "txt_mlp.net.2"],
    },
    "z-image": {
        "transformer": [*ATTENTION, "feed_forward.w1", "feed_forward.w2", "feed_forward.w3",
                        "layers.1.adaLN_modulation.0"],
    },
}  # fmt: skip


def build(family: str, folder: Path, seed: int = 0, **options) -> Path:
    """Save this family's pipeline as a diffusers folder: 64 px from latents of 4 channels."""
    torch.manual_seed(seed)
    pipeline = {"flux": _flux, "qwen-image": _qwen_image, "z-image": _z_image}[family](**options)
    _enliven(pipeline.transformer)
    pipeline.save_pretrained(folder)
    return folder


def lora_tensors(family: str, model: Path, seed: int, rank: int = 4):
    """PEFT state dicts by component, both factors random."""
    pipe = diffusers.DiffusionPipeline.from_pretrained(model)
    chance = torch.Generator().manual_seed(seed)
    states = {}
    for part, targets in TARGETS[family].items():
        module = getattr(pipe, part)
        module.add_adapter(LoraConfig(r=rank, lora_alpha=rank, target_modules=targets), "default")
        state = get_peft_model_state_dict(module, adapter_name="default")
        states[part] = {
            key: torch.randn(value.shape, generator=chance) * 0.15 for key, value in state.items()
        }
    return states


def save_lora(family: str, model: Path, path: Path, seed: int = 1, **options):
    """Save a random PEFT LoRA in diffusers' own layout and return its use at weight 1."""
    parts = lora_tensors(family, model, seed, **options)
    named = {
        f"{part}.{key}": value for part, state in parts.items() for key, value in state.items()
    }
    return tiny_model.save(named, path)


@torch.no_grad()
def _enliven(transformer: torch.nn.Module) -> None:
    # As initialised, gates and last layers are so small that words would hardly be heard.
    for name, weight in transformer.named_parameters():
        if name.endswith("weight") and weight.ndim == 2:
            weight.normal_(std=1.4 / weight.shape[1] ** 0.5)
        elif name.endswith("pad_token"):
            weight.normal_()
        elif any(part in name for part in ("norm_q", "norm_k", "norm_added")):
            weight.mul_(3)


def _flux(guidance_embeds: bool = True, **options) -> FluxPipeline:
    tokens = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    tokens += [(chr(code), -3.0) for code in range(97, 123)]
    return FluxPipeline(
        scheduler=_scheduler(use_dynamic_shifting=guidance_embeds, **options),
        vae=_vae(),
        text_encoder=CLIPTextModel(tiny_model.encoder_config(SUMMARY, num_hidden_layers=2)),
        tokenizer=tiny_model.tokenizer(),
        text_encoder_2=T5EncoderModel(
            T5Config(vocab_size=40, d_model=WIDTH, d_kv=8, d_ff=WIDTH, num_layers=2, num_heads=2,
                     feed_forward_proj="gated-gelu")
        ),
        tokenizer_2=T5Tokenizer(vocab=tokens, extra_ids=0, model_max_length=512),
        transformer=FluxTransformer2DModel(
            in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=HEAD,
            num_attention_heads=HEADS, joint_attention_dim=WIDTH, pooled_projection_dim=SUMMARY,
            guidance_embeds=guidance_embeds, axes_dims_rope=AXES,
        ),
    )  # fmt: skip


def _qwen_image(**options) -> QwenImagePipeline:
    text = {
        "hidden_size": WIDTH, "intermediate_size": WIDTH, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": 300,
        "rope_scaling": {"mrope_section": [2, 3, 3], "rope_type": "default", "type": "default"},
    }  # fmt: skip
    vision = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2,
              "out_hidden_size": WIDTH}  # fmt: skip
    return QwenImagePipeline(
        scheduler=_scheduler(base_shift=0.5, max_shift=0.9, shift_terminal=0.02, **options),
        vae=AutoencoderKLQwenImage(
            base_dim=8, z_dim=4, dim_mult=[1, 2], num_res_blocks=1, temperal_downsample=[True],
            latents_mean=[0.4, -0.8, 1.2, 0.1], latents_std=[2.0, 3.0, 1.5, 2.5],
        ),
        text_encoder=Qwen2_5_VLForConditionalGeneration(
            Qwen2_5_VLConfig(text_config=text, vision_config=vision)
        ),
        tokenizer=_byte_tokenizer(),
        transformer=QwenImageTransformer2DModel(
            in_channels=16, out_channels=4, num_layers=2, attention_head_dim=HEAD,
            num_attention_heads=HEADS, joint_attention_dim=WIDTH, axes_dims_rope=AXES,
        ),
    )  # fmt: skip


def _z_image(**options) -> ZImagePipeline:
    return ZImagePipeline(
        scheduler=_scheduler(use_dynamic_shifting=False, shift=3.0, **options),
        vae=_vae(),
        text_encoder=Qwen3Model(
            Qwen3Config(hidden_size=WIDTH, intermediate_size=WIDTH, num_hidden_layers=3,
                        num_attention_heads=2, num_key_value_heads=1, head_dim=16, vocab_size=300)
        ),
        tokenizer=_byte_tokenizer(),
        transformer=ZImageTransformer2DModel(
            in_channels=4, dim=WIDTH, n_layers=2, n_refiner_layers=1, n_heads=HEADS,
            n_kv_heads=HEADS, cap_feat_dim=WIDTH, axes_dims=list(AXES), axes_lens=[600, 64, 64],
        ),
    )  # fmt: skip


def _scheduler(**options) -> FlowMatchEulerDiscreteScheduler:
    return FlowMatchEulerDiscreteScheduler(**{"use_dynamic_shifting": True, **options})


def _byte_tokenizer() -> Qwen2Tokenizer:
    letters = list(bytes_to_unicode().values())
    vocabulary = {letter: index for index, letter in enumerate([*letters, END])}
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=[], model_max_length=4096)
    tokenizer.chat_template = CHAT
    return tokenizer


def _vae() -> AutoencoderKL:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=(8, 16),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
        scaling_factor=0.3611,
        shift_factor=0.1159,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
