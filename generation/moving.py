"""The only place that changes a generation's state: conditional updates, one row or none.

Leases and pauses are told by the database's clock, which all workers share: one whose own clock
steps would take living workers' rows, or keep a row waiting for an hour.
"""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.db.models.lookups import Exact
from django.utils import timezone

from generation.models import Generation
from generation.states import ACTIVE, ENDED, State, sources_of

logger = logging.getLogger(__name__)

LEASE_RAN_OUT = Q(lease_expires_at__lt=Now())
# Not RENDERING: where a render takes the whole machine down, that state is what tells on its row.
UNAWAITED = frozenset({State.CLAIMED, State.DELIVERING})
# Part of the WHERE, so that it holds for the one transaction that this UPDATE is.
_OFF_FOR_NOW = (Value("synchronous_commit"), Value("off"), Value(True))
_IS_UNAWAITED = Exact(
    Func(*_OFF_FOR_NOW, function="set_config", output_field=TextField()), Value("off")
)


def move(
    generation_id: UUID,
    new: State,
    *,
    claim_token: UUID | None = None,
    lease_ran_out: bool = False,
    **fields: Any,
) -> bool:
    """One UPDATE along the transition table; False when the row was not there to be moved.

    `claim_token` is the claim that must still hold, or, on the way to CLAIMED, the one taken.
    `lease_ran_out` moves only a row whose lease has run out.
    """
    sources = [state.value for state in sources_of(new)]
    rows = Generation.objects.filter(pk=generation_id, state__in=sources)
    if new is State.CLAIMED:
        fields["claim_token"] = claim_token
    elif claim_token is not None:
        rows = rows.filter(claim_token=claim_token)
    if lease_ran_out:
        rows = rows.filter(LEASE_RAN_OUT)
    if new in UNAWAITED:
        rows = _unawaited(rows)
    moved = rows.update(state=new.value, **{**_belonging_to(new), **fields}) == 1
    if moved:
        logger.info("Now %s", new.value, extra={"generation_id": str(generation_id)})
    return moved


def touch(generation_id: UUID, claim_token: UUID, **fields: Any) -> bool:
    """Renew the lease and set `fields`, only while this claim holds. Locks the row in atomic."""
    rows = Generation.objects.filter(
        pk=generation_id, claim_token=claim_token, state__in=[state.value for state in ACTIVE]
    )
    return _unawaited(rows).update(lease_expires_at=lease_end(), **fields) == 1


def lease_end() -> Combinable:
    """When a lease taken or renewed now runs out."""
    return seconds_from_now(settings.LEASE_SECONDS)


def seconds_from_now(seconds: float) -> Combinable:
    """A moment by the database's clock; negative seconds lie in the past."""
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())


def _unawaited(rows: QuerySet[Generation]) -> QuerySet[Generation]:
    """Change these without waiting for PostgreSQL's disk, unless it is part of something larger.

    A server that dies may forget the last moment of it: the row is then where it was, and a claim
    that is not there any more delivers nothing. What follows and is awaited takes these along.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return rows
    return rows.filter(_IS_UNAWAITED)


def _belonging_to(new: State) -> dict[str, object]:
    now = timezone.now()
    if new is State.CLAIMED:
        return {"claimed_at": now, "lease_expires_at": lease_end(), "retry_at": None}
    if new is State.QUEUED:
        return {"claim_token": None, "claimed_by": "", "lease_expires_at": None, "step": 0}
    if new in ENDED:
        return {"finished_at": now, "lease_expires_at": None}
    return {"lease_expires_at": lease_end()}
