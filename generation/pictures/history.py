"""Walking a long history by its keys: a page costs the same at the first row and the last.

Rows are ordered newest first, by a moment and then by id. The moment stands alone in a condition
that an index can start from; the id only breaks ties.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet


@dataclass(frozen=True)
class Place:
    """Where one stands in a history: beside the row of this moment and id."""

    moment: datetime
    pk: Any

    def __str__(self) -> str:
        return f"{self.moment.isoformat()}~{self.pk}"

    @classmethod
    def read(cls, text: str, model: type[Model]) -> Self | None:
        """The place an address names, or None when it is no place at all."""
        moment, _, pk = text.partition("~")
        try:
            at = datetime.fromisoformat(moment.replace(" ", "+"))
            return cls(at, model._meta.pk.to_python(pk)) if at.tzinfo else None
        except (ValueError, OverflowError, ValidationError):
            return None


@dataclass(frozen=True)
class Page:
    """Some rows, newest first; `before` leads to the next older page and is empty at the end."""

    rows: Sequence[Any]
    before: str
    is_newest: bool


def older(rows: QuerySet[Any], than: Place, by: str = "created_at") -> QuerySet[Any]:
    """Rows after this place, newest first."""
    reached = Q(**{by: than.moment, "pk__gte": than.pk})
    rows = rows.filter(**{f"{by}__lte": than.moment}).exclude(reached)
    return rows.order_by(f"-{by}", "-pk")


def newer(rows: QuerySet[Any], than: Place, by: str = "created_at") -> QuerySet[Any]:
    """Rows before this place, the nearest first."""
    reached = Q(**{by: than.moment, "pk__lte": than.pk})
    rows = rows.filter(**{f"{by}__gte": than.moment}).exclude(reached)
    return rows.order_by(by, "pk")


def page_of(rows: QuerySet[Any], asked: str, size: int, by: str = "created_at") -> Page:
    """One page of a history; an address that names no place gives the newest."""
    place = Place.read(asked, rows.model)
    ordered = older(rows, place, by) if place else rows.order_by(f"-{by}", "-pk")
    found = list(ordered[: size + 1])
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    return Page(shown, str(Place(getattr(last, by), last.pk)) if last else "", place is None)
