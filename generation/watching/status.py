"""How painting goes, for people who know nothing of models: what is slow, what was, for whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.cache import cache
from django.db.models import Q, Sum
from django.db.models.functions import TruncHour
from django.utils import timezone

from generation.models import Generation
from generation.pace import Pace
from generation.states import State
from generation.watching import facts
from generation.watching.facts import QueueFacts
from stylepacks.models import Checkpoint
from stylepacks.shelf import shelf

KEPT_SECONDS = 5
HOURS = 24
NAMED_PACKS = 2
# So many pictures that did not work within an hour, one in so many, are worth a word.
TROUBLE_FROM, TROUBLE_SHARE = 3, 10


class Going(StrEnum):
    """How it goes, the best first."""

    IDLE = "idle"
    BUSY = "busy"
    TROUBLED = "troubled"
    STARTING = "starting"
    PARTLY = "partly"
    AWAY = "away"


@dataclass(frozen=True)
class Line:
    """One line of people: what it is for, and p50 and p90 of the seconds a newcomer waits."""

    packs: tuple[str, ...]
    more: int
    people: int
    is_open: bool
    is_ready: bool
    is_moving: bool
    wait: Pace | None


@dataclass(frozen=True)
class Hour:
    """A clock hour: images that were made, and images of generations that failed."""

    start: datetime
    made: int = 0
    failed: int = 0

    @property
    def is_troubled(self) -> bool:
        return self.failed >= TROUBLE_FROM and self.failed * TROUBLE_SHARE >= self.made


@dataclass(frozen=True)
class Status:
    """`hours` are the last 24, the running one last."""

    lines: tuple[Line, ...]
    hours: tuple[Hour, ...]

    @property
    def going(self) -> Going:
        open_ones = [line for line in self.lines if line.is_open]
        if not open_ones:
            return Going.AWAY
        if len(open_ones) < len(self.lines):
            return Going.PARTLY
        if not any(line.is_ready for line in open_ones):
            return Going.STARTING
        if self.hours[-1].is_troubled:
            return Going.TROUBLED
        return Going.BUSY if any(line.is_moving for line in self.lines) else Going.IDLE


def status() -> Status:
    """As it was at most KEPT_SECONDS ago. Seven queries, or none."""
    return cache.get_or_set("status", _look, timeout=KEPT_SECONDS) or _look()


def _look() -> Status:
    return Status(tuple(_lines(facts.queues())), tuple(last_hours()))


def _lines(queues: Iterable[QueueFacts]) -> Iterable[Line]:
    """Of each queue that a pack on offer leads to, or in which somebody waits."""
    names = _names_by_family()
    for queue in queues:
        packs = names.get(queue.family, [])
        if not packs and not queue.people:
            continue
        yield Line(
            packs=tuple(packs[:NAMED_PACKS]),
            more=len(packs[NAMED_PACKS:]),
            people=queue.people,
            is_open=queue.workers > 0,
            is_ready=queue.ready > 0,
            is_moving=queue.waiting.rows + queue.running.rows > 0,
            wait=queue.expected_wait,
        )


def _names_by_family() -> dict[str, list[str]]:
    families = dict(Checkpoint.objects.values_list("pk", "family"))
    names = defaultdict(list)
    for card in shelf().cards:
        names[families[card.checkpoint]].append(card.name)
    return names


def last_hours() -> list[Hour]:
    """The last 24 clock hours, the running one last. One query."""
    this = timezone.now().replace(minute=0, second=0, microsecond=0)
    starts = [this - timedelta(hours=ago) for ago in reversed(range(HOURS))]
    counted = {start: (made, failed) for start, made, failed in _ended_since(starts[0])}
    return [Hour(start, *counted.get(start, (0, 0))) for start in starts]


def _ended_since(moment: datetime) -> Iterable[tuple[datetime, int, int]]:
    made, failed = Q(state=State.DONE.value), Q(state=State.FAILED.value)
    rows = Generation.objects.filter(made | failed, finished_at__gte=moment)
    return rows.order_by().annotate(hour=TruncHour("finished_at")).values_list("hour").annotate(
        made=Sum("count", filter=made, default=0),
        failed=Sum("count", filter=failed, default=0),
    )  # fmt: skip
