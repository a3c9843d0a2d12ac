"""A Stable Diffusion of 0.4 M parameters with random weights, and LoRAs that fit it."""

import hashlib
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDPMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.utils import convert_state_dict_to_kohya
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from generation.engine.contract import LoraUse

UNET_LINEARS = ["to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2"]
UNET_CONVS = ["conv1", "conv2", "conv_in", "proj_in", "proj_out", "conv_shortcut", "time_emb_proj"]
TEXT_LINEARS = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]


def build(folder: Path, context_width: int = 32, seed: int = 0) -> Path:
    """Save the pipeline as a diffusers folder: 64 px images from 16 x 16 latents of 6 channels."""
    torch.manual_seed(seed)
    pipeline = StableDiffusionPipeline(
        vae=_vae(),
        text_encoder=CLIPTextModel(encoder_config(context_width, num_hidden_layers=2)),
        tokenizer=tokenizer(),
        unet=_unet(context_width),
        scheduler=_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)
    return folder


def save_lora(model: Path, path: Path, seed: int = 1, **options) -> LoraUse:
    """Save a random PEFT LoRA in diffusers' own layout and return its use at weight 1."""
    unet, text = lora_tensors(model, seed, **options)
    named = {f"unet.{key}": value for key, value in unet.items()}
    named |= {f"text_encoder.{key}": value for key, value in text.items()}
    return save(named, path)


def save_kohya(model: Path, path: Path, seed: int = 1, alpha: float = 2.0, **options) -> LoraUse:
    unet, text = lora_tensors(model, seed, **options)
    named = {}
    for key, value in {**_prefixed("lora_unet_", unet), **_prefixed("lora_te_", text)}.items():
        named[key] = value
        if key.endswith("lora_down.weight"):
            named[key.replace("lora_down.weight", "alpha")] = torch.tensor(alpha)
    return save(named, path)


def save(tensors: dict[str, torch.Tensor], path: Path, metadata=None) -> LoraUse:
    from safetensors.torch import save_file

    contiguous = {key: value.contiguous() for key, value in tensors.items()}
    save_file(contiguous, path, metadata=metadata)
    return use(path)


def use(path: Path, weight: float = 1.0) -> LoraUse:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return LoraUse(path.stem, str(path), digest, weight)


def lora_tensors(model: Path, seed: int, rank: int = 4, convs: bool = True, text: bool = True):
    """PEFT state dicts (denoiser, text encoder) with both factors random."""
    pipe = StableDiffusionPipeline.from_pretrained(model)
    targets = UNET_LINEARS + (UNET_CONVS if convs else [])
    chance = torch.Generator().manual_seed(seed)
    unet = _random_adapter(pipe.unet, targets, rank, chance)
    if not text:
        return unet, {}
    return unet, _random_adapter(pipe.text_encoder, TEXT_LINEARS, rank, chance)


def _random_adapter(module, targets, rank, chance):
    module.add_adapter(LoraConfig(r=rank, lora_alpha=rank, target_modules=targets), "default")
    state = get_peft_model_state_dict(module, adapter_name="default")
    return {key: torch.randn(value.shape, generator=chance) * 0.08 for key, value in state.items()}


def _prefixed(prefix: str, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    if not state:
        return {}
    clip = "text_model." if prefix == "lora_te_" else ""
    kohya = convert_state_dict_to_kohya({f"{clip}{key}": value for key, value in state.items()})
    return {
        prefix + key.removeprefix("lora_te_"): value
        for key, value in kohya.items()
        if not key.endswith(".alpha")
    }


def _vae() -> AutoencoderKL:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 16, 16),
        layers_per_block=1,
        latent_channels=6,
        norm_num_groups=4,
        sample_size=64,
        scaling_factor=0.7,
    )


def _unet(context_width: int) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=6,
        out_channels=6,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        block_out_channels=(16, 32),
        layers_per_block=1,
        cross_attention_dim=context_width,
        attention_head_dim=2,
        norm_num_groups=4,
    )


def encoder_config(width: int, **options) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(_vocabulary()),
        hidden_size=width,
        intermediate_size=2 * width,
        num_attention_heads=4,
        max_position_embeddings=24,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        **options,
    )


def _vocabulary() -> dict[str, int]:
    words = ["<|startoftext|>", "<|endoftext|>", "<unk>"]
    words += [chr(code) for code in range(97, 123)] + [f"{chr(c)}</w>" for c in range(97, 123)]
    return {word: index for index, word in enumerate(words)}


def tokenizer() -> CLIPTokenizer:
    return CLIPTokenizer(
        vocab=_vocabulary(),
        merges=[],
        unk_token="<unk>",
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
        model_max_length=24,
    )


def _scheduler() -> DDPMScheduler:
    return DDPMScheduler(
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        clip_sample=False,
        steps_offset=1,
        timestep_spacing="trailing",
    )
