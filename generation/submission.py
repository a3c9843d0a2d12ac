"""Taking a wish in: checked, held and written in one transaction, then the bell is rung."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from accounts import allowance
from accounts.models import User
from generation import endings, fair_share, logs, progress, recipes, wakeups
from generation.engine.contract import batch_key
from generation.models import Generation
from generation.recipes import Recipe
from generation.states import ACTIVE, WAITING
from generation.wishes import SubmissionError, Wish, cleaned, too_many_waiting
from stylepacks.models import PackVersion
from stylepacks.rules.digests import digest

__all__ = ["SubmissionError", "Wish", "cancel", "submit", "submit_trial"]

MAX_UNENDED = 8
MAX_KEY_CHARACTERS = 64


def submit(person: User, wish: Wish, idempotency_key: str) -> Generation:
    """Queue a wish and hold its images; a repeated key gives the same Generation back.

    Raises SubmissionError with one plain sentence, having changed nothing.
    """
    key = checked_key(idempotency_key)
    if (earlier := with_key(person, key)) is not None:
        return earlier
    wish = cleaned(wish)
    versions = recipes.versions_of(wish)
    return entered(row_of(person, wish, versions, recipes.build(wish, versions)), key)


def entered(row: Generation, key: str) -> Generation:
    row.idempotency_key = key
    try:
        return _enter(row)
    except IntegrityError:
        # The same key came in twice at once: the other one was first, ours left no trace.
        twin = with_key(row.person, key)
        if twin is None:
            raise
        return twin
    except allowance.AllowanceError as error:
        raise SubmissionError(str(error), "allowance_used_up") from error


def submit_trial(curator: User, wish: Wish, version: PackVersion) -> Generation:
    """A curator's look at a version, published or not: no allowance, no cap, staff only."""
    if not curator.is_staff:
        raise SubmissionError("Only curators can try a pack before it is published.", "forbidden")
    wish = cleaned(wish)
    row = row_of(curator, wish, (version,), recipes.build(wish, (version,)))
    row.idempotency_key, row.is_trial = row.pk.hex, True
    with logs.about([row]), transaction.atomic():
        fair_share.join(curator)
        row.save(force_insert=True)
        transaction.on_commit(lambda: announce(row.queue), robust=True)
    return row


def cancel(generation: Generation) -> None:
    """Stop a generation at once, whatever it is doing; images already delivered stay and count.

    One that has ended stays as it ended. A worker that is rendering it notices at its next step.
    """
    endings.cancelled(generation.pk)
    generation.refresh_from_db()


def _enter(row: Generation) -> Generation:
    with logs.about([row]), transaction.atomic():
        fair_share.join(row.person)
        _check_waiting(row.person)
        # Written before it is held: a twin with the same key then waits here, not on the ledger.
        row.save(force_insert=True)
        allowance.hold(row.person, str(row.pk), row.count)
        transaction.on_commit(lambda: announce(row.queue), robust=True)
    return row


def row_of(person: User, wish: Wish, versions: Sequence[PackVersion], recipe: Recipe) -> Generation:
    return Generation(
        person=person,
        pack_version=versions[0],
        second_version=versions[1] if len(versions) > 1 else None,
        prompt=wish.prompt,
        strength=recipes.chosen_strength(versions[0], wish.strength),
        count=wish.count,
        seed=recipe["seed"],
        recipe=recipe,
        recipe_digest=digest(recipe),
        batch_key=batch_key(recipe),
        queue=wakeups.queue_for(recipe["family"]),
    )


def announce(queue: str) -> None:
    """Rows came in: the line has changed and a worker is rung for. Call after commit."""
    progress.line_changed(queue)
    wakeups.ring(queue)


def with_key(person: User, key: str) -> Generation | None:
    return Generation.objects.filter(person=person, idempotency_key=key).first()


def checked_key(key: str) -> str:
    """The key if it can be kept, else SubmissionError."""
    if not key.strip() or len(key) > MAX_KEY_CHARACTERS or not key.isprintable():
        said = f"The idempotency key must have 1 to {MAX_KEY_CHARACTERS} printable characters."
        raise SubmissionError(said, "idempotency_key_invalid")
    return key


def _check_waiting(person: User) -> None:
    unended = [state.value for state in ACTIVE | WAITING]
    rows = Generation.objects.filter(person=person, state__in=unended, is_trial=False, sheet=None)
    if rows.count() >= MAX_UNENDED:
        raise too_many_waiting(MAX_UNENDED)
