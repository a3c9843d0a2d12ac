"""Previews: ask for pictures of a version, receive them, and make one of them the cover."""

import hashlib
import io
import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction

from accounts.models import User
from stylepacks import pictures, publishing, sized_covers
from stylepacks.errors import PackError, PublishingRefused
from stylepacks.models import PackVersion, Preview, PreviewImage
from stylepacks.pictures import PictureUnreadable
from stylepacks.signals import preview_requested

KEPT_PREVIEWS = 4
MAX_WAITING = 3
COVER_EDGE = 768
COVER_QUALITY = 88
NOBODY_RENDERS = "Nothing renders previews on this installation: start it with its worker."
log = logging.getLogger(__name__)


def request(version: PackVersion, prompt: str, by: User | None) -> Preview:
    """Ask for pictures of this version, draft or published; they arrive with `deliver`.

    PublishingRefused when the version cannot be rendered, PackError when there are no words.
    """
    words = prompt.strip()
    if not words:
        raise PackError("Write a prompt for the preview, in the words a maker would use.")
    found = [] if version.is_published else publishing.problems(version)
    if found:
        raise PublishingRefused(found)
    if version.preview_requests.filter(state=Preview.State.WAITING).count() >= MAX_WAITING:
        raise PackError(f"{MAX_WAITING} previews of this version are waiting: wait for the first.")
    _forget_old(version)
    preview = Preview.objects.create(
        version=version, prompt=words[:500].replace("\0", ""), requested_by=by
    )
    transaction.on_commit(partial(_send, preview))
    return preview


def deliver(
    version: PackVersion, files: "Iterable[File[Any] | bytes]", preview: Preview | None = None
) -> Preview | None:
    """Keep the pictures of `preview`, or of the version's longest waiting one.

    Previews are rendered in the order in which they were asked for. None when nobody waits.
    """
    preview = preview or _longest_waiting(version)
    if preview is None:
        return None
    for index, file in enumerate(files):
        content = ContentFile(file) if isinstance(file, bytes) else file
        image = PreviewImage(preview=preview, index=index)
        image.file.save(f"{preview.pk}-{index}.png", content, save=True)
    _move(preview, Preview.State.DONE)
    return preview


def fail(version: PackVersion, sentence: str, preview: Preview | None = None) -> Preview | None:
    """Tell the curator why `preview`, or the version's longest waiting one, will not come."""
    preview = preview or _longest_waiting(version)
    if preview is not None:
        _move(preview, Preview.State.FAILED, sentence)
    return preview


def use_as_cover(image: PreviewImage) -> None:
    """Make a preview picture the cover of its pack, under a name its bytes decide."""
    pack = image.preview.version.pack
    content = cover_bytes(image.file)
    name = f"{pack.slug}-{hashlib.sha256(content).hexdigest()[:12]}.webp"
    sized_covers.use(pack, name, content)


def cover_bytes(file: "File[Any]") -> bytes:
    """A picture as a WebP no wider or higher than a cover needs. PackError when it is none."""
    try:
        with file.open("rb") as stream:
            picture = pictures.opened(stream)
    except PictureUnreadable as error:
        raise PackError(str(error)) from error
    except OSError as error:
        raise PackError("This picture's file is gone: ask for a new preview.") from error
    buffer = io.BytesIO()
    picture.thumbnail((COVER_EDGE, COVER_EDGE))
    picture.convert("RGB").save(buffer, "WEBP", quality=COVER_QUALITY, method=6)
    return buffer.getvalue()


def _send(preview: Preview) -> None:
    version = preview.version
    answers = preview_requested.send_robust(
        sender=PackVersion,
        version=version,
        prompt=preview.prompt,
        by=preview.requested_by,
        preview=preview,
    )
    failures = [answer for _, answer in answers if isinstance(answer, Exception)]
    for failure in failures:
        log.error("A preview of %s could not be asked for", version, exc_info=failure)
    if failures:
        _move(preview, Preview.State.FAILED, f"The preview could not start: {failures[0]}")
    elif not answers:
        _move(preview, Preview.State.FAILED, NOBODY_RENDERS)


def _longest_waiting(version: PackVersion) -> Preview | None:
    return Preview.objects.filter(version=version, state=Preview.State.WAITING).last()


def _move(preview: Preview, state: Preview.State, error: str = "") -> None:
    waiting = Preview.objects.filter(pk=preview.pk, state=Preview.State.WAITING)
    waiting.update(state=state, error=error[:500])
    preview.refresh_from_db()


def _forget_old(version: PackVersion) -> None:
    ended = version.preview_requests.exclude(state=Preview.State.WAITING)
    for old in ended[KEPT_PREVIEWS - 1 :]:
        old.delete()
