"""Deleting pictures: hidden at once, brought back on request, then gone from storage too."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from generation import submission
from generation.models import GeneratedImage, Generation, Removal
from generation.pictures.own import shown_images
from generation.states import ENDED

logger = logging.getLogger(__name__)

AT_ONCE = 20


def remove(person: User, images: Sequence[GeneratedImage]) -> Removal:
    """Hide images; a generation that has ended and shows none any more goes along."""
    with transaction.atomic():
        made = Removal.objects.create(person=person)
        rows = shown_images().filter(pk__in=[image.pk for image in images])
        made.count = rows.update(removal=made)
        made.save(update_fields=["count"])
        _emptied({image.generation_id for image in images}).update(removal=made)
    return made


def remove_generation(generation: Generation) -> Removal:
    """Hide a whole generation; what is still being made is cancelled first."""
    submission.cancel(generation)
    with transaction.atomic():
        made = Removal.objects.create(person=generation.person)
        rows = shown_images().filter(generation=generation)
        made.count = rows.update(removal=made)
        made.save(update_fields=["count"])
        Generation.objects.filter(pk=generation.pk).update(removal=made)
    return made


def undoable(person: User) -> QuerySet[Removal]:
    """What this person can still bring back, the latest first."""
    rows = Removal.objects.filter(person=person, is_final=False, made_at__gt=_too_late())
    return rows.order_by("-made_at")


def undo(person: User, id: UUID) -> int | None:
    """Bring back what one removal hid; None when it is too late, or was never this person's."""
    with transaction.atomic():
        made = undoable(person).select_for_update().filter(pk=id).first()
        if made is None:
            return None
        made.delete()  # what pointed at it points at nothing, and so is shown again
    return made.count


def erase_expired() -> int:
    """Delete what nobody can bring back: files first, then rows. Safe to break off anywhere.

    A file that storage will not delete keeps its row, hidden, for the next round.
    """
    Removal.objects.filter(is_final=False, made_at__lte=_too_late()).update(is_final=True)
    due = Removal.objects.filter(is_final=True).order_by("made_at")[:AT_ONCE]
    return sum(_erase(removal) for removal in due)


def _erase(removal: Removal) -> bool:
    images = GeneratedImage.objects.filter(removal=removal)
    generations = Generation.objects.filter(removal=removal)
    late = GeneratedImage.objects.filter(generation__in=generations)
    try:
        _delete_files([*images, *late])
    except Exception:  # each storage has its own kinds of failure
        logger.exception("Storage did not delete what %s removed; trying again later", removal)
        return False
    with transaction.atomic():
        images.delete()
        generations.delete()
        removal.delete()
    return True


def _delete_files(images: Iterable[GeneratedImage]) -> None:
    names = {str(file.name) for image in images for file in image.files}
    for name in names:
        default_storage.delete(name)


def _emptied(ids: set[UUID]) -> QuerySet[Generation]:
    left = shown_images().filter(generation=OuterRef("pk"))
    ended = [state.value for state in ENDED]
    return Generation.objects.filter(~Exists(left), pk__in=ids, state__in=ended)


def _too_late() -> datetime:
    return timezone.now() - timedelta(minutes=settings.UNDO_MINUTES)
