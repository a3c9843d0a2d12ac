"""What follows here when something happens to a person elsewhere in the house."""

from typing import Any

from accounts.models import User
from accounts.signals import account_leaving, guest_adopted
from generation.deleting import delete_generation
from generation.gallery import liking, moderating
from generation.models import (
    Archived,
    Board,
    FairShare,
    Favourite,
    Generation,
    LookSheet,
    Removal,
    Share,
)
from generation.submission import SubmissionError, Wish, cancel, submit_trial
from stylepacks.models import PackVersion
from stylepacks.signals import preview_requested

# What a person keeps of their pictures goes along with them, and what is kept of what failed.
KEPT = (Archived, Board, Favourite, Removal, Share)
TRIAL_IMAGES = 2
TRIAL_SEED = 7


def connect() -> None:
    """Called once, when the app is ready."""
    guest_adopted.connect(adopt, dispatch_uid="generation.adopt")
    account_leaving.connect(leave, dispatch_uid="generation.leave")
    preview_requested.connect(try_version, dispatch_uid="generation.try_version")


def adopt(guest: User, person: User, **_: Any) -> None:
    """A guest became a person: generations, waiting or done, and the served time go along."""
    for rows in (Generation.objects, LookSheet.objects):
        _free_keys(rows, guest, person)
        rows.filter(person=guest).update(person=person)
    for kept in KEPT:
        kept.objects.filter(person=guest).update(person=person)
    liking.follow(guest, person)
    moderating.follow(guest, person)
    share = FairShare.objects.filter(person=guest).first()
    if share is not None:
        FairShare.objects.get_or_create(person=person)
        FairShare.objects.filter(person=person, served_seconds__lt=share.served_seconds).update(
            served_seconds=share.served_seconds, served_at=share.served_at
        )


def leave(person: User, **_: Any) -> None:
    """An account ends: what is under way stops, and every file goes with its row."""
    for generation in Generation.objects.filter(person=person):
        cancel(generation)
        delete_generation(generation)
    LookSheet.objects.filter(person=person).delete()


def try_version(version: PackVersion, prompt: str, by: User | None, **_: Any) -> None:
    """A curator wants to see a version: rendered through the queue like everything else.

    The seed is always the same, so that what a curator changes is what changes in the picture.
    """
    if by is None:
        raise SubmissionError("Sign in as a curator to try a pack.", "forbidden")
    wish = Wish(pack=version.pack.slug, prompt=prompt, count=TRIAL_IMAGES, seed=TRIAL_SEED)
    submit_trial(by, wish, version)


def _free_keys(rows: Any, guest: User, person: User) -> None:
    taken = rows.filter(person=person).values("idempotency_key")
    for row in rows.filter(person=guest, idempotency_key__in=taken):
        rows.filter(pk=row.pk).update(idempotency_key=f"guest-{row.pk.hex}")
