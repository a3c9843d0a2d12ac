"""Paint many prompts with the shipped files, each in its own packs, in large batches."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from starter.architecture import LATENT_SIDE, MAX_TOKENS
from starter.evaluation.lora_rack import LoraRack
from starter.training.denoising import token_ids

SIDE = 192
RANK_LIMIT = 12
DECODED_AT_ONCE = 32
ALIKE_FROM = 24
WARM_UP = 3


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

    Computes in float16 on CUDA, as the product does, and in float32 elsewhere; noise comes from a
    CPU generator for each picture, so a seed means the same everywhere.
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
        self.vae = vae.to(device, memory_format=last)
        self.scheduler = DPMSolverMultistepScheduler.from_pretrained(folder / "scheduler")
        self.dtype = torch.float16 if device.type == "cuda" else torch.float32
        self.unet = unet.to(device, memory_format=last)
        self.rack = LoraRack(self.unet, loras, device, self.dtype)
        self.unet.to(self.dtype)
        self.quick_vae = copy.deepcopy(self.vae).to(self.dtype)
        self._passes: dict[int, Pass] = {}

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

    @torch.no_grad()
    def _paint(self, orders: Sequence[Order]) -> Tensor:
        self.rack.wear([order.wearing for order in orders] * 2)
        latents = torch.stack([self._noise(order.seed) for order in orders]).to(self.device)
        self.scheduler.set_timesteps(self.manner.steps, device=self.device)
        told = self._told(["", *(order.prompt for order in orders)]).to(self.dtype)
        told = torch.cat([told[:1].expand(len(orders), -1, -1), told[1:]])
        predict = self._pass(2 * len(orders))
        for timestep in self.scheduler.timesteps:
            twice = torch.cat([latents, latents]).to(self.dtype)
            plain, wanted = predict(twice, timestep, told).float().chunk(2)
            velocity = plain + self.manner.guidance * (wanted - plain)
            latents = self.scheduler.step(velocity, timestep, latents).prev_sample
        return latents

    def _pass(self, rows: int) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
        """The denoiser for a batch of `rows`: recorded where nothing but weights will change."""
        if self.device.type != "cuda" or not self.rack.is_merged:
            return self._ask
        if rows not in self._passes:
            self._passes[rows] = Pass(self._ask, self._examples(rows))
        return self._passes[rows]

    def _ask(self, sample: Tensor, timestep: Tensor, told: Tensor) -> Tensor:
        velocity: Tensor = self.unet(sample, timestep, told, return_dict=False)[0]
        return velocity

    def _examples(self, rows: int) -> tuple[Tensor, Tensor, Tensor]:
        side, width = LATENT_SIDE, self.unet.config.cross_attention_dim
        sample = torch.zeros(rows, self.unet.config.in_channels, side, side)
        sample = sample.to(self.device, self.dtype)
        told = torch.zeros(rows, MAX_TOKENS, width).to(sample)
        return sample, self.scheduler.timesteps[0].clone(), told

    @torch.no_grad()
    def _shrunk(self, latents: Tensor) -> Tensor:
        small = []
        for part in torch.split(latents.to(self.dtype), DECODED_AT_ONCE):
            pictures = self.quick_vae.decode(part).sample.float().clamp(-1, 1)
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


class Pass:
    """One call of the denoiser recorded as a CUDA graph: reads `examples`, gives what it gave."""

    def __init__(self, ask: Callable[..., Tensor], examples: tuple[Tensor, Tensor, Tensor]) -> None:
        self._inputs = examples
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                ask(*examples)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._output = ask(*examples)

    def __call__(self, *inputs: Tensor) -> Tensor:
        for held, given in zip(self._inputs, inputs, strict=True):
            held.copy_(given)
        self._graph.replay()
        return self._output


def _batches(orders: Sequence[Order], manner: Manner) -> Iterator[list[Order]]:
    """Many pictures that wear the same come by themselves, the others mixed."""
    mixed: list[Order] = []
    for _, run in groupby(orders, key=lambda order: order.wearing):
        alike = list(run)
        if len(alike) < ALIKE_FROM:
            mixed += alike
            continue
        yield from _mixed(mixed, manner)
        mixed = []
        for start in range(0, len(alike), manner.batch):
            yield alike[start : start + manner.batch]
    yield from _mixed(mixed, manner)


def _mixed(orders: Sequence[Order], manner: Manner) -> Iterator[list[Order]]:
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
