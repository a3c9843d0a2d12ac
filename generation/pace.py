"""How long an image takes here, measured on what was made lately. Seconds of a device.

Tiles of a sheet are drafts, far quicker than pictures: the two are measured apart.
"""

from collections import defaultdict
from collections.abc import Iterable
from statistics import quantiles

from django.core.cache import cache
from django.db import connection
from django.db.models import F, IntegerField, QuerySet, Value

from generation.models import Generation
from generation.states import State

MEASURED_ROWS = 40
ENOUGH_ROWS = 3

Pace = tuple[float, float]
# A queue, and whether its tiles are meant.
Line = tuple[str, bool]


def seconds_an_image(queue: str, of_tiles: bool = False) -> Pace | None:
    """p50 and p90 of what an image took here lately; None before enough are measured."""
    line = (queue, of_tiles)
    pace: Pace | None = cache.get_or_set(
        f"pace:{queue}:{of_tiles}", lambda: paces((line,)).get(line), timeout=5
    )
    return pace


def paces(lines: Iterable[Line]) -> dict[Line, Pace]:
    """The paces that are measured, of many lines in one query."""
    known = list(lines)
    seconds: dict[Line, list[float]] = defaultdict(list)
    for at, taken in _taken(known):
        seconds[known[at]].append(taken)
    return {line: _pace(each) for line, each in seconds.items() if len(each) >= ENOUGH_ROWS}


def _taken(lines: list[Line]) -> list[tuple[int, float]]:
    if not lines:
        return []
    # The ORM cuts the parts of a union to so many rows on PostgreSQL only: put together by hand.
    parts = [_lately(at, line).query.sql_with_params() for at, line in enumerate(lines)]
    union = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS part" for sql, _ in parts)  # noqa: S608 - Django wrote each
    with connection.cursor() as cursor:
        cursor.execute(union, [value for _, values in parts for value in values])
        rows: list[tuple[int, float]] = cursor.fetchall()
    return rows


def _lately(at: int, line: Line) -> QuerySet[Generation, tuple[int, float]]:
    queue, of_tiles = line
    rows = Generation.objects.filter(queue=queue, state=State.DONE.value, device_seconds__gt=0)
    rows = rows.filter(sheet__isnull=not of_tiles).order_by("-finished_at")
    number = Value(at, output_field=IntegerField())
    return rows.values_list(number, F("device_seconds") / F("count"))[:MEASURED_ROWS]


def _pace(seconds: list[float]) -> Pace:
    tenths = quantiles(seconds, n=10, method="inclusive")
    return tenths[4], tenths[8]
