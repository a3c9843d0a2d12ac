"""A curator's trials: rendered like every generation, then handed to the pack and forgotten."""

import logging

from django.db import transaction

from generation.deleting import delete_generation
from generation.models import Generation
from generation.states import ENDED, State
from stylepacks import previews

logger = logging.getLogger(__name__)


def answer_ended() -> int:
    """Hand over every trial that has ended; returns how many. Safe to run twice at once.

    The row is deleted in the same transaction: a draft must not be kept from being changed or
    deleted by a picture that was made to look at it.
    """
    ended = [state.value for state in ENDED]
    rows = Generation.objects.filter(is_trial=True, state__in=ended).order_by("created_at")
    return sum(_answer(row) for row in rows)


def _answer(row: Generation) -> bool:
    with transaction.atomic():
        taken = Generation.objects.filter(pk=row.pk, is_trial=True).update(is_trial=False)
        if taken:
            _hand_over(row)
            delete_generation(row)
    return bool(taken)


def _hand_over(row: Generation) -> None:
    version = row.pack_version
    if row.state == State.DONE.value:
        previews.deliver(version, [image.file for image in row.images.order_by("index")])
    else:
        previews.fail(version, row.error or "The preview was cancelled.")
