"""This engine's side: the renderer as a worker uses it."""

import hashlib
import inspect
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from benchmarks.engine.clocks import Ticks, wait
from generation.engine.contract import LoraUse, RenderRequest
from generation.engine.model_shelf import MemoryBudget
from generation.engine.renderer import Renderer
from generation.engine.studio import Studio

# Thirty packs of SDXL stay resident.
LORAS_BYTES = 16 * 1024**3
READERS = 8


class Ours:
    """One renderer, warmed up for the subject's usual pass where it knows how to."""

    def __init__(self, device: str, threads: int, request: RenderRequest, compiled: Path) -> None:
        self.device = device
        self.renderer = open_renderer(device, threads, compiled)
        self._usual = request
        self.renderer.prepare(request.checkpoint, request.family)
        self.is_compiled = warm_up(self.renderer, request)

    @property
    def studio(self) -> Studio:
        return self.renderer.prepare(self._usual.checkpoint, self._usual.family)

    @property
    def scale(self) -> int:
        """Pixels a latent stands for, along an edge."""
        return self.studio.model.pixels_per_latent

    def render(self, request: RenderRequest) -> bytes:
        """Pixels, from the switch to host memory."""
        return self.renderer.render(request).images[0].rgb

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
            digest.update(buffer.live.contiguous().view(torch.uint8).cpu().numpy().tobytes())
        return digest.hexdigest()

    def drift_bits(self) -> int:
        """How many bits of the live weights differ from W0."""
        return sum(
            differing_bits(buffer.live, buffer.pristine) for buffer in self.studio.switch.buffers
        )


def open_renderer(device: str, threads: int, compiled: Path) -> Renderer:
    """A renderer that keeps its compiled passes in `compiled`, where this engine compiles."""
    compiled.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"memory": MemoryBudget(loras_bytes=LORAS_BYTES)}
    if "compiled" in inspect.signature(Renderer).parameters:
        options["compiled"] = compiled
    return Renderer(device, threads, **options)


def warm_up(renderer: Renderer, request: RenderRequest) -> bool:
    """Compile and capture what the request needs; False where this engine renders eagerly."""
    warm = getattr(renderer, "warm_up", None)
    if warm is None:
        return False
    warm(request.checkpoint, request.family)
    return True


def differing_bits(left: torch.Tensor, right: torch.Tensor) -> int:
    """Bits that differ once both are of the left one's type."""
    right = right.to(left.device, left.dtype)
    kind = {2: torch.int16, 4: torch.int32}[left.element_size()]
    different = left.contiguous().view(kind) ^ right.contiguous().view(kind)
    different = different[different != 0].to(torch.int64)
    return sum(int((different >> bit & 1).sum()) for bit in range(8 * left.element_size()))
