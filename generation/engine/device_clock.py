"""How long the parts of a render took."""

import time
from itertools import pairwise
from typing import Any

import torch


class DeviceClock:
    """Laps on the device's own time, which is behind the program's: marking one waits for nothing,
    so that the program prepares the next part meanwhile."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._marks: list[Any] = []
        self.lap()

    def lap(self) -> None:
        self._marks.append(self._now())

    @property
    def laps(self) -> list[float]:
        """Seconds between marks; waits until the device has passed the last."""
        if self._device.type != "cuda":
            return [after - before for before, after in pairwise(self._marks)]
        self._marks[-1].synchronize()
        return [before.elapsed_time(after) / 1000 for before, after in pairwise(self._marks)]

    def _now(self) -> Any:
        if self._device.type != "cuda":
            return time.perf_counter()
        mark = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        mark.record(torch.cuda.current_stream(self._device))
        return mark
