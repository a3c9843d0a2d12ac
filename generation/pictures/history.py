"""Walking a long history by its keys: a page costs the same at the first row and the last.

Rows are ordered newest first, by moment and then by id. The moment stands alone in a condition
that an index can start from; the id only breaks ties.
"""

from django.db.models import Q, QuerySet

from generation.models import Generation


def newest_first(rows: QuerySet[Generation]) -> QuerySet[Generation]:
    return rows.order_by("-created_at", "-pk")


def older(rows: QuerySet[Generation], than: Generation) -> QuerySet[Generation]:
    """Rows after this one, newest first."""
    reached = Q(created_at=than.created_at, pk__gte=than.pk)
    return newest_first(rows.filter(created_at__lte=than.created_at).exclude(reached))


def newer(rows: QuerySet[Generation], than: Generation) -> QuerySet[Generation]:
    """Rows before this one, the nearest first."""
    reached = Q(created_at=than.created_at, pk__lte=than.pk)
    rows = rows.filter(created_at__gte=than.created_at).exclude(reached)
    return rows.order_by("created_at", "pk")
