"""What was finished while its person looked elsewhere: told on every page until it was seen.

The API sees for itself; curators' trials and the drafts of a sheet of looks have their own pages.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from generation.models import Generation
from generation.states import State

MOST = 9


@dataclass(frozen=True)
class Ready:
    """How many generations wait to be seen, counted to one more than MOST; `newest` is the last."""

    count: int
    newest: UUID

    @property
    def has_more(self) -> bool:
        return self.count > MOST


def ready_for(person: User) -> Ready | None:
    """One query, from an index that holds nothing but what was not seen yet."""
    found = list(_unseen(person).order_by("-finished_at").values_list("pk", flat=True)[: MOST + 1])
    return Ready(len(found), found[0]) if found else None


def saw(generation: Generation) -> None:
    """Its person looked at this generation; nothing happens before it is done, or twice."""
    if generation.seen_at is None and generation.state == State.DONE.value:
        _unseen(generation.person).filter(pk=generation.pk).update(seen_at=timezone.now())


def sees_itself(generation: Generation) -> None:
    """A program asked for it and looks whenever it likes: nobody need be told."""
    Generation.objects.filter(pk=generation.pk).update(seen_at=timezone.now())


def saw_all(person: User) -> None:
    # Asked first: a page that is only read should not wait for SQLite's one writer.
    if _unseen(person).exists():
        _unseen(person).update(seen_at=timezone.now())


def _unseen(person: User) -> QuerySet[Generation]:
    return Generation.objects.filter(
        person=person,
        state=State.DONE.value,
        seen_at=None,
        is_trial=False,
        sheet=None,
        removal=None,
    )
