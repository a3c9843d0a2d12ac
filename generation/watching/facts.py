"""What stands in the database about queues, endings and holds: the same for whoever asks.

Everything here is a bounded number of queries over rows that an index finds, however many queues
there are and however much was ever made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from accounts.models import AllowanceHold
from generation import pace, wakeups
from generation.fair_share import TYPICAL_IMAGE_SECONDS
from generation.models import Generation, Worker
from generation.pace import Pace
from generation.progress import seen_since
from generation.states import ACTIVE, ENDED, WAITING
from stylepacks.models import Checkpoint

LATELY = timedelta(hours=1)
_WAITING = Q(state__in=[state.value for state in WAITING])
_RUNNING = Q(state__in=[state.value for state in ACTIVE])
_TILE = Q(sheet__isnull=False)


@dataclass(frozen=True)
class Load:
    """Rows in one state of one queue, and the images they ask for."""

    rows: int = 0
    pictures: int = 0
    tiles: int = 0


@dataclass(frozen=True)
class QueueFacts:
    """One queue now. Paces are p50 and p90 in seconds, None while too little is measured."""

    queue: str
    waiting: Load = Load()
    running: Load = Load()
    people: int = 0
    oldest: datetime | None = None
    workers: int = 0
    ready: int = 0
    pace: Pace | None = None
    tile_pace: Pace | None = None

    @property
    def family(self) -> str:
        return self.queue.split(".")[1]

    @property
    def oldest_seconds(self) -> float:
        """How long the one who waits longest has waited; 0 when nobody waits."""
        return (timezone.now() - self.oldest).total_seconds() if self.oldest else 0.0

    def device_seconds(self, load: Load, at: int = 0) -> float:
        """What these images will cost one device: `at` 0 as usual, 1 when things go slowly.

        An image nobody has measured yet is taken to cost what the scheduler takes it to.
        """
        pictures = self.pace or (TYPICAL_IMAGE_SECONDS, TYPICAL_IMAGE_SECONDS)
        tiles = self.tile_pace or pictures
        return load.pictures * pictures[at] + load.tiles * tiles[at]

    @property
    def expected_wait(self) -> Pace | None:
        """p50 and p90 of seconds until a picture asked for now would be there.

        None while no worker listens or no pace is measured. What runs is half done on average.
        """
        if self.pace is None or not self.workers:
            return None
        usual, slow = (
            (self.device_seconds(self.waiting, at) + self.device_seconds(self.running, at) / 2)
            / self.workers
            + self.pace[at]
            for at in (0, 1)
        )
        return usual, slow


def queues() -> list[QueueFacts]:
    """Every queue that has rows or workers, or whose family some checkpoint is of. Four queries."""
    lines, workers = _lines(), _workers()
    names = sorted({*lines, *workers, *_possible()})
    paces = pace.paces((name, of_tiles) for name in names for of_tiles in (False, True))
    return [
        QueueFacts(
            queue=name,
            pace=paces.get((name, False)),
            tile_pace=paces.get((name, True)),
            **lines.get(name, {}),
            **workers.get(name, {}),
        )
        for name in names
    ]


def endings() -> dict[tuple[str, str], int]:
    """How many generations ended in the last hour, by queue and ending. One query."""
    rows = Generation.objects.filter(
        finished_at__gte=timezone.now() - LATELY, state__in=[state.value for state in ENDED]
    )
    counted = rows.order_by().values_list("queue", "state").annotate(Count("pk"))
    return {(queue, state): count for queue, state, count in counted}


def holds() -> dict[str, int]:
    """Images held now, and settled or released in the last hour. One query."""
    rows = AllowanceHold.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=timezone.now() - LATELY)
    )
    counted = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: counted.get(state.value, 0) for state in AllowanceHold.State}


def _lines() -> dict[str, dict[str, Any]]:
    rows = Generation.objects.filter(state__in=[state.value for state in WAITING | ACTIVE])
    grouped = rows.order_by().values("queue").annotate(
        people=Count("person", distinct=True, filter=_WAITING),
        oldest=Min("created_at", filter=_WAITING),
        **_load("waiting", _WAITING),
        **_load("running", _RUNNING),
    )  # fmt: skip
    return {
        row["queue"]: {
            "people": row["people"],
            "oldest": row["oldest"],
            "waiting": _load_of(row, "waiting"),
            "running": _load_of(row, "running"),
        }
        for row in grouped
    }


def _load(name: str, which: Q) -> dict[str, Any]:
    return {
        f"{name}_rows": Count("pk", filter=which),
        f"{name}_pictures": Sum("count", filter=which & ~_TILE, default=0),
        f"{name}_tiles": Sum("count", filter=which & _TILE, default=0),
    }


def _load_of(row: Mapping[str, Any], name: str) -> Load:
    return Load(*(row[f"{name}_{what}"] for what in ("rows", "pictures", "tiles")))


def _workers() -> dict[str, dict[str, Any]]:
    alive = Worker.objects.filter(last_seen_at__gte=seen_since())
    grouped = alive.order_by().values_list("queue")
    counted = grouped.annotate(all=Count("pk"), warm=Count("pk", filter=Q(is_ready=True)))
    return {queue: {"workers": all_, "ready": warm} for queue, all_, warm in counted}


def _possible() -> Iterable[str]:
    families = Checkpoint.objects.order_by().values_list("family", flat=True).distinct()
    return map(wakeups.queue_for, families)
