"""How long the parts of a render took."""

import time

import torch


class DeviceClock:
    """Wall-clock laps that wait for the device, which otherwise runs behind the program."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._since = time.perf_counter()
        self.laps: list[float] = []

    def lap(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        now = time.perf_counter()
        self.laps.append(now - self._since)
        self._since = now
