"""The kernel behind `merging`: W0 plus any number of products, each number read and written once.

Imports Triton, which comes with torch for CUDA alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import triton
import triton.language as tl

# One program merges TILES tiles of a layer beside each other: it reads its part of `up` once, and
# while one tile is summed the next ones are on their way. Measured on an H200.
TILE_OUTPUTS, TILE_INPUTS, TILES, ON_THE_WAY, WARPS = 128, 64, 5, 3, 8
# Ranks that one product takes.
RANKS = 32


class Slice(NamedTuple):
    """Up to RANKS ranks of a FactorStack, from `first` on; the other fields are the stack's."""

    up: torch.Tensor
    down: torch.Tensor
    layout: torch.Tensor
    strength: float
    first: int


@triton.jit
def _merge(
    live, pristine, outputs, inputs, ups, downs, layouts, strengths, firsts,
    TILE_M: tl.constexpr, TILE_N: tl.constexpr, COUNT: tl.constexpr, STAGES: tl.constexpr,
    AT_ONCE: tl.constexpr,
):  # fmt: skip
    row, segments = tl.program_id(1), tl.cdiv(inputs, TILE_N * COUNT)
    output = (tl.program_id(0) // segments) * TILE_M + tl.arange(0, TILE_M)
    start = (tl.program_id(0) % segments) * TILE_N * COUNT
    left = ()
    right = ()
    used = ()
    changed = False
    for index in tl.static_range(len(ups)):
        rank, place = tl.load(layouts[index]), tl.load(layouts[index] + 1 + row).to(tl.int64)
        ranks = firsts[index] + tl.arange(0, AT_ONCE)
        is_used = (ranks < rank) & (place >= 0)
        up = tl.load(
            ups[index] + (place * rank + ranks[None, :]) * outputs + output[:, None],
            mask=is_used[None, :] & (output < outputs)[:, None], other=0.0,
        )  # fmt: skip
        left = left + ((up.to(tl.float32) * strengths[index]).to(up.dtype),)
        right = right + (downs[index] + (place * rank + ranks[:, None]) * inputs,)
        used = used + (is_used[:, None],)
        changed |= place >= 0
    if changed:
        # In 64 bits: the largest buffers hold more numbers than 32 bits count.
        line = (row.to(tl.int64) * outputs + output[:, None]) * inputs
        for tile in tl.range(0, COUNT, num_stages=STAGES):
            input_ = start + tile * TILE_N + tl.arange(0, TILE_N)[None, :]
            inside = (output < outputs)[:, None] & (input_ < inputs)
            total = tl.load(pristine + line + input_, mask=inside, other=0.0).to(tl.float32)
            for index in tl.static_range(len(ups)):
                down = tl.load(
                    right[index] + input_, mask=used[index] & (input_ < inputs), other=0.0
                )
                total = tl.dot(left[index], down, total)
            tl.store(live + line + input_, total.to(live.dtype.element_ty), mask=inside)


def launch(live: torch.Tensor, pristine: torch.Tensor, slices: Sequence[Slice]) -> None:
    """Write the rows of `live` that any slice changes; both are (rows, outputs, inputs), outputs
    and inputs multiples of 16."""
    rows, outputs, inputs = live.shape
    grid = (triton.cdiv(outputs, TILE_OUTPUTS) * triton.cdiv(inputs, TILE_INPUTS * TILES), rows)
    with torch.cuda.device(live.device):
        _merge[grid](
            live, pristine, outputs, inputs, *zip(*slices, strict=True), TILE_M=TILE_OUTPUTS,
            TILE_N=TILE_INPUTS, COUNT=TILES, STAGES=ON_THE_WAY, AT_ONCE=RANKS, num_warps=WARPS,
        )  # fmt: skip


def compile_for(device: torch.device, dtype: torch.dtype, most: int) -> None:
    """For one slice and up to `most`, by merging nothing, so that no pack waits for it."""
    weights = torch.zeros(1, 16, 16, dtype=dtype, device=device)
    nowhere = torch.tensor([1, -1], dtype=torch.int32, device=device)
    for count in range(1, most + 1):
        launch(weights, weights, [Slice(weights, weights, nowhere, 1.0, 0)] * count)
