"""What each person was served, in device-seconds, and where that puts them in line.

A person's standing is what they were served, plus what they have in flight, less a small credit
for waiting. The smallest standing is served next.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, FloatField, Func, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from generation.models import FairShare, Generation
from generation.states import ACTIVE, WAITING, State

# What an image is taken to cost until it is measured; it only has to be the right size.
TYPICAL_IMAGE_SECONDS = 5.0
# Device-seconds of credit for each second waited: without it, a steady stream of newcomers could
# hold back a person whose counter is high for ever.
CREDIT_A_SECOND = 0.05
CHARGED = frozenset({State.DELIVERING})


@dataclass(frozen=True)
class Turn:
    """One person's standing in a queue, of which only differences mean anything."""

    person_id: int
    standing: float


def join(person: User) -> None:
    """Prepare a person's counter before their row is written; call it inside atomic.

    One who comes back from a pause is lifted to the smallest counter of those being served, or,
    in an idle house, to the largest ever: idle time is not hoarded. Locks the counter, so that
    one person's submissions follow each other.
    """
    FairShare.objects.get_or_create(person=person)
    FairShare.objects.select_for_update().get(person=person)
    unended = Generation.objects.filter(_unended())
    if unended.filter(person=person).exists():
        return
    busy = FairShare.objects.filter(person__in=unended.values("person"))
    present = busy.aggregate(now=Min("served_seconds"))["now"]
    if present is None:
        present = FairShare.objects.aggregate(now=Max("served_seconds"))["now"]
    FairShare.objects.filter(person=person, served_seconds__lt=present).update(
        served_seconds=present
    )


def charge(person_id: int, seconds: float) -> None:
    """Count device-seconds that were spent for a person."""
    counter = FairShare.objects.filter(person_id=person_id)
    if not counter.update(served_seconds=F("served_seconds") + seconds):
        FairShare.objects.get_or_create(person_id=person_id, defaults={"served_seconds": seconds})


def turns_of(rows: QuerySet[Generation], most: int | None = None) -> list[Turn]:
    """The people of these waiting rows, who is served next first; the first `most` or all."""
    flying = _images_in_flight()
    # What is in flight moves people back only: so many more are enough to find the first ones.
    cut = None if most is None else most + len(flying)
    turns = [
        Turn(person_id, standing + flying.get(person_id, 0) * TYPICAL_IMAGE_SECONDS)
        for person_id, standing in _standings(rows)[:cut]
    ]
    return sorted(turns, key=lambda turn: turn.standing)[:most]


def _standings(rows: QuerySet[Generation]) -> QuerySet[Generation, tuple[int, float]]:
    """Each person's standing without what is in flight, the smallest first.

    One pass over the waiting rows: a person has few of them, and to look for the oldest of each by
    an index takes three times as long.
    """
    served = Coalesce(Max("person__fair_share__served_seconds"), 0.0)
    standing = served + CREDIT_A_SECOND * _Seconds(Min("created_at"))
    people = rows.order_by().values("person_id").annotate(standing=standing)
    return people.order_by("standing").values_list("person_id", "standing")


class _Seconds(Func):
    """A moment as a number of seconds, from a beginning that is the database's own."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)"
    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "julianday(%(expressions)s) * 86400"
        return self.as_sql(compiler, connection, template=template, **context)


def _unended() -> Q:
    return Q(state__in=[state.value for state in ACTIVE | WAITING])


def _images_in_flight() -> dict[int, int]:
    # Spent seconds are charged when a render ends; until then they are counted from here, so
    # that several workers do not all serve the same person. What is delivered is charged already.
    running = Generation.objects.filter(state__in=[state.value for state in ACTIVE - CHARGED])
    return dict(running.order_by().values_list("person_id").annotate(flying=Sum("count")))
