"""The strength dial: how a pack's change grows with it, and the curve that makes steps equal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]
CURVE_STRENGTHS = tuple(range(0, 101, 5))


def style_change(places: Tensor) -> Floats:
    """How far each stop of a dial lies from the first: places (stops, prompts, k) to (stops,).

    The length of the mean move over the prompts, without what chance adds to it: what a single
    picture does by itself (a cloud elsewhere) would count for more, the fewer the prompts. So the
    figure starts at 0 and grows as the look does.
    """
    moves = (places - places[:1]).double()
    squared = moves.mean(1).square().sum(1)
    if (count := moves.shape[1]) > 1:
        squared = squared - moves.var(1).sum(1) / count
    lengths: Floats = squared.clamp(min=0).sqrt().numpy()
    return lengths


def spearman(one: Sequence[float] | Floats, other: Sequence[float] | Floats) -> float:
    """Rank correlation, ties at their mean rank; 0 when one of them is all the same."""
    ranks = [_ranks(np.asarray(values, float)) for values in (one, other)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        return 0.0
    one_rank, other_rank = (rank - rank.mean() for rank in ranks)
    spread = np.linalg.norm(one_rank) * np.linalg.norm(other_rank)
    return float(one_rank @ other_rank / spread)


def step_error(changes: Sequence[float] | Floats) -> float:
    """The worst of |step / mean step - 1| over the steps between neighbours; inf without change."""
    steps = np.diff(np.asarray(changes, float))
    if steps.mean() <= 0:
        return float("inf")
    return float(np.abs(steps / steps.mean() - 1).max())


def rising(values: Sequence[float] | Floats) -> Floats:
    """The nearest values (least squares) that never fall: neighbours that do are pooled."""
    pools: list[tuple[float, int]] = []
    for value in np.asarray(values, float):
        mean, count = float(value), 1
        while pools and pools[-1][0] > mean:
            before, size = pools.pop()
            mean, count = (before * size + mean * count) / (size + count), size + count
        pools.append((mean, count))
    return np.concatenate([np.full(count, mean) for mean, count in pools])


def even_curve(shares: Sequence[float], changes: Sequence[float] | Floats) -> list[list[float]]:
    """[strength, share] points at which equal steps of strength give equal measured change.

    `changes` were measured at rising `shares` from 0 to 1. Starts at [0, 0], ends at [100, 1] and
    never falls; straight where nothing changed.
    """
    reached, at = rising(changes), np.asarray(shares, float)
    total = reached[-1] - reached[0]
    if total <= 0:
        return [[0, 0.0], [100, 1.0]]
    # A plateau has no inverse: a hair of slope makes one, and cannot be seen.
    sloped = (reached - reached[0]) / total + 1e-6 * at
    wanted = np.asarray(CURVE_STRENGTHS) / 100 * sloped[-1]
    points = np.interp(wanted, sloped, at)
    points[0], points[-1] = 0.0, 1.0
    pairs = zip(CURVE_STRENGTHS, rising(points).round(4), strict=True)
    return [[strength, float(share)] for strength, share in pairs]


def _ranks(values: Floats) -> Floats:
    smaller = (values[None] < values[:, None]).sum(1)
    same = (values[None] == values[:, None]).sum(1)
    ranks: Floats = smaller + (same - 1) / 2
    return ranks
