"""What each person was served, in device-seconds, and where that puts them in line.

A person's standing is what they were served, plus what they have in flight, less a small credit
for waiting since they were last served. The smallest standing is served next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.db.models import F, Max, Min, Q
from django.db.models.functions import Now

from accounts.models import User
from generation.models import FairShare, GeneratedImage, Generation
from generation.states import ACTIVE, WAITING

# What an image is taken to cost until it is measured; it only has to be the right size.
TYPICAL_IMAGE_SECONDS = 5.0
# Device-seconds of credit for each second waited: without it, a steady stream of newcomers could
# hold back a person whose counter is high for ever.
CREDIT_A_SECOND = 0.05
# The age of a row earns a tenth of it: enough for who is served in another queue meanwhile, and too
# little for somebody's thirty rows, each served in turn, to pass a person who asks for one.
CREDIT_OF_AGE = 0.005
# The clock, and the seconds of a moment from a beginning of its own, as each database says them.
NOW = {
    "postgresql": "STATEMENT_TIMESTAMP()",
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')",
}
SECONDS = {
    "postgresql": "EXTRACT(EPOCH FROM {})::float8",
    "sqlite": "JULIANDAY({}) * 86400",
}
LATER = {"postgresql": "GREATEST", "sqlite": "MAX"}
# `Generation` rows of a queue that can be claimed now; the scheduler's `claimable` in SQL.
CLAIMABLE = "state = 'queued' AND queue = %s AND (retry_at IS NULL OR retry_at <= {now})"


@dataclass(frozen=True)
class Turn:
    """One person's standing in a queue, of which only differences mean anything.

    `longest_wait` is that of the whole line: seconds since its oldest row came in.
    """

    person_id: int
    standing: float
    longest_wait: float


def join(person: User) -> None:
    """Prepare a person's counter before their row is written; call it inside atomic.

    One who comes back from a pause is lifted to the smallest counter of those being served, or,
    in an idle house, to the largest ever: idle time is not hoarded. Locks the counter, so that
    one person's submissions follow each other.
    """
    counter = FairShare.objects.select_for_update().filter(person=person)
    if not counter:
        FairShare.objects.bulk_create([FairShare(person=person)], ignore_conflicts=True)
        counter.get()  # locked now, whoever wrote it
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
    if not counter.update(served_seconds=F("served_seconds") + seconds, served_at=Now()):
        begun = {"served_seconds": seconds, "served_at": Now()}
        FairShare.objects.get_or_create(person_id=person_id, defaults=begun)


def turns_of(queue: str, most: int | None = None) -> list[Turn]:
    """The people with rows to claim here, who is served next first; the first `most` or all."""
    line = _line(connection.vendor)
    asked = (CREDIT_A_SECOND, CREDIT_OF_AGE, TYPICAL_IMAGE_SECONDS, queue)
    with connection.cursor() as cursor:
        cursor.execute(line if most is None else f"{line} LIMIT {most:d}", asked)
        return [Turn(*row) for row in cursor.fetchall()]


def first_row_of(person_id: int, queue: str) -> Iterable[Generation]:
    """The row of this person to claim next, or none: pictures before tiles, then the oldest."""
    return Generation.objects.raw(_first_row(connection.vendor), [queue, person_id])


@cache
def _line(vendor: str) -> str:
    """Who waits, what they were served and what they have in flight, in one statement.

    Every claim asks it: spelled out, it takes a tenth of what the query builder needs, and the
    waiting rows are read from the index `people_waiting` alone. Spent seconds are charged when a
    render ends; until then they are counted from what is in flight, so that several workers do
    not all serve the same person. What is delivered is charged already.
    """
    now, seconds, later = NOW[vendor], SECONDS[vendor], LATER[vendor]
    served_at = f"COALESCE({seconds.format('share.served_at')}, waiting.since)"
    # The tables' names are the models' own.
    return f"""
        SELECT waiting.person_id,
            COALESCE(share.served_seconds, 0) + %s * {later}(waiting.since, {served_at})
                + %s * waiting.since
                + %s * COALESCE(flying.images, 0) AS standing,
            {seconds.format(now)} - MIN(waiting.since) OVER () AS longest_wait
        FROM (
            SELECT person_id, {seconds.format("MIN(created_at)")} AS since
            FROM {Generation._meta.db_table}
            WHERE {CLAIMABLE.format(now=now)}
            GROUP BY person_id
        ) AS waiting
        LEFT JOIN (
            SELECT person_id, SUM(count) AS images
            FROM {Generation._meta.db_table}
            WHERE state IN ('claimed', 'rendering')
            GROUP BY person_id
        ) AS flying ON flying.person_id = waiting.person_id
        LEFT JOIN {FairShare._meta.db_table} AS share ON share.person_id = waiting.person_id
        ORDER BY standing
    """  # noqa: S608


@cache
def _first_row(vendor: str) -> str:
    # Spelled out for the same reason: 34 columns take the query builder most of a millisecond.
    return f"""
        SELECT *, EXISTS (
            SELECT 1 FROM {GeneratedImage._meta.db_table}
            WHERE generation_id = {Generation._meta.db_table}.id
        ) AS may_have_images
        FROM {Generation._meta.db_table}
        WHERE {CLAIMABLE.format(now=NOW[vendor])} AND person_id = %s
        ORDER BY sheet_id NULLS FIRST, created_at
        LIMIT 1
    """  # noqa: S608


def _unended() -> Q:
    return Q(state__in=[state.value for state in ACTIVE | WAITING])
