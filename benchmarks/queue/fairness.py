"""Who is served how much: two people who always wait, and one beside another's flood.

Run in the environment of a house with the fleet of `QUEUES`: python -m benchmarks.queue.fairness

One after the other: whoever else is served decides where a newcomer's counter begins.
"""

import json
import statistics
import time
from itertools import pairwise
from typing import TYPE_CHECKING

from benchmarks.queue.arriving import PATIENCE_SECONDS, ended, enter, seconds
from benchmarks.queue.rows import copies, people, set_up, template
from benchmarks.queue.waiting import SERVICE_SECONDS

if TYPE_CHECKING:
    from generation.models import Generation

# Two people who always have something waiting: one asks for one image a time, one for two.
GAP_QUEUE, GAP_ROWS = "render.gap.cpu", 40
# One person with thirty rows waiting, and another with one after the other.
FLOOD_QUEUE, FLOOD_ROWS, SINGLE_ROWS, ALONE_ROWS = "render.flood.cpu", 30, 12, 5
QUEUES = {GAP_QUEUE: 1, FLOOD_QUEUE: 1}


def main() -> None:
    set_up()
    told: dict[str, float] = {}
    _flood(told)
    _gap(told)
    print(json.dumps(told))


def _gap(told: dict[str, float]) -> None:
    """The largest difference of what two waiting people were served, in jobs of the larger."""
    one, two = people("backlogged", 2)
    copies(template(one), [one] * GAP_ROWS * 2, queue=GAP_QUEUE)
    copies(template(two, count=2), [two] * GAP_ROWS, queue=GAP_QUEUE)
    _ring(GAP_QUEUE)
    ended(GAP_QUEUE)
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
    alone = [_wait_of(enter(row, early, FLOOD_QUEUE)) for _ in range(ALONE_ROWS)]
    with transaction.atomic():
        fair_share.join(many)
    copies(row, [many] * FLOOD_ROWS, queue=FLOOD_QUEUE)
    _ring(FLOOD_QUEUE)
    time.sleep(3 * SERVICE_SECONDS)
    waits = [_wait_of(enter(row, single, FLOOD_QUEUE)) for _ in range(SINGLE_ROWS)]
    job = _job_seconds(FLOOD_QUEUE)
    told["flood_job_seconds"] = round(job, 3)
    told["flood_longest_wait_seconds"] = round(max(waits), 3)
    told["flood_wait_alone_seconds"] = round(statistics.median(alone), 3)
    told["flood_slows_by_jobs"] = round((max(waits) - statistics.median(alone)) / job, 2)


def _job_seconds(queue: str) -> float:
    """How long a busy worker takes from one claim to the next; the median."""
    from generation.models import Generation

    claimed = Generation.objects.filter(queue=queue).order_by("claimed_at")
    moments = [seconds(moment) for moment in claimed.values_list("claimed_at", flat=True) if moment]
    return statistics.median(after - before for before, after in pairwise(moments))


def _wait_of(row: "Generation") -> float:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while row.state != "done":
        assert time.monotonic() < deadline
        time.sleep(0.1)
        row.refresh_from_db()
    assert row.claimed_at
    return seconds(row.claimed_at) - seconds(row.created_at)


def _ring(queue: str) -> None:
    from generation import submission

    submission.announce(queue)


if __name__ == "__main__":
    main()
