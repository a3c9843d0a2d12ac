"""Favourites: what a person likes best of their own pictures."""

from collections.abc import Iterable

from accounts.models import User
from generation.models import Favourite, GeneratedImage


def like(person: User, images: Iterable[GeneratedImage]) -> None:
    """Safe to repeat: what is a favourite already stays one."""
    rows = [Favourite(person=person, image=image) for image in images]
    Favourite.objects.bulk_create(rows, ignore_conflicts=True)


def unlike(person: User, images: Iterable[GeneratedImage]) -> None:
    Favourite.objects.filter(person=person, image__in=list(images)).delete()
