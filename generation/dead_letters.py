"""Generations that were given up, with what happened to each, and a way to have one made after all.

A row that ended never moves again: another try is a new row with the same frozen recipe. Its
person pays nothing for it, for the first one was given back and they did not ask twice.
"""

from django.db import transaction
from django.db.models import QuerySet

from generation import fair_share, submission
from generation.look_sheets import copy_of
from generation.models import Generation
from generation.states import State


def waiting() -> QuerySet[Generation]:
    """Failed rows that something happened to, the newest first; without curators' trials."""
    rows = Generation.objects.filter(state=State.FAILED.value, is_trial=False)
    return rows.filter(incidents__isnull=False).distinct().order_by("-finished_at")


def try_again(letter: Generation) -> Generation:
    """Queue a copy of it for its person. A second call gives the same copy back.

    Raises ValueError with a plain sentence when this row is no dead letter.
    """
    if letter.state != State.FAILED.value:
        raise ValueError("Only a generation that failed can be tried again.")
    with transaction.atomic():
        # Locked, so that of two people who press at once the second finds the first one's copy.
        Generation.objects.select_for_update().get(pk=letter.pk)
        if (earlier := copy_made_of(letter)) is not None:
            return earlier
        again = copy_of(letter)
        again.idempotency_key, again.sheet, again.place = _key(letter), None, 0
        fair_share.join(letter.person)
        again.save(force_insert=True)
        transaction.on_commit(lambda: submission.announce(again.queue), robust=True)
    return again


def copy_made_of(letter: Generation) -> Generation | None:
    """What `try_again` made of it, if it did."""
    return submission.with_key(letter.person, _key(letter))


def _key(letter: Generation) -> str:
    return f"after {letter.pk}"
