"""When memory runs short: what a render gives up, one thing after another, so that it goes on.

Only the pass that failed is repeated: a lane moves on after its pass, so no step is lost or done
twice. A picture made by smaller passes or in tiles is the same to the eye, not to the bit.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import torch

from generation.engine import batching
from generation.engine.contract import EngineError, RenderRequest
from generation.engine.device_memory import give_back_freed, is_out_of_memory
from generation.engine.refusals import OUT_OF_MEMORY
from generation.engine.studio import Studio

RELEASED = "idle models and LoRAs released"
SMALLER_BATCH = "smaller batch"
TILED_DECODE = "tiled decode"
OFFLOADED = "weights offloaded to host memory"
DECODED_ON_HOST = "decoded in host memory"

# Of fewer latents a decoder sees too little to agree with the neighbouring tile.
SMALLEST_TILE = 8

Result = TypeVar("Result")


class Frugality:
    """What one render does to fit. Starts lavish, and never goes back before its end.

    `rows` is how many inputs one pass of the denoiser takes, `tile` the edge of what the decoder
    gives at once, in latents (None: the whole picture).
    """

    def __init__(
        self,
        studio: Studio,
        request: RenderRequest,
        release_idle: Callable[[], bool],
    ) -> None:
        self._studio = studio
        self._release_idle = release_idle
        self._given_up = [*studio.given_up, *studio.model.fast.given_up]
        images = batching.images_per_pass(studio.model.device, request.family)
        self.rows = images * (2 if request.uses_guidance else 1)
        self.tile: int | None = None
        self.decodes_on_host = False
        self._is_offloaded = studio.model.device.type == "cpu"
        self._edge = max(request.width, request.height) // studio.model.pixels_per_latent

    @property
    def given_up(self) -> tuple[str, ...]:
        """Each kind once, in the order of need; also what the checkpoint was loaded without."""
        return tuple(dict.fromkeys(self._given_up))

    def switching(self, attempt: Callable[[], Result]) -> Result:
        return until_it_fits(attempt, self._switch_remedies(), self._given_up)

    def denoising(self, attempt: Callable[[], Result]) -> Result:
        return until_it_fits(attempt, self._denoiser_remedies(), self._given_up)

    def decoding(self, attempt: Callable[[], Result]) -> Result:
        return until_it_fits(attempt, self._decoder_remedies(), self._given_up)

    def _switch_remedies(self) -> Iterator[str]:
        yield from released(self._release_idle)
        yield from self._offload()

    def _denoiser_remedies(self) -> Iterator[str]:
        yield from released(self._release_idle)
        while self.rows > 1:
            self.rows //= 2
            yield SMALLER_BATCH
        yield from self._offload()

    def _decoder_remedies(self) -> Iterator[str]:
        yield from released(self._release_idle)
        while (tile := (self.tile or self._edge) // 2) >= SMALLEST_TILE:
            self.tile = tile
            yield TILED_DECODE
        yield from self._offload()
        if self._studio.model.device.type != "cpu" and not self.decodes_on_host:
            yield from self._decode_on_host()

    def _decode_on_host(self) -> Iterator[str]:
        # Tiles were for the card: host memory is larger, and the whole is the better picture.
        smallest, self.tile, self.decodes_on_host = self.tile, None, True
        yield DECODED_ON_HOST
        if smallest is not None:
            self.tile = smallest
            yield TILED_DECODE

    def _offload(self) -> Iterator[str]:
        if self._is_offloaded:
            return
        self._is_offloaded = True
        host = torch.device("cpu")
        # A recording of the decoder would read where it was, and all of them hold memory.
        self._studio.model.fast.clear()
        # Weights that move in inference mode could not be written outside of it later.
        with torch.inference_mode(False):
            # The decoder comes back by itself when it is used.
            self._studio.model.pipe.vae.to(host)
            self._studio.switch.move_pristine(host)
        yield OFFLOADED


def until_it_fits(
    attempt: Callable[[], Result], remedies: Iterator[str], given_up: list[str]
) -> Result:
    """The attempt's result, after as many remedies as it takes; each is noted in `given_up`.

    Raises a retryable EngineError when no remedy is left; any other error passes.
    """
    while True:
        try:
            return attempt()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            # Its frames hold the tensors that did not fit.
            failure = error.with_traceback(None)
        remedy = next(remedies, None)
        give_back_freed()
        if remedy is None:
            raise EngineError(OUT_OF_MEMORY, retryable=True) from failure
        given_up.append(remedy)


def released(release_idle: Callable[[], bool]) -> Iterator[str]:
    """The remedy that costs no picture anything, where there is something to release."""
    if release_idle():
        yield RELEASED
