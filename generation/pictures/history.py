"""Walking a long history by its keys: a page costs the same at the first row and the last.

Rows are ordered newest first, by a moment and then by id. The moment stands alone in a condition
that an index can start from; the id only breaks ties. A number may stand in for the moment: the
row with the highest comes first then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Model, Q, QuerySet


@dataclass(frozen=True)
class Place:
    """Where one stands in a history: beside the row of this moment and id."""

    moment: datetime | int
    pk: Any

    def __str__(self) -> str:
        at = self.moment.isoformat() if isinstance(self.moment, datetime) else self.moment
        return f"{at}~{self.pk}"

    @classmethod
    def read(cls, text: str, model: type[Model], by: str = "created_at") -> Self | None:
        """The place an address names, or None when it is no place at all."""
        moment, _, pk = text.partition("~")
        read = _moment if isinstance(model._meta.get_field(by), DateTimeField) else int
        try:
            return cls(read(moment), model._meta.pk.to_python(pk))
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
    place = Place.read(asked, rows.model, by)
    ordered = older(rows, place, by) if place else rows.order_by(f"-{by}", "-pk")
    found = list(ordered[: size + 1])
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    return Page(shown, str(Place(getattr(last, by), last.pk)) if last else "", place is None)


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text.replace(" ", "+"))
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone could be any of many.")
    return at.astimezone(UTC)  # OverflowError here rather than in the database
