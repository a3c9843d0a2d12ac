"""Time on a device, and what the device can do at best."""

import time
from collections.abc import Callable
from typing import Any

import torch

COPIED_BYTES = {"cuda": 4 * 1024**3, "cpu": 256 * 1024**2}
MATRIX_EDGE = {"cuda": 8192, "cpu": 2048}
ROUNDS = 20


class Ticks:
    """Moments on the device's own timeline; marking one never makes the program wait."""

    def __init__(self, device: str) -> None:
        self._on_cuda = device == "cuda"
        self._marks: list[Any] = []

    def mark(self) -> None:
        if not self._on_cuda:
            self._marks.append(time.perf_counter() * 1000)
            return
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record()
        self._marks.append(event)

    def intervals_ms(self) -> list[float]:
        """Milliseconds between neighbouring marks."""
        wait("cuda" if self._on_cuda else "cpu")
        pairs = zip(self._marks, self._marks[1:], strict=False)
        if self._on_cuda:
            return [before.elapsed_time(after) for before, after in pairs]
        return [after - before for before, after in pairs]


def wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def release(device: str) -> None:
    """Give freed memory back, for something as large as the device."""
    if device == "cuda":
        torch.cuda.empty_cache()


def seconds_of(device: str, act: Callable[[], object]) -> float:
    """Wall-clock seconds until the device has done it."""
    wait(device)
    started = time.perf_counter()
    act()
    wait(device)
    return time.perf_counter() - started


def device_ms_of(device: str, act: Callable[[], object]) -> float:
    """Milliseconds on the device's timeline from before the act to after it."""
    ticks = Ticks(device)
    ticks.mark()
    act()
    ticks.mark()
    return ticks.intervals_ms()[0]


def copy_bytes_per_second(device: str, size: int = 0) -> float:
    """Bytes read and written a second by a copy on the device."""
    size = size or COPIED_BYTES[device]
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * size / _best_seconds(device, lambda: target.copy_(source))


def matrix_flops_per_second(device: str, dtype: torch.dtype, edge: int = 0) -> float:
    """FLOP a second of one large square matrix product: the card's measured peak."""
    edge = edge or MATRIX_EDGE[device]
    left, right = (torch.randn(edge, edge, device=device).to(dtype) for _ in range(2))
    out = torch.empty_like(left)
    return 2 * edge**3 / _best_seconds(device, lambda: torch.mm(left, right, out=out))


def _best_seconds(device: str, act: Callable[[], object]) -> float:
    for _ in range(3):
        act()
    # A bound is what can be reached: whatever else the machine did meanwhile only hides it.
    return min(device_ms_of(device, act) for _ in range(ROUNDS)) / 1000
