"""The denoiser's loss and sampler, shared by the base model and the LoRAs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from starter.architecture import (
    FULL,
    LATENT_SIDE,
    MAX_TOKENS,
    TIMESTEPS,
    build_sampler,
    build_training_scheduler,
)
from starter.training.ranks import Rank
from starter.training.store import CAPTIONS

SNR_LIMIT = 12.0
EMPTY_CAPTIONS = 0.1


class DenoisingLoss(nn.Module):
    """Clean latents (n, 16, 32, 32), ids (n, 48), timesteps (n), noise: the mean weighted loss.

    The target is the velocity. Weights are min(snr + 1, 12) / (snr + 1): even weight where noise
    rules (also at snr 0, where the whole composition is decided), less on the last details.
    """

    def __init__(self, unet: UNet2DConditionModel, text: CLIPTextModel, rank: Rank) -> None:
        super().__init__()
        self.unet, self.text, self.device_type = unet, text, rank.device.type
        kept = build_training_scheduler().alphas_cumprod.to(rank.device)
        weights = (kept / (1 - kept).clamp(min=1e-6) + 1).clamp(max=SNR_LIMIT) * (1 - kept)
        self.kept: Tensor
        self.weights: Tensor
        self.register_buffer("kept", kept)
        self.register_buffer("weights", weights / weights.mean())

    def forward(self, latents: Tensor, ids: Tensor, timesteps: Tensor, noise: Tensor) -> Tensor:
        clean, share = latents.float(), self.kept[timesteps].view(-1, 1, 1, 1)
        noised = share.sqrt() * clean + (1 - share).sqrt() * noise
        velocity = share.sqrt() * noise - (1 - share).sqrt() * clean
        with torch.autocast(self.device_type, torch.bfloat16, enabled=self.device_type == "cuda"):
            told = self.text(ids)[0]
            guess = self.unet(noised, timesteps, told).sample
        errors = (guess.float() - velocity).square().mean((1, 2, 3))
        loss: Tensor = (errors * self.weights[timesteps]).mean()
        return loss


@dataclass
class Lesson:
    """Latents (n, 16, 32, 32) and token ids (n, 4, 48) on the device.

    `rows` (n,) lists what may be learnt from; its first `ready` places (a number on the device)
    are filled. All of them stay in place, so that a recorded step sees what is added later.
    """

    latents: Tensor
    tokens: Tensor
    rows: Tensor
    ready: Tensor
    empty: Tensor

    def batch(self, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One random batch, in the order that DenoisingLoss takes it."""
        device = self.latents.device
        chosen = self.rows[(torch.rand(count, device=device) * self.ready).long()]
        which = torch.randint(0, self.tokens.shape[1], (count,), device=device)
        ids = self.tokens[chosen, which].long()
        blank = torch.rand(count, device=device) < EMPTY_CAPTIONS
        ids = torch.where(blank[:, None], self.empty, ids)
        latents = self.latents[chosen]
        timesteps = torch.randint(0, TIMESTEPS, (count,), device=device)
        return latents, ids, timesteps, torch.randn(latents.shape, device=device)


def empty_lesson(places: int, empty: Tensor) -> Lesson:
    """Room for so many pictures; `empty` (48,) are the ids of no words, on the device."""
    shape = (places, FULL.latent_channels, LATENT_SIDE, LATENT_SIDE)
    return Lesson(
        latents=torch.zeros(shape, dtype=torch.bfloat16, device=empty.device),
        tokens=torch.zeros((places, CAPTIONS, MAX_TOKENS), dtype=torch.int16, device=empty.device),
        rows=torch.zeros(places, dtype=torch.long, device=empty.device),
        ready=torch.zeros((), dtype=torch.float64, device=empty.device),
        empty=empty,
    )


def rehearse(loss_of: nn.Module, count: int, device: torch.device) -> None:
    """One step on noise: compiles the loss, or reads it from the cache, before there is data."""
    noise = torch.randn(count, FULL.latent_channels, LATENT_SIDE, LATENT_SIDE, device=device)
    ids = torch.zeros((count, MAX_TOKENS), dtype=torch.long, device=device)
    timesteps = torch.randint(0, TIMESTEPS, (count,), device=device)
    loss_of(noise.bfloat16(), ids, timesteps, noise).backward()
    loss_of.zero_grad(set_to_none=True)


def token_ids(tokenizer: CLIPTokenizer, texts: list[str], device: torch.device) -> Tensor:
    """(n, 48) ids, cut and padded."""
    told = tokenizer(texts, padding="max_length", truncation=True, max_length=MAX_TOKENS)
    return torch.tensor(told["input_ids"], device=device)


@dataclass
class Painter:
    """Draws pictures with the parts as they are now, the way the shipped pipeline will."""

    unet: UNet2DConditionModel
    text: CLIPTextModel
    vae: AutoencoderKL
    tokenizer: CLIPTokenizer
    rank: Rank

    @torch.no_grad()
    def paint(self, prompts: list[str], seed: int, steps: int = 16, guidance: float = 4) -> Tensor:
        """Pictures (n, 3, 512, 512) in -1..1, one for each prompt."""
        device, count = self.rank.device, len(prompts)
        sampler = build_sampler()
        sampler.set_timesteps(steps, device=device)
        shape = (count, self.unet.config.in_channels, LATENT_SIDE, LATENT_SIDE)
        latents = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(device)
        with self.rank.amp():
            told = self.text(token_ids(self.tokenizer, [""] * count + prompts, device))[0]
        for timestep in sampler.timesteps:
            with self.rank.amp():
                guess = self.unet(torch.cat([latents, latents]), timestep, told).sample.float()
            plain, wanted = guess.chunk(2)
            velocity = plain + guidance * (wanted - plain)
            latents = sampler.step(velocity, timestep, latents).prev_sample
        with self.rank.amp():
            parts = [self.vae.decode(part).sample.float() for part in torch.split(latents, 8)]
        return torch.cat(parts)
