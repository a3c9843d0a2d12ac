"""Likes: one a person and picture, and a number that is exact at any time.

`recount` alone writes the number: it locks the share's row first, so that whoever counts last has
seen every like, however many people press at once and however a like came to go.
"""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts.models import User
from generation.models import Like, Share


def like(person: User, share: Share) -> None:
    """Safe to repeat. One's own picture cannot be liked: that would be counted as applause."""
    if share.person_id == person.pk:
        return
    with transaction.atomic():
        if _lock(share.pk):  # else its link ended a moment ago
            Like.objects.get_or_create(person=person, share=share)
            recount(share.pk)


def unlike(person: User, share: Share) -> None:
    with transaction.atomic():
        _lock(share.pk)
        Like.objects.filter(person=person, share=share).delete()


def recount(pk: int) -> None:
    with transaction.atomic():
        _lock(pk)
        counted = Like.objects.filter(share=pk).count()
        Share.objects.filter(pk=pk).update(like_count=counted)


def follow(guest: User, person: User) -> None:
    """A guest became a person: likes go along, except double ones and those of own pictures."""
    known = Like.objects.filter(person=person).values("share")
    Like.objects.filter(person=guest).exclude(share__in=known).update(person=person)
    Like.objects.filter(person=guest).delete()
    Like.objects.filter(person=person, share__person=person).delete()


@receiver(post_delete, sender=Like)
def count_again(instance: Like, origin: Any, **_: Any) -> None:
    """Also when somebody's account ends. A picture that goes takes its number along."""
    if getattr(origin, "model", type(origin)) in (Like, User):
        recount(instance.share_id)


def _lock(pk: int) -> bool:
    return Share.objects.select_for_update().filter(pk=pk).values("pk").first() is not None
