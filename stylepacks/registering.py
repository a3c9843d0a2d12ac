"""Bring in packs that were made elsewhere: the starter's files and bundles use these doors.

Every door may be passed again with the same content: it then finds what it made and changes
nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from django.core.files.base import File
from django.db import transaction

from stylepacks import publishing
from stylepacks.errors import LoraAlreadyHere
from stylepacks.intake import add_lora
from stylepacks.models import Checkpoint, Lora, PackLora, PackVersion, StylePack
from stylepacks.rules.digests import digest


@dataclass(frozen=True)
class PackEntry:
    """A pack and one version of it, in field values; `loras` in the order in which they apply."""

    slug: str
    about: Mapping[str, Any]
    version: Mapping[str, Any]
    loras: Sequence[tuple[Lora, Mapping[str, Any]]] = field(default_factory=tuple)


def register_lora(path: Path, name: str, license: str, slug: str) -> Lora:
    """Take the file in, or find the LoRA that has the same bytes. LoraUnfit when it is refused."""
    with path.open("rb") as stream:
        try:
            return add_lora(File(stream, path.name), name, license, slug)
        except LoraAlreadyHere as found:
            return cast(Lora, found.lora)


@transaction.atomic
def register_checkpoint(slug: str, **fields: Any) -> Checkpoint:
    """The checkpoint of this slug with exactly this `digest`.

    Other bytes under a known slug make a new row; the old one keeps its versions under a slug
    that carries its digest, so that no published version ever points at other weights.
    """
    known = Checkpoint.objects.filter(slug=slug).first()
    if known is not None and known.digest == fields["digest"]:
        Checkpoint.objects.filter(pk=known.pk).update(**fields)
        known.refresh_from_db()
        return known
    was_default = known is not None and known.is_default
    if known is not None:
        known.slug = f"{slug[:40]}-{known.digest[:8] or known.pk}"
        known.is_default = False
        known.save(update_fields=["slug", "is_default"])
    first = not Checkpoint.objects.filter(is_default=True).exists()
    return Checkpoint.objects.create(slug=slug, is_default=was_default or first, **fields)


@transaction.atomic
def register_pack(entry: PackEntry, checkpoint: Checkpoint) -> tuple[PackVersion, bool]:
    """The pack's published version with this content, and whether it was made just now.

    A version that is here already stays as it is, and so does what the pack renders now. A new
    one goes live, except in a pack that a curator has retired. PublishingRefused when it does not
    pass.
    """
    pack, _ = StylePack.objects.get_or_create(slug=entry.slug, defaults=dict(entry.about))
    known = pack.versions.filter(digest=content_digest(entry, checkpoint)).first()
    if known is not None:
        return known, False
    retired = pack.state == StylePack.State.RETIRED
    version = publishing.publish(_draft(entry, pack, checkpoint), None)
    if retired:
        publishing.retire(pack, None)
    StylePack.objects.filter(pk=pack.pk).update(**entry.about)
    return version, True


def content_digest(entry: PackEntry, checkpoint: Checkpoint) -> str:
    """The digest this entry's version has once it is published."""
    version = PackVersion(checkpoint=checkpoint, **entry.version)
    uses = [PackLora(version=version, lora=lora, **fields) for lora, fields in entry.loras]
    return digest(publishing.version_content(version, uses))


def _draft(entry: PackEntry, pack: StylePack, checkpoint: Checkpoint) -> PackVersion:
    number = publishing.next_number(pack)
    version = PackVersion.objects.create(
        pack=pack, number=number, checkpoint=checkpoint, **entry.version
    )
    for lora, fields in entry.loras:
        PackLora.objects.create(version=version, lora=lora, **fields)
    return version
