"""One LoRA's low-rank factors for all layers of one shape, and several LoRAs' side by side."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

import torch

from generation.engine.layer_changes import Factors
from generation.engine.weight_layout import Target


class FactorStack(NamedTuple):
    """`rows` of the weights' buffer, ascending; `down` is (rows, rank, inputs), `up` (rows,
    outputs, rank), ranks padded to the widest. In memory `up` has its outputs side by side.

    `layout` (int32) is the rank, and then for each row of the buffer its place here or -1.
    """

    rows: list[int]
    down: torch.Tensor
    up: torch.Tensor
    layout: torch.Tensor

    def on(self, place: torch.device) -> "FactorStack":
        moved = (part.to(place) for part in (self.down, self.up, self.layout))
        return FactorStack(self.rows, *moved)


Part = tuple[FactorStack, float]


def stack(
    pairs: Sequence[tuple[Target, Factors]], count: int, dtype: torch.dtype, place: torch.device
) -> FactorStack:
    """The factors of layers of one shape, scales taken in, in this type and place; `count` is how
    many rows their buffer has."""
    ordered = sorted(pairs, key=lambda pair: pair[0].row)
    down, up = (part.to(place) for part in _as_read(ordered))
    scales = torch.tensor([factors.scale for _, factors in ordered], device=place)
    rows = [target.row for target, _ in ordered]
    layout = _layout(down.shape[1], rows, count).to(place)
    return FactorStack(rows, *_balanced(down, up, scales, dtype), layout)


def side_by_side(parts: Sequence[Part]) -> tuple[list[int], torch.Tensor, torch.Tensor]:
    """The rows that any part changes, and `down` and `up` of all, each at its strength, as one of
    their ranks together."""
    if len(parts) == 1:
        only, strength = parts[0]
        return only.rows, only.down, only.up * strength
    rows = sorted({row for own, _ in parts for row in own.rows})
    down, up, start = *_room_for(parts, rows), 0
    for own, strength in parts:
        stop = start + own.down.shape[1]
        # By slices: a list of rows would be sent to the device, and waited for.
        for here, there in _slices(own.rows, rows):
            down[there, start:stop].copy_(own.down[here])
            torch.mul(own.up[here], strength, out=up[there, :, start:stop])
        start = stop
    return rows, down, up


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending rows as [start, stop) of neighbours."""
    if not rows:
        return []
    cuts = [index for index, (a, b) in enumerate(pairwise(rows), 1) if b != a + 1]
    return [(rows[a], rows[b - 1] + 1) for a, b in pairwise([0, *cuts, len(rows)])]


def _as_read(pairs: Sequence[tuple[Target, Factors]]) -> tuple[torch.Tensor, torch.Tensor]:
    matrices = [_matrices(target, factors) for target, factors in pairs]
    ranks = [down.shape[0] for down, _ in matrices]
    dtype = reduce(torch.promote_types, (part.dtype for pair in matrices for part in pair))
    if len(set(ranks)) == 1:
        # One launch for all layers, on a device.
        downs, ups = zip(*matrices, strict=True)
        return torch.stack(downs).to(dtype), torch.stack([up.mT for up in ups]).mT.to(dtype)
    (first_down, first_up), rank = matrices[0], max(ranks)
    down = first_down.new_zeros((len(pairs), rank, first_down.shape[1]), dtype=dtype)
    up = first_up.new_zeros((len(pairs), rank, first_up.shape[0]), dtype=dtype).mT
    for index, (own_down, own_up) in enumerate(matrices):
        down[index, : ranks[index]], up[index, :, : ranks[index]] = own_down, own_up
    return down, up


def _matrices(target: Target, factors: Factors) -> tuple[torch.Tensor, torch.Tensor]:
    down, up = factors.down, factors.up
    if down.ndim == 4 and target.channels_last:
        down = down.permute(0, 2, 3, 1)
    # Types of one byte know no common type with others.
    parts = (part.float() if part.element_size() == 1 else part for part in (down, up))
    down, up = (part.flatten(1) for part in parts)
    return down, up


def _balanced(
    down: torch.Tensor, up: torch.Tensor, scales: torch.Tensor, dtype: torch.dtype
) -> tuple[torch.Tensor, torch.Tensor]:
    # A power of two moves magnitude between the factors without rounding: in half precision a
    # tiny `up` would fall among the subnormals and lose bits.
    ratio = _largest(up) * scales.abs() / _largest(down).clamp_min(1e-30)
    shift = torch.exp2((torch.log2(ratio.clamp(1e-20, 1e20)) / 2).round())
    return _scaled(down, shift, dtype), _scaled(up, scales / shift, dtype)


def _largest(part: torch.Tensor) -> torch.Tensor:
    return part.abs().amax((1, 2)).float()


def _scaled(part: torch.Tensor, by: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    short = by.to(dtype)
    # A number that this type holds gives the same product in it, rounded once, in a tenth of the
    # time.
    if part.dtype == dtype and torch.equal(short.float(), by):
        return part * short[:, None, None]
    return (part.float() * by[:, None, None]).to(dtype)


def _room_for(parts: Sequence[Part], rows: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    rank = sum(own.down.shape[1] for own, _ in parts)
    sample, _ = parts[0]
    # Of rows that a part leaves alone, its ranks hold zeros.
    all_alike = all(own.rows == rows for own, _ in parts)
    room = sample.down.new_empty if all_alike else sample.down.new_zeros
    down = room((len(rows), rank, sample.down.shape[2]))
    return down, room((len(rows), rank, sample.up.shape[1])).mT


def _layout(rank: int, rows: Sequence[int], count: int) -> torch.Tensor:
    places = [-1] * count
    for place, row in enumerate(rows):
        places[row] = place
    return torch.tensor([rank, *places], dtype=torch.int32)


def _slices(own: Sequence[int], rows: list[int]) -> Iterator[tuple[slice, slice]]:
    if own == rows:
        yield slice(None), slice(None)
        return
    index, start = {row: place for place, row in enumerate(rows)}, 0
    for first, stop in runs([index[row] for row in own]):
        yield slice(start, start + stop - first), slice(first, stop)
        start += stop - first
