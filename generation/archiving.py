"""What ended long ago and shows nothing leaves the tables that work is done in.

Whatever still shows a picture stays where it is, however old: a history has no end. What people
deleted is gone and comes here neither. What is counted of a day's allowance stands in that day's
row, so its closed entries may go.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core import serializers
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import AllowanceHold
from generation import monthly_partitions
from generation.models import Archived, GeneratedImage, Generation, Incident, LookSheet
from generation.pictures.history import Place, newer
from generation.states import ENDED, State

AT_ONCE = 500
PICTURELESS = [state.value for state in ENDED - {State.DONE}]


def archive(most: int | None = None) -> int:
    """Move what ended HOUSESTYLE_ARCHIVE_DAYS ago; of each kind no more than about `most` rows.

    Returns how many rows left. Each batch moves whole or not at all, so that this may be killed,
    or run twice at once.
    """
    if not settings.ARCHIVE_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.ARCHIVE_DAYS)
    moved = _move_all(_ended(before), "finished_at", _move_generations, most)
    closed = AllowanceHold.objects.filter(closed_at__lt=before)
    return moved + _move_all(closed, "closed_at", _move_ledger, most)


def _ended(before: datetime) -> QuerySet[Generation]:
    """Generations without a picture; the tiles of a sheet of looks go when it goes."""
    images = GeneratedImage.objects.filter(generation=OuterRef("pk"))
    rows = Generation.objects.filter(state__in=PICTURELESS, finished_at__lt=before)
    return rows.filter(~Exists(images), sheet=None, is_trial=False, removal=None)


def _move_all(
    rows: QuerySet[Any], by: str, move: Callable[[list[Any]], int], most: int | None
) -> int:
    moved, rest = 0, rows.order_by(by, "pk")
    while most is None or moved < most:
        with transaction.atomic():
            batch = list(rest.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
            if not batch:
                break
            moved += move(batch)
        # What has to stay is not looked at again.
        rest = newer(rows, Place(getattr(batch[-1], by), batch[-1].pk), by)
    return moved


def _move_generations(rows: Sequence[Generation]) -> int:
    incidents = Incident.objects.filter(generation__in=rows).order_by("generation_id", "pk")
    told = {pk: list(those) for pk, those in groupby(incidents, lambda each: each.generation_id)}
    _write(
        Archived(
            kind=Archived.Kind.GENERATION,
            reference=str(row.pk),
            person_id=row.person_id,
            ended_at=row.finished_at or row.created_at,
            content=serializers.serialize("python", [row, *told.get(row.pk, ())]),
        )
        for row in rows
    )
    Generation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _move_ledger(some: Sequence[AllowanceHold]) -> int:
    """All entries of what these belong to, once all are closed."""
    references = {hold.reference for hold in some} - _of_sheets(some)
    holds = AllowanceHold.objects.filter(reference__in=references).select_related("allowance")
    holds = holds.order_by("reference", "index").select_for_update(of=("self",))
    whole = [list(those) for _, those in groupby(holds, lambda each: each.reference)]
    whole = [those for those in whole if all(hold.closed_at for hold in those)]
    _write(_entry(those) for those in whole)
    moved = [hold.pk for those in whole for hold in those]
    AllowanceHold.objects.filter(pk__in=moved).delete()
    return len(moved)


def _of_sheets(holds: Sequence[AllowanceHold]) -> set[str]:
    """Those whose sheet of looks is still there: trying it again asks whether it was given back."""
    of = {hold.reference: hold.reference.partition("/")[0] for hold in holds}
    sheets = [sheet for reference, sheet in of.items() if "/" in reference]
    there = {str(pk) for pk in LookSheet.objects.filter(pk__in=sheets).values_list("pk", flat=True)}
    return {reference for reference, sheet in of.items() if sheet in there}


def _entry(holds: Sequence[AllowanceHold]) -> Archived:
    told = [[each.index, each.state, each.created_at, each.closed_at] for each in holds]
    # Guests of one address share a row of the day, but hold on their own.
    assert holds[0].allowance.person_id is not None
    return Archived(
        kind=Archived.Kind.LEDGER,
        reference=holds[0].reference,
        person_id=holds[0].allowance.person_id,
        ended_at=max(each.closed_at for each in holds if each.closed_at),
        content=told,
    )


def _write(rows: Iterable[Archived]) -> None:
    made = list(rows)
    monthly_partitions.prepare(Archived, (row.ended_at for row in made))
    Archived.objects.bulk_create(made)
