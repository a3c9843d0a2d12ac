"""Handing an image over: file, thumbnail, metadata and credential, then the charge.

The keys derive from generation id and index, so a second try overwrites and never doubles.
"""

import contextlib
import hashlib
import json
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts import allowance
from generation.engine.contract import RenderedImage
from generation.engine.image_files import encode_png, thumbnail_webp
from generation.engine.provenance import Signer
from generation.models import GeneratedImage, Generation, StepPreview
from generation.moving import touch
from generation.recipes import Recipe

logger = logging.getLogger(__name__)


class DeliveryFailed(Exception):
    """Storage did not take the image; the message is for people. Trying later may work."""


@dataclass(frozen=True)
class ImageFiles:
    """The bytes of one finished image."""

    png: bytes
    thumbnail: bytes
    sha256: str


def image_key(generation_id: UUID, index: int) -> str:
    return f"generations/{generation_id}/{index}.png"


def thumbnail_key(generation_id: UUID, index: int) -> str:
    return f"generations/{generation_id}/{index}.thumb.webp"


def missing_indices(generation: Generation) -> list[int]:
    """Images still to be made: those an earlier try delivered are not made again."""
    delivered = set(generation.images.values_list("index", flat=True))
    return [index for index in range(generation.count) if index not in delivered]


def deliver(generation: Generation, claim_token: UUID, index: int, image: RenderedImage) -> bool:
    """Store one image and charge it. False, with nothing changed, when the claim is lost.

    1. Encode and sign.
    2. See that the claim still holds, then write both files under their derived keys.
    3. In one transaction: lock the claim, write the image's row, settle its hold.
    Raises DeliveryFailed when storage does not take the files.
    """
    files = _files_of(generation.recipe, index, image)
    if not touch(generation.pk, claim_token):
        return False
    _store(generation.pk, index, files)
    with transaction.atomic():
        accepted = touch(generation.pk, claim_token)
        if accepted:
            _record(generation.pk, index, image, files)
            allowance.settle(str(generation.pk), index)
    if not accepted:
        _take_back(generation.pk, index)
    return accepted


def _files_of(recipe: Recipe, index: int, image: RenderedImage) -> ImageFiles:
    title = ", ".join(pack["slug"] for pack in recipe["packs"])
    plain = encode_png(image.rgb, image.width, image.height, metadata_of(recipe, image))
    png = _signer().sign_png(plain, title, _summary(recipe, image))
    thumbnail = thumbnail_webp(image.rgb, image.width, image.height)
    return ImageFiles(png, thumbnail, hashlib.sha256(png).hexdigest())


@cache
def _signer() -> Signer:
    return Signer(Path(settings.DATA_DIR) / "provenance")


def metadata_of(recipe: Recipe, image: RenderedImage) -> dict[str, str]:
    """What is written into an image: enough to make it again, nothing of where weights lie."""
    return {
        "Software": settings.SITE_NAME,
        "prompt": recipe["user_prompt"],
        "seed": str(image.seed),
        "pack": " + ".join(_pack_name(pack) for pack in recipe["packs"]),
        "digest": " + ".join(pack["digest"] for pack in recipe["packs"]),
        "recipe": json.dumps(_public(recipe), sort_keys=True, ensure_ascii=False),
    }


def _summary(recipe: Recipe, image: RenderedImage) -> dict[str, str]:
    packs = recipe["packs"]
    return {
        "pack": " + ".join(_pack_name(pack) for pack in packs),
        "digest": " + ".join(pack["digest"] for pack in packs),
        "checkpoint": recipe["checkpoint"]["slug"],
        "seed": str(image.seed),
    }


def _pack_name(pack: dict[str, object]) -> str:
    return f"{pack['slug']} v{pack['version']}"


def _public(recipe: Recipe) -> Recipe:
    # A maker may share the file: where the house keeps its weights, and the raw weights that the
    # dial stands for, are nobody else's business. The pack's digest pins both.
    hidden = {"loras", "checkpoint"}
    shown = {name: value for name, value in recipe.items() if name not in hidden}
    return {**shown, "checkpoint": recipe["checkpoint"]["slug"]}


def _store(generation_id: UUID, index: int, files: ImageFiles) -> None:
    try:
        for key, content in (
            (image_key(generation_id, index), files.png),
            (thumbnail_key(generation_id, index), files.thumbnail),
        ):
            default_storage.save(key, ContentFile(content))
    except Exception as error:  # each storage has its own kinds of failure; ENOSPC is one
        logger.exception("Storage did not take image %s of %s", index, generation_id)
        with contextlib.suppress(Exception):  # half a file may lie there, or nothing at all
            _delete(generation_id, index)
        said = "The picture was made but could not be stored; you were not charged for it."
        raise DeliveryFailed(said) from error


def _record(generation_id: UUID, index: int, image: RenderedImage, files: ImageFiles) -> None:
    GeneratedImage.objects.update_or_create(
        generation_id=generation_id,
        index=index,
        defaults={
            "seed": image.seed,
            "file": image_key(generation_id, index),
            "thumbnail": thumbnail_key(generation_id, index),
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
    if row is not None and (not row.is_ended or row.images.filter(index=index).exists()):
        return
    _delete(generation_id, index)


def _delete(generation_id: UUID, index: int) -> None:
    for key in (image_key(generation_id, index), thumbnail_key(generation_id, index)):
        default_storage.delete(key)
