"""Carry a pack from one installation to another as one zip file, digest and all."""

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction

from stylepacks import pictures, publishing, sized_covers
from stylepacks.bundle_bombs import CHUNK_BYTES, BundleFile, refuse_bomb
from stylepacks.errors import BundleRefused, PackUnknown
from stylepacks.models import Checkpoint, Lora, PackVersion, StylePack
from stylepacks.registering import PackEntry, register_lora, register_pack
from stylepacks.rules import bundle_format
from stylepacks.rules.bundle_format import COVER, MANIFEST, LoraFile, Manifest
from stylepacks.rules.digests import chunks_of

# One date for every member, the first a zip can write: equal packs give equal files.
MEMBER_DATE = (1980, 1, 1, 0, 0, 0)
LORA_USE_FIELDS = publishing.COPIED_LORA_FIELDS
# What `zipfile` raises for damaged files, names that are no text among them.
UNZIPPABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    RuntimeError,
    UnicodeDecodeError,
)
# What a manifest's odd values lead to, in Python or in the database: a number that no column
# holds, nothing where something must stand.
UNUSABLE = (
    TypeError,
    ValueError,
    KeyError,
    OverflowError,
    ValidationError,
    DataError,
    IntegrityError,
)
VERSION_FIELDS = (*publishing.COPIED_FIELDS, "notes")


@dataclass(frozen=True)
class Imported:
    """What an import gave: the version, and whether it was not here before."""

    version: PackVersion
    is_new: bool


def export_pack(slug: str, path: Path) -> Manifest:
    """Write the pack's published version to `path`, whole or not at all.

    PackUnknown when there is none, BundleRefused when a file is missing or `path` is unwritable.
    """
    version = _exported_version(slug)
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, delete=False) as part:
            pass
        try:
            manifest = _write(version, Path(part.name))
            os.chmod(part.name, 0o644)
            os.replace(part.name, path)
        finally:
            Path(part.name).unlink(missing_ok=True)
    except OSError as error:
        raise BundleRefused(f"The bundle could not be written to {path}: {error}.") from error
    return manifest


def import_pack(path: Path) -> Imported:
    """Take in a bundle: its digest here is the one it had there, or nothing of it stays.

    BundleRefused when the file is damaged, dangerous or made for a checkpoint that is not here;
    LoraUnfit and PublishingRefused when what it holds would not pass here either.
    """
    try:
        with (
            BundleFile(path, "rb") as file,
            zipfile.ZipFile(file) as bundle,
            tempfile.TemporaryDirectory() as folder,
        ):
            refuse_bomb(bundle, path.stat().st_size)
            manifest = _read_manifest(bundle)
            checkpoint = _checkpoint(manifest)
            files = {lora.sha256: _extract(bundle, lora, Path(folder)) for lora in manifest.loras}
            cover = _cover(bundle, manifest)
            return _register(manifest, checkpoint, files, cover)
    except UNZIPPABLE as error:
        raise BundleRefused(f"{path.name} is not a bundle, or a damaged one: {error}.") from error
    except OSError as error:
        raise BundleRefused(f"{path} could not be read: {error.strerror or error}.") from error


def _exported_version(slug: str) -> PackVersion:
    pack = StylePack.objects.filter(slug=slug).first()
    if pack is None or pack.live_version is None:
        raise PackUnknown(f"There is no published pack “{slug[:50]}”: see list_packs.")
    return pack.live_version


def _write(version: PackVersion, path: Path) -> Manifest:
    uses = publishing.version_loras(version)
    cover = _read_cover(version.pack)
    manifest = Manifest(
        slug=version.pack.slug,
        about={name: getattr(version.pack, name) for name in _about_fields()},
        content=publishing.version_content(version),
        digest=version.digest,
        checkpoint_name=version.checkpoint.name,
        loras=tuple(_lora_file(use.lora) for use in uses),
        cover_sha256=hashlib.sha256(cover).hexdigest() if cover else None,
    )
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(_member(MANIFEST), bundle_format.write(manifest))
        if cover:
            bundle.writestr(_member(COVER), cover)
        for use in uses:
            _write_lora(bundle, use.lora)
    return manifest


def _about_fields() -> tuple[str, ...]:
    return (*bundle_format.ABOUT_FIELDS, "tags", "suits")


def _lora_file(lora: Lora) -> LoraFile:
    return LoraFile(lora.sha256, lora.byte_size, lora.slug, lora.name, lora.license)


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, MEMBER_DATE)


def _write_lora(bundle: zipfile.ZipFile, lora: Lora) -> None:
    summed = hashlib.sha256()
    try:
        with (
            lora.file.open("rb") as stored,
            bundle.open(_member(_lora_file(lora).member), "w", force_zip64=True) as member,
        ):
            for chunk in chunks_of(cast(BinaryIO, stored)):
                summed.update(chunk)
                member.write(chunk)
    except FileNotFoundError as error:
        raise BundleRefused(f"The file of the LoRA “{lora}” is missing from storage.") from error
    if summed.hexdigest() != lora.sha256:
        raise BundleRefused(f"The file of the LoRA “{lora}” is damaged: take it in again.")


def _read_cover(pack: StylePack) -> bytes | None:
    if not pack.cover or not pack.cover.storage.exists(str(pack.cover.name)):
        return None
    with pack.cover.open("rb") as stored:
        content: bytes = stored.read(bundle_format.MAX_COVER_BYTES + 1)
    return content if len(content) <= bundle_format.MAX_COVER_BYTES else None


def _read_manifest(bundle: zipfile.ZipFile) -> Manifest:
    names = [member.filename for member in bundle.infolist()]
    if MANIFEST not in names:
        raise BundleRefused("This zip file is not a pack: it has no manifest.json.")
    try:
        manifest = bundle_format.read(_bounded(bundle, MANIFEST, bundle_format.MAX_MANIFEST_BYTES))
    except bundle_format.BundleFormatError as error:
        raise BundleRefused(f"The bundle cannot be used. {error}") from error
    # Members are never extracted by their own names: only those the manifest names are read.
    if len(names) != len(set(names)) or set(names) != manifest.members:
        raise BundleRefused(
            "The bundle holds other files than its manifest names: export it again."
        )
    return manifest


def _bounded(bundle: zipfile.ZipFile, name: str, limit: int) -> bytes:
    content = bytearray()
    with bundle.open(name) as member:
        for chunk in _chunks(member):
            content += chunk
            if len(content) > limit:
                raise BundleRefused(f"{name} in the bundle is larger than {limit:,} bytes.")
    return bytes(content)


def _chunks(member: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: member.read(CHUNK_BYTES), b"")


def _checkpoint(manifest: Manifest) -> Checkpoint:
    wanted = str(manifest.content.get("checkpoint", {}).get("digest", ""))
    checkpoint = Checkpoint.objects.filter(digest=wanted).first() if wanted else None
    if checkpoint is None:
        raise BundleRefused(
            f"This pack was made for the checkpoint “{manifest.checkpoint_name}” "
            f"({wanted[:12]}…), which is not here: add that checkpoint, then import again."
        )
    return checkpoint


def _extract(bundle: zipfile.ZipFile, lora: LoraFile, folder: Path) -> Path:
    if lora.byte_size > settings.MAX_LORA_BYTES:
        raise BundleRefused(
            f"The LoRA “{lora.name}” in the bundle is larger than this house takes."
        )
    path = folder / lora.sha256
    with bundle.open(lora.member) as member, path.open("wb") as local:
        found = _copy(member, local, lora)
    if found != lora.sha256:
        raise BundleRefused(f"The LoRA “{lora.name}” in the bundle is damaged: export it again.")
    return path


def _copy(member: IO[bytes], local: IO[bytes], lora: LoraFile) -> str:
    # Stops at the size the manifest promised, whatever the member unpacks to.
    summed, written = hashlib.sha256(), 0
    for chunk in _chunks(member):
        written += len(chunk)
        if written > lora.byte_size:
            raise BundleRefused(f"The LoRA “{lora.name}” unpacks to more than its manifest says.")
        summed.update(chunk)
        local.write(chunk)
    return summed.hexdigest()


def _cover(bundle: zipfile.ZipFile, manifest: Manifest) -> bytes | None:
    if manifest.cover_sha256 is None:
        return None
    content = _bounded(bundle, COVER, bundle_format.MAX_COVER_BYTES)
    if hashlib.sha256(content).hexdigest() != manifest.cover_sha256:
        raise BundleRefused("The cover in the bundle is damaged: export it again.")
    try:
        pictures.opened(content)
    except pictures.PictureUnreadable as error:
        raise BundleRefused(f"The cover in the bundle cannot be used. {error}") from error
    return content


def _register(
    manifest: Manifest, checkpoint: Checkpoint, files: Mapping[str, Path], cover: bytes | None
) -> Imported:
    known = set(Lora.objects.filter(sha256__in=files).values_list("sha256", flat=True))
    made: list[Lora] = []
    try:
        with transaction.atomic():
            made = [_take_in(lora, files[lora.sha256]) for lora in manifest.loras]
            version, is_new = register_pack(_entry(manifest, made), checkpoint)
            _check_same(version, manifest)
    except Exception as error:
        _forget_files([lora for lora in made if lora.sha256 not in known])
        if isinstance(error, UNUSABLE):
            raise BundleRefused(f"The bundle's version cannot be used: {error}.") from error
        raise
    if is_new and cover:
        name = f"{version.pack.slug}-{manifest.cover_sha256}.webp"
        sized_covers.use(version.pack, name[-90:], cover)
    return Imported(version, is_new)


def _take_in(lora: LoraFile, path: Path) -> Lora:
    return register_lora(path, lora.name, lora.license, lora.slug)


def _entry(manifest: Manifest, loras: list[Lora]) -> PackEntry:
    content = manifest.content
    by_digest = {lora.sha256: lora for lora in loras}
    uses = [
        (by_digest[use["sha256"]], {name: use[name] for name in LORA_USE_FIELDS})
        for use in content["loras"]
    ]
    fields: dict[str, Any] = {name: content[name] for name in VERSION_FIELDS}
    return PackEntry(manifest.slug, manifest.about, fields, uses)


def _check_same(version: PackVersion, manifest: Manifest) -> None:
    if version.digest != manifest.digest:
        raise BundleRefused(
            "The bundle would not be the same pack here: it was made by another release."
        )


def _forget_files(loras: list[Lora]) -> None:
    for lora in loras:
        lora.file.storage.delete(str(lora.file.name))
