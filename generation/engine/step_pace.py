"""Steps are reported when the device has done them, while it already works on the next one.

A report costs the host milliseconds: previews are encoded, rows are written. Told one step behind,
it costs the device nothing, and the program cannot run ahead of the device by more than a step.

The first steps may be silent: nothing is told before the LoRAs are proven to be the files they
were published as, and a device that works meanwhile loses nothing by that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from generation.engine.contract import OnStep, RenderRequest, StepProgress
from generation.engine.lanes import Lane
from generation.engine.studio import Studio

NOBODY: frozenset[str] = frozenset()
# By then 170 MB are hashed, while an H200 takes eight steps of SDXL.
SILENT_STEPS = 8


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
        studio: Studio,
        on_step: OnStep | None,
        *,
        is_behind: bool,
    ) -> None:
        self._request = request
        self._studio = studio
        self._on_step = on_step
        self._is_behind = is_behind
        self._is_proven = False
        self._launched: _Launched | None = None

    def launched(self, step: int, lanes: Sequence[Lane]) -> frozenset[str]:
        """Note a launched step; returns the keys nobody wants any more.

        Raises LoraRefused, at the last step at the latest, where a LoRA is another file.
        """
        if not self._may_tell(step):
            return NOBODY
        now = _Launched(step, self._sketches(step, lanes), _event(lanes[0].latents))
        if not self._is_behind:
            return self._report(now)
        before, self._launched = self._launched, now
        return self._report(before) if before else NOBODY

    def finish(self) -> frozenset[str]:
        """Report what was launched last, once it is done; raises as `launched`."""
        self._studio.shelf.prove(self._request.active_loras)
        last, self._launched = self._launched, None
        return self._report(last) if last else NOBODY

    def _may_tell(self, step: int) -> bool:
        loras, shelf = self._request.active_loras, self._studio.shelf
        if self._is_proven:
            return True
        # Where the program does the steps itself, it may as well wait.
        may_wait = self._is_behind and step < min(SILENT_STEPS, self._request.steps)
        if may_wait and not shelf.is_known(loras):
            return False
        shelf.prove(loras)
        self._is_proven = True
        return True

    def _sketches(self, step: int, lanes: Sequence[Lane]) -> dict[str, torch.Tensor]:
        every = self._request.preview_every
        if self._on_step is None or every < 1 or step % every or step == self._request.steps:
            return {}
        # Started now, in the order of the stream: the next step may write over what it read.
        return {
            lane.key: lane.estimate.to("cpu", torch.float32, non_blocking=True)
            for lane in lanes
            if lane.estimate is not None
        }

    def _report(self, launched: _Launched) -> frozenset[str]:
        if launched.done is not None:
            launched.done.synchronize()
        if self._on_step is None:
            return NOBODY
        webps = {
            key: self._studio.previews.webp(sketch) for key, sketch in launched.sketches.items()
        }
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
