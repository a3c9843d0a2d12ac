"""Render a request: switch the pack on, encode the words, draw noise, denoise, decode.

On one device an image is the same bytes alone or in a batch, today or after any other pack: noise
is drawn per image on the CPU generator, weights are always W0 plus the pack, and a pass through
the denoiser always has the same shape (one image on the CPU).
"""

import sys
import threading
from collections.abc import Sequence
from functools import partial

import torch

from generation.engine import batching, warming_up
from generation.engine.compiling import Compiling, Size, WarmUp, preferred_attention
from generation.engine.contract import EngineError, LoraUse, OnStep, RenderRequest, RenderResult
from generation.engine.decoding import decode, pictures
from generation.engine.device_clock import DeviceClock
from generation.engine.frugality import Frugality
from generation.engine.host_memory import keep_freed_memory
from generation.engine.lanes import Lane, prepare_lanes
from generation.engine.model_shelf import MemoryBudget, ModelShelf
from generation.engine.precision import AUTO
from generation.engine.prediction import Predictor
from generation.engine.refusals import NO_PICTURE, plain_errors, require_possible
from generation.engine.step_pace import StepPace
from generation.engine.studio import Studio

TURN_SECONDS = 0.0005


class Renderer:
    """Owns one device, with checkpoints and LoRAs kept by bytes; one render at a time."""

    def __init__(
        self,
        device: str = "cpu",
        threads: int = 0,
        precision: str = AUTO,
        memory: MemoryBudget | None = None,
        compiling: Compiling | None = None,
    ) -> None:
        self._device = torch.device(device)
        self._compiling = compiling or Compiling()
        self.models = ModelShelf(device, precision, memory or MemoryBudget(), self._compiling)
        self._threads = threads
        self._studio: Studio | None = None
        # A worker may warm up in one thread while its first task already renders in another.
        self._alone = threading.RLock()
        # The same request must give the same bits, so no algorithm is chosen by timing.
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True
        if self._device.type == "cpu":
            keep_freed_memory()
        else:
            # A thread that reads, hashes or delivers waits for another one's turn to end; by
            # itself a turn lasts 5 ms, and the device may wait with it.
            sys.setswitchinterval(TURN_SECONDS)

    @property
    def loaded(self) -> str | None:
        """The checkpoint used last, as it was asked for."""
        return self._studio.model.checkpoint if self._studio else None

    def prepare(self, checkpoint: str, family: str) -> Studio:
        """Load the checkpoint unless it is kept; raises CheckpointMissing."""
        with self._alone:
            self._studio = None
            self._studio = self.models.take(checkpoint, family)
            return self._studio

    def warm_up(
        self,
        checkpoint: str,
        family: str,
        sizes: Sequence[Size],
        guidances: Sequence[float] = (),
    ) -> WarmUp:
        """Load the checkpoint; on CUDA, make these sizes fast: minutes. Raises as `prepare`."""
        with self._alone, plain_errors(self._device), warming_up.without_collecting():
            model = self.prepare(checkpoint, family).model
            return warming_up.warm_up(model, family, sizes, self.render, guidances)

    def read_ahead(self, checkpoint: str, family: str, loras: Sequence[LoraUse]) -> None:
        """Parse the LoRAs of a later request into host memory; from another thread, any time."""
        studio = self.models.peek(checkpoint, family)
        if studio is not None:
            studio.shelf.read_ahead(loras)

    def render(self, request: RenderRequest, on_step: OnStep | None = None) -> RenderResult:
        """Render one batch; images whose keys `on_step` returns are dropped on the way.

        Raises EngineError, LoraRefused or CheckpointMissing, after which the next render is not
        affected; and DeviceLost, after which there is none.
        """
        attention = preferred_attention(self._compiling.attention)
        with self._alone, plain_errors(self._device), attention:
            if self._threads > 0:
                # Counted per thread by OpenMP, and the count decides the bits of large sums.
                torch.set_num_threads(self._threads)
            studio = self.prepare(request.checkpoint, request.family)
            require_possible(studio.model, request)
            frugal = Frugality(studio, request, self.models.release_idle)
            return _render(studio, request, on_step, frugal)


def _render(
    studio: Studio, request: RenderRequest, on_step: OnStep | None, frugal: Frugality
) -> RenderResult:
    clock, model, key = DeviceClock(studio.model.device), studio.model, request.pack_key
    loras = frugal.switching(partial(studio.loras_for, request))
    frugal.switching(partial(studio.switch.apply, loras, key))
    with studio.switch.loras_applied(loras, key), torch.inference_mode():
        clock.lap()
        pace = StepPace(request, studio, on_step, is_behind=model.device.type == "cuda")
        lanes = denoise(studio, prepare_lanes(studio, request), request, pace, frugal)
        clock.lap()
        launched = decode(model, lanes, frugal)
        clock.lap()
        # Told while the device decodes.
        lanes = _wanted(lanes, pace.finish()) if lanes else []
        images = pictures(model, lanes, launched)
    came_out = {image.key for image in images}
    failures = {key: NO_PICTURE for lane in lanes if (key := lane.key) not in came_out}
    if failures and not images:
        raise EngineError(NO_PICTURE)
    switching, denoising, decoding = clock.laps
    return RenderResult(tuple(images), switching, denoising, decoding, failures, frugal.given_up)


def denoise(
    studio: Studio,
    lanes: list[Lane],
    request: RenderRequest,
    pace: StepPace,
    frugal: Frugality,
) -> list[Lane]:
    """The loop. Returns the lanes that are still wanted, their latents finished."""
    model, timesteps = studio.model, lanes[0].scheduler.timesteps
    size = batching.images_per_pass(model.device, request.family)
    predictor = Predictor(model, request, frugal)
    for step, timestep in enumerate(timesteps, 1):
        for together in batching.passes(lanes, size):
            noise = predictor.noise(batching.filled(together, size), timestep)
            for index, lane in enumerate(together):
                lane.advance(noise[index : index + 1], timestep)
        lanes = _wanted(lanes, pace.launched(step, lanes))
        if not lanes:
            break
    return lanes


def _wanted(lanes: list[Lane], unwanted: frozenset[str]) -> list[Lane]:
    return [lane for lane in lanes if lane.key not in unwanted]
