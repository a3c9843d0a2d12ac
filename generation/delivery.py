"""Handing an image over: file, thumbnail, metadata and credential, then the charge.

The keys derive from generation id and index, so a second try overwrites and never doubles.
"""

import contextlib
import logging
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts import allowance
from generation.engine.contract import RenderedImage
from generation.models import GeneratedImage, Generation, StepPreview
from generation.moving import touch
from generation.signed_images import ImageFiles, signed

FILES = ("file", "thumbnail", "thumbnail_large")
KEYS = ("generations/{}/{}.png", "thumbnails/{}/{}.webp", "thumbnails/{}/{}.large.webp")
logger = logging.getLogger(__name__)


class DeliveryFailed(Exception):
    """Storage did not take the image; the message is for people. Trying later may work."""


def image_key(generation_id: UUID, index: int) -> str:
    return _keys(generation_id, index)[0]


def _keys(generation_id: UUID, index: int) -> list[str]:
    return [key.format(generation_id, index) for key in KEYS]


def missing_indices(generation: Generation) -> list[int]:
    """Images still to be made: those an earlier try delivered are not made again."""
    if not generation.may_have_images:
        return list(range(generation.count))
    delivered = set(generation.images.values_list("index", flat=True))
    return [index for index in range(generation.count) if index not in delivered]


def deliver(generation: Generation, claim_token: UUID, index: int, image: RenderedImage) -> bool:
    """Store one image and charge it. False, with nothing changed, when the claim is lost.

    1. Encode and sign.
    2. See that the claim still holds, then write both files under their derived keys.
    3. In one transaction: lock the claim, write the image's row, settle its hold.
    Raises DeliveryFailed when storage does not take the files.
    """
    files = signed(generation.recipe, image)
    if not touch(generation.pk, claim_token):
        return False
    _store(generation.pk, index, files)
    with transaction.atomic():
        accepted = touch(generation.pk, claim_token)
        if accepted:
            _record(generation.pk, index, image, files)
            allowance.settle(*generation.place_in_ledger(index))
    if not accepted:
        _take_back(generation.pk, index)
    return accepted


def _store(generation_id: UUID, index: int, files: ImageFiles) -> None:
    try:
        contents = (files.png, files.thumbnail, files.thumbnail_large)
        for key, content in zip(_keys(generation_id, index), contents, strict=True):
            default_storage.save(key, ContentFile(content))
    except Exception as error:  # each storage has its own kinds of failure; ENOSPC is one
        logger.exception("Storage did not take image %s of %s", index, generation_id)
        with contextlib.suppress(Exception):  # half a file may lie there, or nothing at all
            _clear(generation_id, index)
        said = "The picture was made but could not be stored; you were not charged for it."
        raise DeliveryFailed(said) from error


def _record(generation_id: UUID, index: int, image: RenderedImage, files: ImageFiles) -> None:
    GeneratedImage.objects.update_or_create(
        generation_id=generation_id,
        index=index,
        defaults={
            "seed": image.seed,
            **dict(zip(FILES, _keys(generation_id, index), strict=True)),
            "blur": files.blur,
            "width": image.width,
            "height": image.height,
            "byte_size": len(files.png),
            "sha256": files.sha256,
        },
    )
    StepPreview.objects.filter(generation_id=generation_id, index=index).delete()


def _take_back(generation_id: UUID, index: int) -> None:
    # Cancelled or deleted while the files were written: leave none behind. A row that another
    # worker now renders keeps them; it overwrites them with the same pixels.
    row = Generation.objects.filter(pk=generation_id).first()
    if row is None or row.is_ended:
        _clear(generation_id, index)


def _clear(generation_id: UUID, index: int) -> None:
    # Whoever holds the claim by now may have delivered under these keys.
    if GeneratedImage.objects.filter(generation_id=generation_id, index=index).exists():
        return
    for key in _keys(generation_id, index):
        default_storage.delete(key)
