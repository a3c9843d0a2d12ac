"""Steps are reported when the device has done them, while it already works on the next one.

A report costs the host milliseconds: previews are encoded, rows are written. Told one step behind,
it costs the device nothing, and the program cannot run ahead of the device by more than a step.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from generation.engine.contract import OnStep, RenderRequest, StepProgress
from generation.engine.lanes import Lane
from generation.engine.previews import PreviewMap

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Launched:
    """A step on its way: its number, the latents of its previews on their way to the host."""

    step: int
    sketches: dict[str, torch.Tensor]
    done: torch.cuda.Event | None


class StepPace:
    """One render's reports. `is_behind`: one step behind the launches, as pays on CUDA."""

    def __init__(
        self,
        request: RenderRequest,
        previews: PreviewMap,
        on_step: OnStep | None,
        *,
        is_behind: bool,
    ) -> None:
        self._request = request
        self._previews = previews
        self._on_step = on_step
        self._is_behind = is_behind
        self._launched: _Launched | None = None

    def launched(self, step: int, lanes: Sequence[Lane]) -> frozenset[str]:
        """Note a launched step; returns the keys nobody wants any more."""
        now = _Launched(step, self._sketches(step, lanes), _event(lanes[0].latents))
        if not self._is_behind:
            return self._report(now)
        before, self._launched = self._launched, now
        return self._report(before) if before else NOBODY

    def finish(self) -> frozenset[str]:
        """Report what was launched last, once it is done."""
        last, self._launched = self._launched, None
        return self._report(last) if last else NOBODY

    def _sketches(self, step: int, lanes: Sequence[Lane]) -> dict[str, torch.Tensor]:
        every = self._request.preview_every
        if self._on_step is None or every < 1 or step % every or step == self._request.steps:
            return {}
        # Started now, in the order of the stream: the next step may write over what it read.
        return {
            lane.order.key: lane.estimate.to("cpu", torch.float32, non_blocking=True)
            for lane in lanes
            if lane.estimate is not None
        }

    def _report(self, launched: _Launched) -> frozenset[str]:
        if launched.done is not None:
            launched.done.synchronize()
        if self._on_step is None:
            return NOBODY
        webps = {key: self._previews.webp(sketch) for key, sketch in launched.sketches.items()}
        progress = StepProgress(launched.step, self._request.steps, webps)
        return self._on_step(progress) or NOBODY


def _event(latents: torch.Tensor) -> torch.cuda.Event | None:
    """Passes when the device has done everything launched so far."""
    if latents.device.type != "cuda":
        return None
    # Blocking: the host sleeps while it waits, and leaves its cores to deliveries.
    event = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
    event.record(torch.cuda.current_stream(latents.device))
    return event
