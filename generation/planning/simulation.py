"""People who arrive over a day, workers who serve the oldest first. Discrete events with SimPy.

Nothing here knows Django: arrivals and service times in seconds go in, waits in seconds come out.
"""

import random
import statistics
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import simpy

DAY_SECONDS = 86_400
HOUR_SECONDS = 3600
MOST_WORKERS = 4096


@dataclass(frozen=True)
class Day:
    """What one day with so many workers is like."""

    workers: int
    requests: int
    wait_p50: float
    wait_p95: float
    busy_share: float


def arrivals_of_a_day(
    requests: float, curve: Sequence[float], chance: random.Random
) -> list[float]:
    """Seconds since midnight, in order; `curve` weighs the hours of the day against each other."""
    total = sum(curve)
    moments: list[float] = []
    for hour, weight in enumerate(curve):
        rate = requests * weight / total / HOUR_SECONDS
        moments += _poisson(rate, hour * HOUR_SECONDS, (hour + 1) * HOUR_SECONDS, chance)
    return moments


def _poisson(rate: float, begin: float, end: float, chance: random.Random) -> list[float]:
    moments: list[float] = []
    moment = begin
    while rate > 0 and (moment := moment + chance.expovariate(rate)) < end:
        moments.append(moment)
    return moments


def waits(arrivals: Sequence[float], workers: int, service: Callable[[], float]) -> list[float]:
    """How long each arrival waits until one of the workers begins with it."""
    house = simpy.Environment()
    line = simpy.Resource(house, workers)
    waited: list[float] = []

    def served() -> Generator[Any, Any, None]:
        came = house.now
        with line.request() as turn:
            yield turn
            waited.append(house.now - came)
            yield house.timeout(service())

    def come() -> Generator[Any, Any, None]:
        for moment in arrivals:
            yield house.timeout(moment - house.now)
            house.process(served())

    house.process(come())
    house.run()
    return waited


def day_with(
    workers: int, arrivals: Sequence[float], seconds: Sequence[float], chance: random.Random
) -> Day:
    """One day; each service takes one of the measured `seconds`, drawn at random."""
    drawn: list[float] = []

    def service() -> float:
        drawn.append(chance.choice(seconds))
        return drawn[-1]

    waited = waits(arrivals, workers, service)
    busy = sum(drawn) / (workers * DAY_SECONDS)
    return Day(workers, len(waited), *_percentiles(waited), busy_share=busy)


def _percentiles(waited: Sequence[float]) -> tuple[float, float]:
    if len(waited) < 2:
        return (0.0, 0.0)
    cuts = statistics.quantiles(waited, n=20)
    return cuts[9], cuts[18]


def fewest(enough: Callable[[int], bool], at_least: int = 1) -> int:
    """The smallest number of workers that is enough: doubled until it is, then halved in between.

    Raises ValueError when even MOST_WORKERS are not.
    """
    low, high = at_least - 1, at_least
    while not enough(high):
        low, high = high, high * 2
        if high > MOST_WORKERS:
            raise ValueError(f"Even {MOST_WORKERS} workers are not enough: ask for a longer wait.")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
