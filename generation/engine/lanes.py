"""One image on its way from noise to latents. Nothing in a lane depends on its neighbours."""

import math
from dataclasses import dataclass
from typing import Any

import torch

from generation.engine.contract import ImageOrder, RenderRequest
from generation.engine.denoisers import Told
from generation.engine.latent_scale import latent_channels
from generation.engine.pipelines import Model
from generation.engine.samplers import clean_estimate, first_latents, takes_generator
from generation.engine.studio import Studio


@dataclass
class Lane:
    """One image on its way: its own words, latents, scheduler and chance."""

    order: ImageOrder
    words: Told
    opposite: Told
    latents: torch.Tensor
    scheduler: Any
    chance: torch.Generator
    estimate: torch.Tensor | None = None

    @property
    def key(self) -> str:
        return self.order.key

    def advance(self, noise: torch.Tensor, timestep: torch.Tensor) -> None:
        extra = {"generator": self.chance} if takes_generator(self.scheduler) else {}
        output = self.scheduler.step(noise, timestep, self.latents, **extra)
        self.latents = output.prev_sample
        self.estimate = clean_estimate(self.scheduler, output, noise)


def prepare_lanes(studio: Studio, request: RenderRequest) -> list[Lane]:
    """Encode the prompts and draw the noise, each image by itself."""
    model = studio.model
    state = studio.switch.applied_to(*model.family.text_encoders)
    if state:
        # What words come to is remembered by the digests of these LoRAs.
        studio.shelf.prove(request.active_loras)
    size = _told_size(model, request)
    lanes = []
    for order in request.images:
        words = studio.prompts.words(order.prompt, state) | size
        opposite = words
        if request.uses_guidance:
            opposite = studio.prompts.opposite(order.negative, state) | size
        scheduler = model.family.manner.scheduler(model.pipe, request, model.device)
        chance = torch.Generator().manual_seed(order.seed)
        latents = first_latents(scheduler, first_noise(model, request, order, chance))
        lanes.append(Lane(order, words, opposite, latents, scheduler, chance))
    return lanes


def first_noise(
    model: Model, request: RenderRequest, order: ImageOrder, chance: torch.Generator
) -> torch.Tensor:
    """The noise of the image's own seed, or for a variation one on the way there."""
    own = draw_noise(model, request, chance)
    if not order.turns:
        return own
    drawn = [
        draw_noise(model, request, torch.Generator().manual_seed(seed)) for seed, _ in order.turns
    ]
    noise = drawn[0]
    for (_, share), towards in zip(order.turns, [*drawn[1:], own], strict=True):
        noise = turned(noise, towards, share)
    return noise


def turned(noise: torch.Tensor, towards: torch.Tensor, share: float) -> torch.Tensor:
    """Noise of unit variance, `share` of a right angle from the first to the second.

    Draws of so many numbers are at right angles but for chance, so this is the way over the
    sphere without measuring their angle: a sum over all numbers would depend on the threads.
    """
    angle = share * math.pi / 2
    return noise * math.cos(angle) + towards * math.sin(angle)


def draw_noise(model: Model, request: RenderRequest, chance: torch.Generator) -> torch.Tensor:
    """On the CPU and in single precision: a seed means the same on every device."""
    scale = model.pixels_per_latent
    channels = latent_channels(model.pipe.vae)
    shape = (1, channels, request.height // scale, request.width // scale)
    return torch.randn(shape, generator=chance).to(model.device)


def _told_size(model: Model, request: RenderRequest) -> Told:
    manner = model.family.manner
    told = manner.size(model.pipe, request.height, request.width)
    told = told | manner.guidance(model.pipe, request.guidance)
    return {name: part.to(model.device) for name, part in told.items()}
