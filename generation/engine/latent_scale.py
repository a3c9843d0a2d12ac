"""Between the denoiser's latents and the decoder's: the VAE's own scale and mean."""

from typing import Any

import torch


def for_decoder(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """Latents as the denoiser leaves them -> as the decoder reads them; the same shape."""
    scale = float(vae.config.scaling_factor)
    return latents * _deviation(vae, latents) / scale + _mean(vae, latents)


def for_denoiser(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """The way back: latents as the encoder gives them -> as the denoiser reads them."""
    scale = float(vae.config.scaling_factor)
    return (latents - _mean(vae, latents)) * scale / _deviation(vae, latents)


def _mean(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    return latents.new_tensor(vae.config.get("latents_mean") or [0.0]).view(1, -1, 1, 1)


def _deviation(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    return latents.new_tensor(vae.config.get("latents_std") or [1.0]).view(1, -1, 1, 1)
