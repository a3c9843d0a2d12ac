"""How long people wait, against the ideal queue.

Run in the environment of a house with the fleet of `QUEUES`: python -m benchmarks.queue.waiting

Every load has a queue and workers of its own. Those of one, two and four workers take turns: the
stand-in sleeps, but what a worker does between two pictures takes a core, and on two of them
twenty-one workers would wait for each other. Arrivals are random, each of another person, with a
fixed seed.
"""

import heapq
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.queue import ideal
from benchmarks.queue.arriving import ended, enter, seconds
from benchmarks.queue.rows import people, set_up, template
from generation.planning import simulation

if TYPE_CHECKING:
    from accounts.models import User
    from generation.models import Generation

LOADS, SERVERS = (0.5, 0.7, 0.9), (1, 2, 4)
SERVICE_SECONDS, MINUTES = 2.0, 8.0
WARM = 10


@dataclass(frozen=True)
class Load:
    """One row of the table: so many workers, so busy."""

    share: float
    servers: int

    @property
    def queue(self) -> str:
        return f"render.l{round(self.share * 100)}c{self.servers}.cpu"

    def arrivals(self, seed: int = 5) -> list[float]:
        """Seconds from the start, in order."""
        chance, moment, moments = random.Random(f"{seed} {self.queue}"), 0.0, []
        while (moment := moment + chance.expovariate(self.rate)) < MINUTES * 60:
            moments.append(moment)
        return moments

    @property
    def rate(self) -> float:
        return self.share * self.servers / SERVICE_SECONDS


GRID = [Load(share, servers) for servers in SERVERS for share in LOADS]
QUEUES = {load.queue: load.servers for load in GRID}


def main() -> None:
    set_up()
    told: dict[str, float] = {}
    for servers in SERVERS:
        _together(told, [load for load in GRID if load.servers == servers])
    told["wait_over_mdc_max"] = max(told[f"wait_over_mdc_{_name(load)}"] for load in GRID)
    print(json.dumps(told))


def _together(told: dict[str, float], loads: Sequence[Load]) -> None:
    """The loads of as many workers at once, and no others: all share this machine's cores."""
    planned = sorted(heapq.merge(*(_planned(load) for load in loads)))
    owners = people(f"arriving-{loads[0].servers}", len(planned))
    row = template(owners[0])
    _submit_on_time(planned, owners, row)
    for load in loads:
        told |= _compared(load)


def _planned(load: Load) -> "Iterator[tuple[float, str]]":
    return ((moment, load.queue) for moment in load.arrivals())


def _name(load: Load) -> str:
    return f"{round(load.share * 100)}_{load.servers}"


def _submit_on_time(
    planned: Sequence[tuple[float, str]], owners: "Sequence[User]", row: "Generation"
) -> None:
    began = time.monotonic()
    for (moment, queue), owner in zip(planned, owners, strict=True):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        enter(row, owner, queue)


def _compared(load: Load) -> dict[str, float]:
    """The 95th percentiles of waiting: what was measured over what these arrivals cost at least.

    The first WARM count nowhere, but those behind them waited for them on either side.
    """
    rows = ended(load.queue)
    arrivals = [seconds(created) for created, _ in rows]
    begun = [moment - arrivals[0] for moment in arrivals]
    waited = [seconds(claimed) - seconds(created) for created, claimed in rows]
    measured = ideal.p95(waited[WARM:])
    least = ideal.p95(ideal.waits(arrivals, SERVICE_SECONDS, load.servers)[WARM:])
    planned = ideal.p95(simulation.waits(begun, load.servers, lambda: SERVICE_SECONDS)[WARM:])
    name = _name(load)
    return {
        f"wait_over_mdc_{name}": round(measured / least, 3),
        f"wait_p95_seconds_{name}": round(measured, 2),
        f"plan_p95_seconds_{name}": round(planned, 2),
        f"mdc_p95_seconds_{name}": round(least, 2),
        f"mdc_p95_seconds_endless_{name}": round(
            ideal.mdc_p95(load.share, load.servers) * SERVICE_SECONDS, 2
        ),
        f"arrivals_{name}": len(rows) - WARM,
    }


if __name__ == "__main__":
    main()
