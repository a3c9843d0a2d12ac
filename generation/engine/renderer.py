"""Render a request: switch the pack on, encode the words, draw noise, denoise, decode.

On one device an image is the same bytes alone or in a batch, today or after any other pack: noise
is drawn per image on the CPU generator, weights are always W0 plus the pack, and a pass through
the denoiser always has the same shape (one image on the CPU).
"""

import gc
import threading
from collections.abc import Sequence

import torch

from generation.engine import batching, pipelines
from generation.engine.contract import (
    EngineError,
    OnStep,
    RenderedImage,
    RenderRequest,
    RenderResult,
    StepProgress,
)
from generation.engine.denoisers import side_by_side
from generation.engine.device_clock import DeviceClock
from generation.engine.host_memory import keep_freed_memory
from generation.engine.lanes import Lane, prepare_lanes
from generation.engine.latent_scale import for_decoder
from generation.engine.lora_shelf import DEFAULT_BUDGET_BYTES
from generation.engine.pipelines import Model
from generation.engine.precision import AUTO, name_of
from generation.engine.refusals import NO_PICTURE, plain_errors, require_possible
from generation.engine.studio import Studio, open_studio


class Renderer:
    """Owns one device and at most one loaded checkpoint; one render at a time."""

    def __init__(
        self,
        device: str = "cpu",
        threads: int = 0,
        lora_budget_bytes: int = DEFAULT_BUDGET_BYTES,
        precision: str = AUTO,
    ) -> None:
        self.device = device
        self._precision = precision
        self._threads = threads
        self._lora_budget_bytes = lora_budget_bytes
        self._studio: Studio | None = None
        # A worker may warm up in one thread while its first task already renders in another.
        self._alone = threading.RLock()
        # The same request must give the same bits, so no algorithm is chosen by timing.
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True
        if torch.device(device).type == "cpu":
            keep_freed_memory()

    @property
    def loaded(self) -> str | None:
        """The checkpoint in memory, as it was asked for."""
        return self._studio.model.checkpoint if self._studio else None

    def prepare(self, checkpoint: str, family: str) -> Studio:
        """Load the checkpoint unless it is loaded; raises CheckpointMissing."""
        with self._alone:
            if self._studio is None or self._studio.model.checkpoint != checkpoint:
                self._forget()
                model = pipelines.load(checkpoint, family, self.device, self._precision)
                self._studio = open_studio(model, self._lora_budget_bytes)
            return self._studio

    def render(self, request: RenderRequest, on_step: OnStep | None = None) -> RenderResult:
        """Render one batch; images whose keys `on_step` returns are dropped on the way.

        Raises EngineError, LoraRefused or CheckpointMissing; the next render is never affected.
        """
        with self._alone, plain_errors():
            if self._threads > 0:
                # Counted per thread by OpenMP, and the count decides the bits of large sums.
                torch.set_num_threads(self._threads)
            studio = self.prepare(request.checkpoint, request.family)
            require_possible(studio.model, request)
            return _render(studio, request, on_step)

    def _forget(self) -> None:
        self._studio = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _render(studio: Studio, request: RenderRequest, on_step: OnStep | None) -> RenderResult:
    clock = DeviceClock(studio.model.device)
    loras = studio.loras_for(request)
    with studio.switch.loras_applied(loras, request.pack_key), torch.inference_mode():
        clock.lap()
        lanes = prepare_lanes(studio, request)
        lanes = denoise(studio, lanes, request, on_step)
        clock.lap()
        images = [image for lane in lanes if (image := decode(studio.model, lane))]
        clock.lap()
    came_out = {image.key for image in images}
    failures = {key: NO_PICTURE for lane in lanes if (key := lane.order.key) not in came_out}
    if failures and not images:
        raise EngineError(NO_PICTURE)
    switching, denoising, decoding = clock.laps
    return RenderResult(tuple(images), switching, denoising, decoding, failures)


def denoise(
    studio: Studio, lanes: list[Lane], request: RenderRequest, on_step: OnStep | None
) -> list[Lane]:
    """The loop. Returns the lanes that are still wanted, their latents finished."""
    model, timesteps = studio.model, lanes[0].scheduler.timesteps
    size = batching.images_per_pass(model.device, request.family)
    for step, timestep in enumerate(timesteps, 1):
        for together in batching.passes(lanes, size):
            full = batching.filled(together, size)
            noise = predict_noise(model, full, timestep, request.guidance)
            for index, lane in enumerate(together):
                lane.advance(noise[index : index + 1], timestep)
        progress = StepProgress(step, len(timesteps), _previews(studio, lanes, request, step))
        unwanted = (on_step(progress) if on_step else None) or frozenset()
        lanes = [lane for lane in lanes if lane.order.key not in unwanted]
        if not lanes:
            break
    return lanes


def predict_noise(
    model: Model, lanes: Sequence[Lane], timestep: torch.Tensor, guidance: float
) -> torch.Tensor:
    """One pass for all lanes; with guidance, away from the negative and towards the words."""
    inputs = [lane.scheduler.scale_model_input(lane.latents, timestep) for lane in lanes]
    words = [lane.words for lane in lanes]
    if guidance > 1.0:
        inputs, words = inputs * 2, [lane.opposite for lane in lanes] + words
    sample, told = torch.cat(inputs).to(model.dtype), side_by_side(words)
    noise = model.family.manner.noise(model.pipe, sample, timestep, told).float()
    if guidance <= 1.0:
        return noise
    away, towards = noise.chunk(2)
    return away + guidance * (towards - away)


def decode(model: Model, lane: Lane) -> RenderedImage | None:
    """Latents to 8-bit pixels; None when the model's numbers are not finite."""
    vae = model.pipe.vae
    image = vae.decode(for_decoder(vae, lane.latents).to(model.decoder_dtype)).sample[0]
    if not torch.isfinite(image).all():
        return None
    pixels = (image.float() * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8)
    rgb = pixels.permute(1, 2, 0).contiguous().cpu().numpy()
    height, width = rgb.shape[:2]
    order, precision = lane.order, name_of(model.dtype)
    return RenderedImage(order.key, order.seed, width, height, rgb.tobytes(), precision)


def _previews(
    studio: Studio, lanes: Sequence[Lane], request: RenderRequest, step: int
) -> dict[str, bytes]:
    if request.preview_every < 1 or step % request.preview_every or step == request.steps:
        return {}
    return {
        lane.order.key: studio.previews.webp(lane.estimate)
        for lane in lanes
        if lane.estimate is not None
    }
