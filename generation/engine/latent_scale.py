"""Between the denoiser's latents and the decoder's: the VAE's own scale, mean and dimensions.

Qwen-Image's VAE is one for films, too: a picture is a film of one frame to it, and here alone.
"""

from typing import Any

import torch


def latent_channels(vae: Any) -> int:
    """How many channels a latent has."""
    return int(vae.config.z_dim if _is_for_films(vae) else vae.config.latent_channels)


def for_decoder(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """Latents as the denoiser leaves them -> as the decoder reads them; the same shape."""
    return latents * _deviation(vae, latents) / _scale(vae) + _mean(vae, latents)


def for_denoiser(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """The way back: latents as the encoder gives them -> as the denoiser reads them."""
    return (latents - _mean(vae, latents)) * _scale(vae) / _deviation(vae, latents)


def picture_of(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """(images, channels, height, width) in the decoder's scale -> (images, 3, height, width)."""
    frames = latents[:, :, None] if _is_for_films(vae) else latents
    pictures: torch.Tensor = vae.decode(frames).sample
    return pictures[:, :, 0] if _is_for_films(vae) else pictures


def encoded(vae: Any, pictures: torch.Tensor) -> torch.Tensor:
    """The way back, to the likeliest latents, in the decoder's scale."""
    frames = pictures[:, :, None] if _is_for_films(vae) else pictures
    latents: torch.Tensor = vae.encode(frames).latent_dist.mode()
    return latents[:, :, 0] if _is_for_films(vae) else latents


def _is_for_films(vae: Any) -> bool:
    return hasattr(vae, "z_dim")


def _scale(vae: Any) -> float:
    return float(vae.config.get("scaling_factor") or 1.0)


def _mean(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    mean = vae.config.get("latents_mean") or [vae.config.get("shift_factor") or 0.0]
    return latents.new_tensor(mean).view(1, -1, 1, 1)


def _deviation(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    return latents.new_tensor(vae.config.get("latents_std") or [1.0]).view(1, -1, 1, 1)
