"""The starter model's architecture: Stable Diffusion's own, made small. Builds each part untrained.

A 512x512 picture becomes 16 latent channels of 32x32 (16x down). `FULL` is what ships; `TOY` runs
the whole training in seconds on a CPU and can draw nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diffusers import (
    AutoencoderKL,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

IMAGE_SIDE = 512
LATENT_SIDE = 32
MAX_TOKENS = 48
TIMESTEPS = 1000


@dataclass(frozen=True)
class Shape:
    """Widths and depths of the three networks."""

    vae_channels: tuple[int, ...]
    vae_groups: int
    latent_channels: int
    unet_channels: tuple[int, ...]
    unet_heads: tuple[int, ...]
    unet_layers: int
    unet_groups: int
    text_width: int
    text_layers: int
    text_heads: int


FULL = Shape(
    vae_channels=(32, 64, 96, 160, 160),
    vae_groups=16,
    latent_channels=16,
    unet_channels=(64, 128, 256),
    unet_heads=(2, 4, 8),
    unet_layers=2,
    unet_groups=32,
    text_width=256,
    text_layers=4,
    text_heads=8,
)
TOY = Shape(
    vae_channels=(4, 4, 4, 4, 4),
    vae_groups=4,
    latent_channels=16,
    unet_channels=(16, 16, 32),
    unet_heads=(2, 2, 4),
    unet_layers=1,
    unet_groups=8,
    text_width=32,
    text_layers=1,
    text_heads=4,
)


def build_vae(shape: Shape) -> AutoencoderKL:
    """Pictures (n, 3, 512, 512) in -1..1 to latents (n, 16, 32, 32) and back.

    The scaling factor stays 1: training folds each channel's mean and deviation into the two
    1x1 convolutions around the latents, so latents have deviation 1 by themselves.
    """
    blocks = len(shape.vae_channels)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        block_out_channels=shape.vae_channels,
        layers_per_block=1,
        latent_channels=shape.latent_channels,
        norm_num_groups=shape.vae_groups,
        sample_size=IMAGE_SIDE,
        scaling_factor=1.0,
        force_upcast=False,
        mid_block_add_attention=False,
    )


def build_text_encoder(shape: Shape, tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Token ids (n, 48) to features (n, 48, text_width)."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=shape.text_width,
            intermediate_size=4 * shape.text_width,
            projection_dim=shape.text_width,
            num_hidden_layers=shape.text_layers,
            num_attention_heads=shape.text_heads,
            max_position_embeddings=MAX_TOKENS,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def build_unet(shape: Shape) -> UNet2DConditionModel:
    """Noised latents, timestep and text features to the velocity, (n, 16, 32, 32)."""
    return UNet2DConditionModel(
        sample_size=LATENT_SIDE,
        in_channels=shape.latent_channels,
        out_channels=shape.latent_channels,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=shape.unet_channels,
        layers_per_block=shape.unet_layers,
        cross_attention_dim=shape.text_width,
        # Stable Diffusion 1's naming: diffusers reads this as the NUMBER of heads.
        attention_head_dim=shape.unet_heads,
        norm_num_groups=shape.unet_groups,
    )


def noise_settings() -> dict[str, Any]:
    """What the noise schedule is, the same for training and for every sampler."""
    return {
        "num_train_timesteps": TIMESTEPS,
        "beta_schedule": "scaled_linear",
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "prediction_type": "v_prediction",
        "timestep_spacing": "trailing",
        "rescale_betas_zero_snr": True,
        "steps_offset": 1,
    }


def build_training_scheduler() -> DDPMScheduler:
    """The forward noise process; training reads its `alphas_cumprod`."""
    return DDPMScheduler(**noise_settings())


def build_sampler() -> DPMSolverMultistepScheduler:
    """The sampler that ships: DPM-Solver++ 2M, trailing spacing."""
    return DPMSolverMultistepScheduler(
        **noise_settings(), algorithm_type="dpmsolver++", solver_order=2, lower_order_final=True
    )


def assemble(
    vae: AutoencoderKL,
    text_encoder: CLIPTextModel,
    tokenizer: CLIPTokenizer,
    unet: UNet2DConditionModel,
) -> StableDiffusionPipeline:
    """An ordinary text-to-image pipeline of the four parts."""
    return StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=build_sampler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
