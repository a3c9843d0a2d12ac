"""What a log line is about: the request it belongs to and the generations it speaks of.

Bound for a block of code and carried to every line within, whoever writes it. The people's words
are bound too, so that whatever formats a line can leave them out.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from generation.models import Generation

# Of a sheet of looks the first ids are enough to find the others.
MOST_NAMED = 8


@dataclass
class Scope:
    """`unsaid` are texts that no line may repeat."""

    request_id: str = ""
    generations: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()

    @property
    def generation_id(self) -> str:
        """The ids, separated by commas; after some of them only how many more there are."""
        named, more = self.generations[:MOST_NAMED], len(self.generations) - MOST_NAMED
        return ",".join(named) + (f",+{more}" if more > 0 else "")


_scope: ContextVar[Scope | None] = ContextVar("log_scope", default=None)


def scope() -> Scope:
    """What the lines written here and now are about."""
    return _scope.get() or Scope()


@contextmanager
def of_request(request_id: str) -> Iterator[Scope]:
    """Every line within belongs to this request."""
    with _bound(Scope(request_id=request_id)) as bound:
        yield bound


@contextmanager
def about(rows: "Iterable[Generation]") -> Iterator[None]:
    """Every line within speaks of these rows, and so does the rest of a request around it."""
    outer, known = scope(), list(rows)
    inner = Scope(
        outer.request_id,
        tuple(str(row.pk) for row in known),
        (*outer.unsaid, *(row.prompt for row in known)),
    )
    if outer.request_id:
        outer.generations, outer.unsaid = inner.generations, inner.unsaid
    with _bound(inner):
        yield


def note(generation_id: UUID) -> None:
    """The rest of this request is about that row, as its address says."""
    scope().generations = (str(generation_id),)


def leave_out(words: str) -> None:
    """No line of this request repeats these words."""
    scope().unsaid += (words,)


@contextmanager
def _bound(inner: Scope) -> Iterator[Scope]:
    token = _scope.set(inner)
    try:
        yield inner
    finally:
        _scope.reset(token)
