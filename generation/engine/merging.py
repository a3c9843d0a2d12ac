"""W = W0 + sum of s_i up_i down_i for all layers of one shape, into the weights where they lie.

On CUDA, in half precision, one kernel reads W0 and the factors and writes W: as fast as the
device copies. Elsewhere batched products do it, over neighbouring rows.
"""

import logging
from collections.abc import Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import Any

import torch

from generation.engine.factor_stacks import Part, runs, side_by_side

logger = logging.getLogger(__name__)

HALVES = (torch.float16, torch.bfloat16)
# The kernel's loads take as much at once where rows begin at multiples of this.
ALIGNED = 16
# 128 ranks together: with more, batched products are as fast.
MOST_SLICES = 4


def merge(live: torch.Tensor, pristine: torch.Tensor, parts: Sequence[Part]) -> None:
    """Write the rows that `parts` change; `live` and `pristine` are (rows, outputs, inputs)."""
    kernel = kernel_for(live.device, live.dtype) if _suits(live, pristine) else None
    slices = list(_slices(kernel, parts)) if kernel else []
    if kernel and len(slices) <= MOST_SLICES:
        kernel.launch(live, _beside(live, pristine, parts), slices)
    else:
        _merge_by_runs(live, pristine, parts)


def prepare(live: torch.Tensor, pristine: torch.Tensor) -> None:
    """Compile now, or read from disk, what merging into these needs: seconds, or hundredths."""
    if _suits(live, pristine):
        kernel_for(live.device, live.dtype)


@cache
def kernel_for(device: torch.device, dtype: torch.dtype) -> ModuleType | None:
    """The kernel, compiled for these; None, with a log line, where that cannot be done."""
    try:
        # Comes with torch for CUDA alone.
        from generation.engine import merge_kernel

        merge_kernel.compile_for(device, dtype, MOST_SLICES)
    except Exception as error:  # no Triton, no C compiler, or a card it does not know
        logger.warning("Packs are put on without a kernel of their own: %s", error)
        return None
    return merge_kernel


def _suits(live: torch.Tensor, pristine: torch.Tensor) -> bool:
    _, outputs, inputs = live.shape
    is_half = live.dtype in HALVES and pristine.dtype == live.dtype
    is_aligned = outputs % ALIGNED == 0 and inputs % ALIGNED == 0
    return live.device.type == "cuda" and is_half and is_aligned


def _beside(live: torch.Tensor, pristine: torch.Tensor, parts: Sequence[Part]) -> torch.Tensor:
    """W0 on the device; where it is kept in host memory, the changed rows come into `live`."""
    if pristine.device == live.device:
        return pristine
    for start, stop in runs(sorted({row for own, _ in parts for row in own.rows})):
        live[start:stop].copy_(pristine[start:stop], non_blocking=True)
    return live


def _slices(kernel: Any, parts: Sequence[Part]) -> Iterator[Any]:
    for own, strength in parts:
        for first in range(0, own.down.shape[1], kernel.RANKS):
            yield kernel.Slice(own.up, own.down, own.layout, float(strength), first)


def _merge_by_runs(live: torch.Tensor, pristine: torch.Tensor, parts: Sequence[Part]) -> None:
    (rows, down, up), offset = side_by_side(parts), 0
    for start, stop in runs(rows):
        own = slice(offset, offset + stop - start)
        _write_sum(live[start:stop], pristine[start:stop], up[own], down[own])
        offset = own.stop


def _write_sum(
    live: torch.Tensor, pristine: torch.Tensor, up: torch.Tensor, down: torch.Tensor
) -> None:
    if pristine.dtype != live.dtype:
        live.copy_(torch.baddbmm(pristine.to(live.device), up, down))
        return
    if pristine.device != live.device:
        pristine = live.copy_(pristine, non_blocking=True)
    torch.baddbmm(pristine, up, down, out=live)
