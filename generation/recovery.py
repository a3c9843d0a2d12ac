"""Finding what a dead worker left behind. Any process may sweep, any number at once."""

from uuid import UUID

from django.db.models import QuerySet

from generation import endings, look_sheets, scheduler, trials, wakeups
from generation.models import Generation, StepPreview, Worker
from generation.moving import LEASE_RAN_OUT, seconds_from_now
from generation.pictures import removing
from generation.states import ACTIVE
from generation.watching import worker_metrics

# A worker that has not been seen for an hour will not come back under its old name.
FORGET_WORKER_SECONDS = 3600
BELLS_AT_ONCE = 4


def sweep() -> int:
    """One round; returns how many rows were taken from dead workers. Safe to run twice at once.

    1. Recover rows whose lease ran out.
    2. Answer curators whose trials have ended.
    3. Delete previews of rows nobody renders, workers long gone and sheets of looks past their
       time.
    4. Erase what was removed too long ago to be brought back.
    5. Ring for queues with waiting rows: their bells may have been lost.
    """
    recovered = recover()
    trials.answer_ended()
    active = [state.value for state in ACTIVE]
    StepPreview.objects.exclude(generation__state__in=active).delete()
    forgotten = seconds_from_now(-FORGET_WORKER_SECONDS)
    Worker.objects.filter(last_seen_at__lt=forgotten).delete()
    look_sheets.forget_old()
    removing.erase_expired()
    for queue, rows in scheduler.waiting_queues().items():
        for _ in range(min(rows, BELLS_AT_ONCE)):
            wakeups.ring(queue)
    return recovered


def recover() -> int:
    """Rows whose lease ran out go back to the queue, or fail and are released after the last try.

    The claim and the old lease stand in the WHERE, so two rounds at once move a row once.
    """
    recovered = sum(
        endings.left_behind(row, _token(row), lease_ran_out=True)
        for row in _running().filter(LEASE_RAN_OUT)
    )
    worker_metrics.erred("lease_ran_out", recovered)
    return recovered


def recover_held_by(worker_name: str) -> int:
    """Rows an earlier process of this name held: it is dead, so their leases need not run out."""
    rows = _running().filter(claimed_by=worker_name)
    return sum(endings.left_behind(row, _token(row)) for row in rows)


def give_back(claim_token: UUID) -> int:
    """Rows of a claim that its worker has no time left for; the try does not count."""
    rows = _running().filter(claim_token=claim_token)
    return sum(endings.given_back(row, claim_token) for row in rows)


def _running() -> QuerySet[Generation]:
    active = [state.value for state in ACTIVE]
    rows = Generation.objects.filter(state__in=active, claim_token__isnull=False)
    return rows.only("pk", "attempts", "claim_token")


def _token(row: Generation) -> UUID:
    assert row.claim_token is not None
    return row.claim_token
