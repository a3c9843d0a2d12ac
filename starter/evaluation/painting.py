"""Paint many prompts with the shipped files, each in its own packs, in large batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from starter.architecture import LATENT_SIDE
from starter.evaluation.lora_rack import LoraRack
from starter.training.denoising import token_ids

SIDE = 192
RANK_LIMIT = 12
DECODED_AT_ONCE = 32


@dataclass(frozen=True)
class Order:
    """One picture: the final prompt, the seed of its noise, and LoRA weights by name."""

    prompt: str
    seed: int
    wearing: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Manner:
    """How to sample, and how many pictures at once."""

    steps: int = 12
    guidance: float = 4.0
    batch: int = 256


class Studio:
    """The shipped pipeline's parts and every LoRA, ready to paint.

    Computes in bfloat16 on CUDA and in float32 elsewhere; noise comes from a CPU generator for
    each picture, so a seed means the same everywhere.
    """

    def __init__(
        self, folder: Path, loras: Mapping[str, Path], device: torch.device, manner: Manner
    ) -> None:
        last = torch.channels_last
        torch.backends.cudnn.benchmark = device.type == "cuda"
        self.device, self.manner, self.painted = device, manner, 0
        self.tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
        text = CLIPTextModel.from_pretrained(folder / "text_encoder")
        self.text = text.float().eval().to(device)
        unet = UNet2DConditionModel.from_pretrained(folder / "unet").float().eval()
        vae = AutoencoderKL.from_pretrained(folder / "vae").float().eval()
        self.unet, self.vae = (
            unet.to(device, memory_format=last),
            vae.to(device, memory_format=last),
        )
        self.scheduler = DPMSolverMultistepScheduler.from_pretrained(folder / "scheduler")
        dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
        self.rack = LoraRack(self.unet, loras, device, dtype)

    def paint(self, orders: Sequence[Order]) -> Tensor:
        """Pictures (n, 192, 192, 3) uint8 in the order asked for, on the CPU."""
        pictures = [self._shrunk(self._paint(batch)) for batch in _batches(orders, self.manner)]
        self.painted += len(orders)
        return torch.cat(pictures)

    @torch.no_grad()
    def round_trip(self, pixels: Tensor) -> Tensor:
        """Pictures (n, 512, 512, 3) uint8 through the autoencoder and back, in float32."""
        made = []
        for part in torch.split(pixels, 8):
            pictures = part.to(self.device).permute(0, 3, 1, 2).float() / 127.5 - 1
            made.append(
                as_bytes(self.vae.decode(self.vae.encode(pictures).latent_dist.mean).sample)
            )
        return torch.cat(made).cpu()

    def amp(self) -> AbstractContextManager[None]:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda")

    @torch.no_grad()
    def _paint(self, orders: Sequence[Order]) -> Tensor:
        self.rack.wear([order.wearing for order in orders] * 2)
        latents = torch.stack([self._noise(order.seed) for order in orders]).to(self.device)
        self.scheduler.set_timesteps(self.manner.steps, device=self.device)
        with self.amp():
            told = self._told(["", *(order.prompt for order in orders)])
            told = torch.cat([told[:1].expand(len(orders), -1, -1), told[1:]])
        for timestep in self.scheduler.timesteps:
            with self.amp():
                guess = self.unet(torch.cat([latents, latents]), timestep, told).sample.float()
            plain, wanted = guess.chunk(2)
            velocity = plain + self.manner.guidance * (wanted - plain)
            latents = self.scheduler.step(velocity, timestep, latents).prev_sample
        return latents

    @torch.no_grad()
    def _shrunk(self, latents: Tensor) -> Tensor:
        small = []
        for part in torch.split(latents, DECODED_AT_ONCE):
            with self.amp():
                pictures = self.vae.decode(part).sample.float().clamp(-1, 1)
            sides = (SIDE, SIDE)
            small.append(F.interpolate(pictures, sides, mode="bilinear", antialias=True))
        return as_bytes(torch.cat(small)).cpu()

    def _noise(self, seed: int) -> Tensor:
        shape = (self.unet.config.in_channels, LATENT_SIDE, LATENT_SIDE)
        return torch.randn(shape, generator=torch.Generator().manual_seed(seed))

    def _told(self, prompts: list[str]) -> Tensor:
        told: Tensor = self.text(token_ids(self.tokenizer, prompts, self.device))[0]
        return told


def as_bytes(pictures: Tensor) -> Tensor:
    """(n, 3, h, w) in -1..1 to (n, h, w, 3) uint8."""
    scaled = ((pictures.float() + 1) * 127.5).round().clamp(0, 255)
    return scaled.permute(0, 2, 3, 1).to(torch.uint8)


def _batches(orders: Sequence[Order], manner: Manner) -> Iterator[list[Order]]:
    # Each LoRA in a batch costs every picture of it a little: a few at a time.
    batch: list[Order] = []
    names: set[str] = set()
    for order in orders:
        together = names | set(order.wearing)
        if batch and (len(batch) == manner.batch or len(together) > RANK_LIMIT):
            yield batch
            batch, together = [], set(order.wearing)
        batch, names = [*batch, order], together
    if batch:
        yield batch
