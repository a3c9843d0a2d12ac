"""Rows that come one by one, and when a worker took them."""

import time
from datetime import datetime
from typing import TYPE_CHECKING

from benchmarks.queue.rows import copies

if TYPE_CHECKING:
    from accounts.models import User
    from generation.models import Generation

PATIENCE_SECONDS = 600


def enter(row: "Generation", owner: "User", queue: str) -> "Generation":
    """A copy of `row` of this person, in line from now on; the bell is rung."""
    from django.db import transaction
    from django.utils import timezone

    from generation import fair_share, submission

    with transaction.atomic():
        fair_share.join(owner)
        (made,) = copies(row, [owner], queue=queue, created_at=timezone.now())
        transaction.on_commit(lambda: submission.announce(queue))
    return made


def ended(queue: str) -> list[tuple[datetime, datetime]]:
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


def seconds(moment: datetime) -> float:
    """Of a clock that all rows share."""
    return moment.timestamp()
