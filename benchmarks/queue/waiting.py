"""How long people wait, against the ideal queue, and who is served how much.

Run in the environment of a house with the fleet of `QUEUES`: python -m benchmarks.queue.waiting

Every load has a queue and workers of its own. Those of one, two and four workers take turns: the
stand-in sleeps, but what a worker does between two pictures takes a core, and on two of them
twenty-one workers would wait for each other. Arrivals are random, each of another person, with a
fixed seed.
"""

import heapq
import json
import random
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from benchmarks.queue import ideal
from benchmarks.queue.rows import copies, people, set_up, template
from generation.planning import simulation

if TYPE_CHECKING:
    from accounts.models import User
    from generation.models import Generation

LOADS, SERVERS = (0.5, 0.7, 0.9), (1, 2, 4)
SERVICE_SECONDS, MINUTES = 2.0, 8.0
WARM = 10
# Two people who always have something waiting: one asks for one image a time, one for two.
GAP_QUEUE, GAP_ROWS = "render.gap.cpu", 40
# One person with thirty rows waiting, and another with one after the other.
FLOOD_QUEUE, FLOOD_ROWS, SINGLE_ROWS, ALONE_ROWS = "render.flood.cpu", 30, 12, 5
PATIENCE_SECONDS = 600


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
QUEUES = {load.queue: load.servers for load in GRID} | {GAP_QUEUE: 1, FLOOD_QUEUE: 1}


def main() -> None:
    set_up()
    told: dict[str, float] = {}
    parts = [threading.Thread(target=part, args=(told,)) for part in (_gap, _flood)]
    for part in parts:
        part.start()
    _grid(told)
    for part in parts:
        part.join()
    print(json.dumps(told))


# --- Waits against M/D/c ----------------------------------------------------------------------


def _grid(told: dict[str, float]) -> None:
    for servers in SERVERS:
        _together(told, [load for load in GRID if load.servers == servers])
    told["wait_over_mdc_max"] = max(told[f"wait_over_mdc_{_name(load)}"] for load in GRID)


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
        _enter(row, owner, queue)


def _enter(row: "Generation", owner: "User", queue: str) -> "Generation":
    from django.db import transaction
    from django.utils import timezone

    from generation import fair_share, submission

    with transaction.atomic():
        fair_share.join(owner)
        (made,) = copies(row, [owner], queue=queue, created_at=timezone.now())
        transaction.on_commit(lambda: submission.announce(queue))
    return made


def _compared(load: Load) -> dict[str, float]:
    """The 95th percentiles of waiting: what was measured over what these arrivals cost at least.

    The first WARM count nowhere, but those behind them waited for them on either side.
    """
    rows = _ended(load.queue)
    arrivals = [_seconds(created) for created, _ in rows]
    begun = [moment - arrivals[0] for moment in arrivals]
    waited = [_seconds(claimed) - _seconds(created) for created, claimed in rows]
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


def _ended(queue: str) -> list[tuple[datetime, datetime]]:
    """When each row came and was first claimed, once all of them have ended."""
    from generation.models import Generation

    rows = Generation.objects.filter(queue=queue)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while rows.exclude(state="done").exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{queue} is not empty after {PATIENCE_SECONDS} s.")
        time.sleep(1)
    times = rows.order_by("created_at").values_list("created_at", "claimed_at")
    return [(created, claimed) for created, claimed in times if claimed]


def _seconds(moment: datetime) -> float:
    return moment.timestamp()


# --- Who is served how much -------------------------------------------------------------------


def _gap(told: dict[str, float]) -> None:
    """The largest difference of what two waiting people were served, in jobs of the larger."""
    one, two = people("backlogged", 2)
    copies(template(one), [one] * GAP_ROWS * 2, queue=GAP_QUEUE)
    copies(template(two, count=2), [two] * GAP_ROWS, queue=GAP_QUEUE)
    _ring(GAP_QUEUE)
    _ended(GAP_QUEUE)
    told["service_gap_jobs"] = round(_largest_gap(one.pk) / (2 * SERVICE_SECONDS), 2)


def _largest_gap(one: int) -> float:
    from generation.models import Generation

    rows = Generation.objects.filter(queue=GAP_QUEUE).order_by("finished_at")
    balance = largest = 0.0
    left = {True: GAP_ROWS * 2, False: GAP_ROWS}
    for person, count in rows.values_list("person_id", "count"):
        balance += count * SERVICE_SECONDS * (1 if person == one else -1)
        left[person == one] -= 1
        if not min(left.values()):
            break  # one of them has nothing left to wait for
        largest = max(largest, abs(balance))
    return largest


def _flood(told: dict[str, float]) -> None:
    """How much longer one who asks for one picture after another waits beside somebody with
    thirty than somebody alone, in jobs as long as the worker's own."""
    from django.db import transaction

    from generation import fair_share

    early, many, single = people("flooding", 3)
    row = template(many)
    # By another person: what one was served before a flood counts beside it.
    alone = [_wait_of(_enter(row, early, FLOOD_QUEUE)) for _ in range(ALONE_ROWS)]
    with transaction.atomic():
        fair_share.join(many)
    copies(row, [many] * FLOOD_ROWS, queue=FLOOD_QUEUE)
    _ring(FLOOD_QUEUE)
    time.sleep(3 * SERVICE_SECONDS)
    waits = [_wait_of(_enter(row, single, FLOOD_QUEUE)) for _ in range(SINGLE_ROWS)]
    job = _job_seconds(FLOOD_QUEUE)
    told["flood_job_seconds"] = round(job, 3)
    told["flood_longest_wait_seconds"] = round(max(waits), 3)
    told["flood_wait_alone_seconds"] = round(statistics.median(alone), 3)
    told["flood_slows_by_jobs"] = round((max(waits) - statistics.median(alone)) / job, 2)


def _job_seconds(queue: str) -> float:
    """How long a busy worker takes from one claim to the next; the median."""
    from generation.models import Generation

    claimed = Generation.objects.filter(queue=queue).order_by("claimed_at")
    moments = [
        _seconds(moment) for moment in claimed.values_list("claimed_at", flat=True) if moment
    ]
    return statistics.median(after - before for before, after in pairwise(moments))


def _wait_of(row: "Generation") -> float:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while row.state != "done":
        assert time.monotonic() < deadline
        time.sleep(0.1)
        row.refresh_from_db()
    assert row.claimed_at
    return _seconds(row.claimed_at) - _seconds(row.created_at)


def _ring(queue: str) -> None:
    from generation import submission

    submission.announce(queue)


if __name__ == "__main__":
    main()
