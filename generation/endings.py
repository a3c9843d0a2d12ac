"""How a try ends: done, refused for good, tried again, given back, cancelled.

Each ending moves the row and closes its holds in one transaction, so that nobody is charged for
an image that was not delivered, whoever wins a race for the row.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import allowance
from generation.models import Generation, LookSheet, StepPreview
from generation.moving import move
from generation.progress import publish
from generation.states import ACTIVE, WAITING, State
from generation.told_errors import GAVE_UP

RETRY_SECONDS = 5


def done(generation_id: UUID, claim_token: UUID, device_seconds: float) -> bool:
    """Every image is delivered. True when this call ended it."""
    moved = move(generation_id, State.DONE, claim_token=claim_token, device_seconds=device_seconds)
    if moved:
        _close(generation_id)
    return moved


def failed(generation_id: UUID, sentence: str, claim_token: UUID | None = None) -> bool:
    """Ended for good; what was not delivered is released."""
    return _end(generation_id, State.FAILED, claim_token=claim_token, error=sentence[:500])


def cancelled(generation_id: UUID) -> bool:
    """Ended by its person, in whatever state it was; delivered images stay."""
    return _end(generation_id, State.CANCELLED, cancel_requested=True)


def tried_again(
    generation: Generation,
    claim_token: UUID,
    sentence: str = "",
    lease_before: datetime | None = None,
) -> bool:
    """Back to the queue, or failed and released after the last attempt (counted at claim).

    With a `sentence` something refused, and the next try waits a little; without, a worker died.
    """
    if generation.attempts >= settings.MAX_ATTEMPTS:
        said = sentence or GAVE_UP.format(attempts=generation.attempts)
        return _end(
            generation.pk,
            State.FAILED,
            claim_token=claim_token,
            lease_before=lease_before,
            error=said[:500],
        )
    pause = timedelta(seconds=RETRY_SECONDS * 3 ** (generation.attempts - 1)) if sentence else None
    return _requeue(
        generation.pk,
        claim_token,
        lease_before=lease_before,
        retry_at=pause and timezone.now() + pause,
    )


def given_back(generation: Generation, claim_token: UUID) -> bool:
    """Back to the queue untouched, as when a worker is asked to stop: the try does not count."""
    return _requeue(generation.pk, claim_token, attempts=max(0, generation.attempts - 1))


def _requeue(generation_id: UUID, claim_token: UUID, **fields: Any) -> bool:
    moved = move(generation_id, State.QUEUED, claim_token=claim_token, **fields)
    if moved:
        _close(generation_id)
    return moved


def _end(generation_id: UUID, state: State, **fields: Any) -> bool:
    with transaction.atomic():
        moved = move(generation_id, state, **fields)
        if moved:
            _release(generation_id)
            _close(generation_id)
    return moved


def _release(generation_id: UUID) -> None:
    allowance.release(str(generation_id))
    sheet = LookSheet.objects.filter(tiles=generation_id)
    # Locked, so that of two tiles that end at once the later one sees that it is the last.
    for ended_in in sheet.select_for_update():
        unended = [state.value for state in ACTIVE | WAITING]
        if not ended_in.tiles.filter(state__in=unended).exists():
            allowance.release(ended_in.hold_reference)


def _close(generation_id: UUID) -> None:
    StepPreview.objects.filter(generation_id=generation_id).delete()
    transaction.on_commit(lambda: publish(generation_id), robust=True)
