"""One step's noise for several images: their passes through the denoiser, and guidance."""

from collections.abc import Sequence

import torch

from generation.engine.denoisers import Told, alike, side_by_side
from generation.engine.frugality import Frugality
from generation.engine.lanes import Lane
from generation.engine.pipelines import Model
from generation.engine.samplers import model_input


def predict_noise(
    model: Model,
    lanes: Sequence[Lane],
    timestep: torch.Tensor,
    guidance: float | None,
    frugal: Frugality,
) -> torch.Tensor:
    """All lanes at once; with guidance, away from the negative and towards the words."""
    inputs = [model_input(lane.scheduler, lane.latents, timestep) for lane in lanes]
    words = [lane.words for lane in lanes]
    if guidance is not None:
        inputs, words = inputs * 2, [lane.opposite for lane in lanes] + words
    rows = alike(words, frugal.rows)
    noise = torch.cat([_pass(model, inputs[row], words[row], timestep) for row in rows])
    if guidance is None:
        return noise
    away, towards = noise.chunk(2)
    return model.family.manner.guided(away, towards, guidance)


def _pass(
    model: Model, inputs: list[torch.Tensor], words: list[Told], timestep: torch.Tensor
) -> torch.Tensor:
    sample, told = torch.cat(inputs).to(model.dtype), side_by_side(words)
    return model.noise(sample, timestep, told).float()
