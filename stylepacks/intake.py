"""Take a LoRA file in: checked before it is kept, kept under its digest, or refused whole."""

from contextlib import suppress
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from stylepacks.errors import LoraAlreadyHere, LoraUnfit
from stylepacks.models import Lora
from stylepacks.rules import licenses
from stylepacks.rules.digests import file_digest
from stylepacks.rules.lora_family import LoraFacts, inspect
from stylepacks.rules.lora_layers import LoraRejected
from stylepacks.rules.safetensors_header import HeaderError, read_header
from stylepacks.weight_scan import refuse_useless

MEBIBYTE = 1 << 20


def add_lora(file: "File[Any]", name: str, license: str, slug: str | None = None) -> Lora:
    """Check a safetensors LoRA and keep it at `loras/<sha256>.safetensors`.

    LoraUnfit with one plain sentence when it is refused, LoraAlreadyHere when these very bytes
    are here; a refused file leaves nothing behind.
    """
    facts = examine(file)
    _check_license(license)
    sha256 = _sha256(file)
    refuse_duplicate(sha256)
    stored = _store(file, sha256)
    lora = Lora(
        slug=free_slug(slug or slugify(name) or "lora"),
        name=name,
        file=stored,
        sha256=sha256,
        family=facts.family,
        rank=facts.rank,
        byte_size=file.size,
        tensor_count=facts.tensor_count,
        cross_attention_width=facts.cross_attention_width,
        suggested_trigger=facts.trigger or "",
        license=license,
    )
    _register(lora)
    return lora


def examine(file: "File[Any]") -> LoraFacts:
    """What the file is, from its own bytes. LoraUnfit with one sentence when it is no LoRA."""
    if file.size > settings.MAX_LORA_BYTES:
        raise LoraUnfit(
            f"The file has {file.size / MEBIBYTE:,.0f} MiB, and a LoRA may have "
            f"{settings.MAX_LORA_BYTES / MEBIBYTE:,.0f} MiB: save it with a lower rank or in half "
            "precision."
        )
    stream = cast(BinaryIO, file)
    try:
        header = read_header(stream, file.size)
        facts = inspect(header)
    except (HeaderError, LoraRejected) as error:
        raise LoraUnfit(str(error)) from error
    refuse_useless(stream, header)
    return facts


def refuse_duplicate(sha256: str) -> None:
    """LoraAlreadyHere, naming the LoRA, when a file with this digest was taken in before."""
    kept = Lora.objects.filter(sha256=sha256).first()
    if kept is not None:
        raise LoraAlreadyHere(f"This file is here already: it is the LoRA “{kept}”.", kept)


def free_slug(wanted: str) -> str:
    """`wanted`, or `wanted-2`, `wanted-3` … when it is taken."""
    base, number, slug = wanted[:44], 2, wanted[:50]
    while Lora.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug


def _check_license(license: str) -> None:
    try:
        licenses.validate(license)
    except licenses.LicenseError as error:
        raise LoraUnfit(str(error)) from error


def _sha256(file: "File[Any]") -> str:
    file.seek(0)
    return file_digest(cast(BinaryIO, file))


def _store(file: "File[Any]", sha256: str) -> str:
    name = f"loras/{sha256}.safetensors"
    file.seek(0)
    try:
        return default_storage.save(name, file)
    except OSError as error:
        with suppress(OSError):
            default_storage.delete(name)
        raise LoraUnfit(
            "The file could not be stored, the disk may be full: ask the operator to make room, "
            "then upload it again."
        ) from error


def _register(lora: Lora) -> None:
    try:
        with transaction.atomic():
            lora.save(force_insert=True)
    except IntegrityError as error:
        # Two uploads of the same bytes at once: the other one owns the file now.
        refuse_duplicate(lora.sha256)
        lora.file.storage.delete(str(lora.file.name))
        raise LoraUnfit("The LoRA could not be saved: choose another name.") from error
