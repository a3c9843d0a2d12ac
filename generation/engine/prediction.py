"""One step's noise for several images: their passes through the denoiser, and guidance."""

from collections.abc import Sequence
from functools import partial

import torch

from generation.engine.contract import RenderRequest
from generation.engine.denoisers import Told, alike, side_by_side
from generation.engine.frugality import Frugality
from generation.engine.lanes import Lane
from generation.engine.pipelines import Model
from generation.engine.samplers import model_input


class Predictor:
    """One render's predictions. What a pass is told beside its latents is put together once: as
    long as it is the same tensor, a recorded pass need not work on the words again."""

    def __init__(self, model: Model, request: RenderRequest, frugal: Frugality) -> None:
        self._model = model
        self._guidance = request.guidance if request.uses_guidance else None
        self._frugal = frugal
        # Kept with what it was made of, or another object could take its number.
        self._told: dict[tuple[int, ...], tuple[Sequence[Told], Told]] = {}

    def noise(self, lanes: Sequence[Lane], timestep: torch.Tensor) -> torch.Tensor:
        """All lanes at once, (images, channels, height, width) in single precision; with
        guidance, away from the negative and towards the words."""
        return self._frugal.denoising(partial(self._noise, lanes, timestep))

    def _noise(self, lanes: Sequence[Lane], timestep: torch.Tensor) -> torch.Tensor:
        inputs = [model_input(lane.scheduler, lane.latents, timestep) for lane in lanes]
        words = [lane.words for lane in lanes]
        if self._guidance is not None:
            inputs, words = inputs * 2, [lane.opposite for lane in lanes] + words
        rows = alike(words, self._frugal.rows)
        noise = torch.cat([self._pass(inputs[row], words[row], timestep) for row in rows])
        if self._guidance is None:
            return noise
        away, towards = noise.chunk(2)
        return self._model.family.manner.guided(away, towards, self._guidance)

    def _pass(
        self, inputs: list[torch.Tensor], words: list[Told], timestep: torch.Tensor
    ) -> torch.Tensor:
        sample = torch.cat(inputs).to(self._model.dtype)
        return self._model.noise(sample, timestep, self._together(words)).float()

    def _together(self, words: Sequence[Told]) -> Told:
        key = tuple(map(id, words))
        if key not in self._told:
            self._told[key] = words, side_by_side(words)
        return self._told[key][1]
