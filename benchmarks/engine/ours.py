"""This engine's side: the renderer as a worker uses it."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import torch

from benchmarks.engine.clocks import Ticks, wait
from generation.engine.compiling import Compiling
from generation.engine.contract import LoraUse, RenderRequest
from generation.engine.model_shelf import MemoryBudget
from generation.engine.renderer import Renderer
from generation.engine.studio import Studio

# Thirty packs of SDXL stay resident.
LORAS_BYTES = 16 * 1024**3
READERS = 8
# Said by a render whose passes could not be compiled; the warm-up says why.
NOT_COMPILED = "compiled passes"


class Setup(NamedTuple):
    """How a renderer is opened; `way` is how its passes are made fast, `compiled` where that is
    kept for the next start, `attention` the kernel that is preferred."""

    device: str
    threads: int
    way: str
    compiled: str
    attention: str = "auto"


class Ours:
    """One renderer, warmed up for the request's passes where this engine compiles."""

    def __init__(
        self,
        setup: Setup,
        request: RenderRequest,
        guidances: Sequence[float] = (),
    ) -> None:
        self.device = setup.device
        self.renderer = open_renderer(setup)
        self._usual = request
        self._guidances = guidances
        self.passes, self.failures = self.warm_up(request.width, request.height)

    @property
    def studio(self) -> Studio:
        return self.renderer.prepare(self._usual.checkpoint, self._usual.family)

    @property
    def scale(self) -> int:
        """Pixels a latent stands for, along an edge."""
        return self.studio.model.pixels_per_latent

    def warm_up(self, width: int, height: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Compile and record what this size in pixels needs: the passes, and what failed."""
        usual, sizes = self._usual, ((width, height),)
        found = self.renderer.warm_up(usual.checkpoint, usual.family, sizes, self._guidances)
        return found.passes, found.failures

    def render(self, request: RenderRequest) -> bytes:
        """Pixels, from the switch to host memory; RuntimeError where memory was too short for it,
        for then something else would be measured."""
        result = self.renderer.render(request)
        short = [what for what in result.given_up if what != NOT_COMPILED]
        if short:
            raise RuntimeError(f"The engine gave up {', '.join(short)} to fit this device.")
        return result.images[0].rgb

    def steps_ms(self, request: RenderRequest) -> list[float]:
        """Each step but the first, on the device's timeline."""
        ticks = Ticks(self.device)
        self.renderer.render(request, lambda progress: ticks.mark())
        return ticks.intervals_ms()

    def switch_to(self, request: RenderRequest) -> None:
        """Only the switch; the pack's files are read where they are not resident."""
        studio = self.studio
        studio.switch.apply(studio.loras_for(request), request.pack_key)

    def forget_packs(self) -> None:
        """As if this process had never seen a pack, but for the one that is applied last."""
        self.renderer.models.loras.drop_idle()

    def keep_resident(self, packs: Sequence[LoraUse]) -> None:
        """Read what is missing, by several threads where there are cores for them, and keep it."""
        shelf = self.studio.shelf
        count = READERS if self.device == "cuda" else 1
        with ThreadPoolExecutor(count) as readers:
            # Each takes the next file that no other has begun.
            for _ in range(count):
                readers.submit(shelf.read_ahead, packs)
        shelf.take(packs)
        wait(self.device)

    def weights_digest(self) -> str:
        """SHA-256 of all live weights a pack may change."""
        digest = hashlib.sha256()
        for buffer in self.studio.switch.buffers:
            digest.update(buffer.live.contiguous().view(torch.uint8).cpu().numpy().data)
        return digest.hexdigest()

    def drift_bits(self) -> int:
        """How many bits of the live weights differ from W0."""
        return sum(
            differing_bits(buffer.live, buffer.pristine) for buffer in self.studio.switch.buffers
        )


def open_renderer(setup: Setup) -> Renderer:
    """A renderer that compiles this way, in an engine that can."""
    Path(setup.compiled).mkdir(parents=True, exist_ok=True)
    compiling = Compiling(setup.way, Path(setup.compiled), attention=setup.attention)
    memory = MemoryBudget(loras_bytes=LORAS_BYTES)
    # On a CPU in single precision: what it would choose by itself depends on its instructions.
    precision = "float32" if setup.device == "cpu" else "auto"
    return Renderer(setup.device, setup.threads, precision, memory, compiling)


def differing_bits(left: torch.Tensor, right: torch.Tensor) -> int:
    """Bits that differ once both are of the left one's type."""
    right = right.to(left.device, left.dtype)
    kind = {2: torch.int16, 4: torch.int32}[left.element_size()]
    different = left.contiguous().view(kind) ^ right.contiguous().view(kind)
    different = different[different != 0].to(torch.int64)
    return sum(int((different >> bit & 1).sum()) for bit in range(8 * left.element_size()))
