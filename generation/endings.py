"""How a try ends: done, refused for good, tried again, given back, cancelled.

Each ending moves the row and closes its holds in one transaction, so that nobody is charged for
an image that was not delivered, whoever wins a race for the row.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts import allowance
from generation.models import Generation, Incident, LookSheet, StepPreview
from generation.moving import move, seconds_from_now
from generation.progress import publish
from generation.states import ACTIVE, WAITING, State
from generation.told_errors import GAVE_UP

# The pause before the next try: longer each time, and never so long that somebody gives up.
RETRY_SECONDS, LONGEST_RETRY_SECONDS = 5, 60
# States in which a row that its worker died over may be the cause of that.
SUSPECT = frozenset({State.RENDERING.value, State.DELIVERING.value})


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


def left_behind(generation: Generation, claim_token: UUID, *, lease_ran_out: bool = False) -> bool:
    """Its worker died: back to the queue, or set aside once it was worked on in too many deaths.

    A row that was only claimed had no part in it, and the try does not count.
    """
    row = _held(generation.pk, claim_token)
    if row is None or row.state not in SUSPECT:
        return given_back(generation, claim_token, lease_ran_out=lease_ran_out)
    fields: dict[str, Any] = {"deaths": row.deaths + 1, "lease_ran_out": lease_ran_out}
    incident = _incident(row, Incident.Cause.DIED)
    if row.deaths + 1 < settings.MAX_DEATHS:
        return _after(incident, _requeue, claim_token, **fields)
    fields["error"] = GAVE_UP.format(attempts=row.deaths + 1)
    return _after(incident, _fail, claim_token, **fields)


def tried_again(
    generation: Generation, claim_token: UUID, sentence: str, tries: int | None = None
) -> bool:
    """Refused: back to the queue after a pause, or failed and released after so many tries."""
    row = _held(generation.pk, claim_token)
    if row is None:
        return False
    refusals = row.refusals + 1
    incident = _incident(row, Incident.Cause.REFUSED, sentence)
    if refusals >= (tries or settings.MAX_ATTEMPTS):
        return _after(incident, _fail, claim_token, refusals=refusals, error=sentence[:500])
    pause = min(RETRY_SECONDS * 3 ** (refusals - 1), LONGEST_RETRY_SECONDS)
    retry_at = seconds_from_now(pause)
    return _after(incident, _requeue, claim_token, refusals=refusals, retry_at=retry_at)


def given_back(generation: Generation, claim_token: UUID, **fields: Any) -> bool:
    """Back to the queue untouched, as when a worker is asked to stop: the try does not count."""
    return _requeue(generation.pk, claim_token, attempts=max(0, generation.attempts - 1), **fields)


def _held(generation_id: UUID, claim_token: UUID) -> Generation | None:
    return Generation.objects.filter(pk=generation_id, claim_token=claim_token).first()


def _incident(row: Generation, cause: Incident.Cause, sentence: str = "") -> Incident:
    return Incident(
        generation=row,
        cause=cause,
        worker=row.claimed_by,
        state=row.state,
        step=row.step,
        total_steps=row.total_steps,
        claim_token=row.claim_token,
        said=sentence[:500],
    )


def _after(incident: Incident, end: Any, claim_token: UUID, **fields: Any) -> bool:
    """The row's move with the evidence for it, both or neither."""
    with transaction.atomic():
        moved: bool = end(incident.generation_id, claim_token, **fields)
        if moved:
            incident.save()
    return moved


def _fail(generation_id: UUID, claim_token: UUID, **fields: Any) -> bool:
    return _end(generation_id, State.FAILED, claim_token=claim_token, **fields)


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
