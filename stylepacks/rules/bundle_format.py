"""A bundle's manifest: what a pack says about itself when it travels as one zip file.

`manifest.json` names every other member: `loras/<sha256>.safetensors` and, if there is one,
`cover.webp`. The checkpoint is named by its digest and stays at home.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stylepacks.rules.digests import canonical_json, digest

FORMAT = "housestyle.pack/1"
MANIFEST = "manifest.json"
COVER = "cover.webp"
MAX_MANIFEST_BYTES = 1 << 20
MAX_COVER_BYTES = 4 << 20
MAX_LORAS = 16
ABOUT_FIELDS = {
    "name": 80, "kind": 10, "promise": 140, "description": 5000, "look_family": 30,
}  # fmt: skip
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


class BundleFormatError(ValueError):
    """A manifest that cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True)
class LoraFile:
    """One LoRA in the bundle, and what its row is called where it came from."""

    sha256: str
    byte_size: int
    slug: str
    name: str
    license: str

    @property
    def member(self) -> str:
        return f"loras/{self.sha256}.safetensors"


@dataclass(frozen=True)
class Manifest:
    """A checked manifest. `content` is exactly what `digest` covers."""

    slug: str
    about: Mapping[str, Any]
    content: Mapping[str, Any]
    digest: str
    checkpoint_name: str
    loras: tuple[LoraFile, ...]
    cover_sha256: str | None

    @property
    def members(self) -> set[str]:
        cover = {COVER} if self.cover_sha256 else set()
        return {MANIFEST, *cover, *(lora.member for lora in self.loras)}


def write(manifest: Manifest) -> bytes:
    """The manifest as canonical JSON: an equal pack gives equal bytes."""
    return canonical_json(
        {
            "format": FORMAT,
            "pack": {"slug": manifest.slug, **manifest.about},
            "version": manifest.content,
            "digest": manifest.digest,
            "checkpoint": {
                "name": manifest.checkpoint_name,
                "digest": manifest.content["checkpoint"]["digest"],
            },
            "loras": [vars(lora) for lora in manifest.loras],
            "cover": manifest.cover_sha256,
        }
    )


def read(raw: bytes) -> Manifest:
    """The manifest in these bytes; BundleFormatError unless it is whole and its digest is right."""
    entries = _parsed(raw)
    if entries.get("format") != FORMAT:
        raise BundleFormatError(f"It is not a {FORMAT} bundle: export it again with this release.")
    try:
        manifest = _manifest(entries)
    except (KeyError, TypeError, AttributeError) as error:
        raise BundleFormatError(f"Its manifest is incomplete or misshapen ({error}).") from error
    _check(manifest)
    return manifest


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        entries = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BundleFormatError("Its manifest.json cannot be read.") from error
    if not isinstance(entries, dict):
        raise BundleFormatError("Its manifest.json is not a table.")
    return entries


def _manifest(entries: dict[str, Any]) -> Manifest:
    pack = entries["pack"]
    return Manifest(
        slug=pack["slug"],
        about={**{name: pack[name] for name in ABOUT_FIELDS}, **_lists(pack)},
        content=entries["version"],
        digest=entries["digest"],
        checkpoint_name=entries["checkpoint"]["name"],
        loras=tuple(LoraFile(**lora) for lora in entries["loras"]),
        cover_sha256=entries["cover"],
    )


def _lists(pack: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: list(pack[name]) for name in ("tags", "suits")}


def _check(manifest: Manifest) -> None:
    rules = [
        (_is_text(manifest.slug, 50, _SLUG), "Its pack has no usable slug."),
        (all(map(_fits, manifest.about.items())), "What it says about its pack is not text."),
        (manifest.about["kind"] in ("style", "character"), "Its kind is not style or character."),
        (_is_text(manifest.checkpoint_name, 80), "It names no checkpoint."),
        (len(manifest.loras) <= MAX_LORAS, f"It holds more than {MAX_LORAS} LoRAs."),
        (all(map(_is_lora, manifest.loras)), "A LoRA in it has no digest, size, name or licence."),
        (manifest.cover_sha256 is None or _is_text(manifest.cover_sha256, 64, _SHA256),
         "Its cover has no digest."),
        (_names_checkpoint(manifest), "It does not say which checkpoint it was made for."),
        (_uses_match(manifest), "Its LoRA files are not the ones that its version uses."),
    ]  # fmt: skip
    for holds, complaint in rules:
        if not holds:
            raise BundleFormatError(complaint)
    if _digest(manifest.content) != manifest.digest:
        raise BundleFormatError("Its digest does not match its content: it was changed or damaged.")


def _digest(content: Mapping[str, Any]) -> str | None:
    try:
        return digest(content)
    except (ValueError, RecursionError):  # infinities, half characters: nothing we ever wrote
        return None


def _is_text(value: Any, longest: int, pattern: re.Pattern[str] | None = None) -> bool:
    if not isinstance(value, str) or not value or len(value) > longest:
        return False
    return pattern is None or bool(pattern.fullmatch(value))


def _fits(field: tuple[str, Any]) -> bool:
    name, value = field
    if name in ABOUT_FIELDS:
        return isinstance(value, str) and len(value) <= ABOUT_FIELDS[name]
    return all(isinstance(word, str) and len(word) <= 80 for word in value) and len(value) <= 40


def _is_lora(lora: LoraFile) -> bool:
    return (
        _is_text(lora.sha256, 64, _SHA256)
        and _is_text(lora.slug, 50, _SLUG)
        and _is_text(lora.name, 80)
        and _is_text(lora.license, 60)
        and type(lora.byte_size) is int
        and lora.byte_size > 0
    )


def _names_checkpoint(manifest: Manifest) -> bool:
    content = manifest.content
    return isinstance(content, dict) and isinstance(content.get("checkpoint"), dict)


def _uses_match(manifest: Manifest) -> bool:
    used = manifest.content.get("loras") if isinstance(manifest.content, dict) else None
    if not isinstance(used, list) or not all(isinstance(use, dict) for use in used):
        return False
    return sorted(str(use.get("sha256")) for use in used) == sorted(
        lora.sha256 for lora in manifest.loras
    )
