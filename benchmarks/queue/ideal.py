"""The queue in theory: M/D/c, by the formula and fed with arrivals that really came.

The formula is that of G. J. Franx, A simple solution for the M/D/c waiting time distribution,
Operations Research Letters 29 (2001).
"""

import heapq
import math
import statistics
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

STATES = 600


def waits(arrivals: Sequence[float], service: float, servers: int) -> list[float]:
    """Seconds each arrival waits when servers take the oldest first and lose no time at all."""
    free_at = [0.0] * servers
    waited = []
    for arrival in sorted(arrivals):
        begins = max(arrival, heapq.heappop(free_at))
        heapq.heappush(free_at, begins + service)
        waited.append(begins - arrival)
    return waited


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


def mdc_p95(load: float, servers: int) -> float:
    """The 95th percentile of waiting in units of the service time, for an endless run."""
    low, high = 0.0, 200.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        if chance_to_wait_at_most(middle, load, servers) < 0.95:
            low = middle
        else:
            high = middle
    return high


def chance_to_wait_at_most(time: float, load: float, servers: int) -> float:
    """P(wait <= time), `time` in units of the service time."""
    begun = math.floor(time) + 1
    arriving = load * servers * (begun - time)
    queued = np.cumsum(_in_system(load, servers))[servers:]
    most = begun * servers - 1
    chances = _poisson(arriving, most + 1)
    last = len(queued) - 1
    return float(
        sum(queued[min(most - number, last)] * chances[number] for number in range(most + 1))
    )


@cache
def _in_system(load: float, servers: int) -> NDArray[np.float64]:
    """P(so many are in the system), seen again one service time later."""
    arriving = _poisson(load * servers, STATES)
    step = np.zeros((STATES, STATES))
    for before in range(STATES):
        left = max(0, before - servers)
        step[before, left:] = arriving[: STATES - left]
    # Whatever would leave the table stays in its last state.
    step[:, -1] += 1 - step.sum(axis=1)
    equations = np.vstack([step.T - np.eye(STATES), np.ones(STATES)])
    known = np.append(np.zeros(STATES), 1.0)
    chances: NDArray[np.float64] = np.linalg.lstsq(equations, known, rcond=None)[0]
    return chances


def _poisson(mean: float, count: int) -> NDArray[np.float64]:
    numbers = np.arange(count)
    factorials = np.array([math.lgamma(number + 1) for number in numbers])
    if mean == 0:
        return np.asarray(np.eye(1, count)[0])
    return np.asarray(np.exp(numbers * math.log(mean) - mean - factorials))
