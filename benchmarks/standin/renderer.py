"""As long as a real render, with its steps, and small pictures that say whose they are."""

import hashlib
import os
import select
import time
from collections.abc import Sequence
from types import SimpleNamespace

from generation.engine.contract import (
    ImageOrder,
    LoraUse,
    OnStep,
    RenderedImage,
    RenderRequest,
    RenderResult,
    StepProgress,
)

EDGE = 64
STEPS = 4
# After its last step a picture is decoded: 3 % of SDXL's time on an H200, a third on a laptop.
DECODING = 0.03


class StandIn:
    """Sleeps `seconds` an image. Every pixel row is made of the order's key and seed."""

    loaded = "stand-in"

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def warm_up(
        self, checkpoint: str, family: str, sizes: object, guidances: object
    ) -> SimpleNamespace:
        return SimpleNamespace(passes=(), failures=(), seconds=0.0, from_disk=True)

    def read_ahead(self, checkpoint: str, family: str, loras: Sequence[LoraUse]) -> None:
        """Nothing to read."""

    def render(self, request: RenderRequest, on_step: OnStep | None = None) -> RenderResult:
        began, wanted = time.monotonic(), list(request.images)
        seconds = self.seconds * len(wanted)
        for step in range(1, STEPS + 1):
            # Until a moment, not for a while: what a step's report takes is part of the render.
            _sleep(began + (1 - DECODING) * seconds * step / STEPS - time.monotonic())
            dropped = on_step(StepProgress(step, STEPS)) if on_step else None
            wanted = [order for order in wanted if order.key not in (dropped or ())]
        _sleep(began + seconds - time.monotonic())
        return RenderResult(tuple(map(picture, wanted)), 0.0, seconds, 0.0)


def _sleep(seconds: float) -> None:
    # Not time.sleep: it names a moment, which a stepped clock of libfaketime takes for nonsense.
    select.select([], [], [], max(0.0, seconds))


def picture(order: ImageOrder) -> RenderedImage:
    """A picture that no other order has."""
    return RenderedImage(order.key, order.seed, EDGE, EDGE, pixels(order.key, order.seed))


def pixels(key: str, seed: int) -> bytes:
    """The RGB bytes of an order's picture."""
    row = hashlib.sha256(f"{key} {seed}".encode()).digest() * 6
    return row * EDGE


def from_environment() -> StandIn:
    return StandIn(float(os.environ.get("STANDIN_SECONDS", "1")))
