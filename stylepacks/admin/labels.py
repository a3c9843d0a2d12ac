"""Columns that unfold shows as coloured labels."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

Column = TypeVar("Column", bound=Callable[..., str])
VERSION_COLOURS = {"live": "success", "draft": "info", "published": "default"}
PACK_COLOURS = {"Published": "success", "Draft": "info", "Retired": "warning"}


def labelled(description: str, colours: dict[str, str]) -> Callable[[Column], Column]:
    """Mark an admin column's method: its text is the label, `colours` says in which colour."""

    def mark(column: Column) -> Column:
        attributes = cast(Any, column)
        attributes.short_description = description
        attributes.label = colours
        return column

    return mark
