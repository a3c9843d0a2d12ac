"""Pictures from elsewhere: covers, previews, files to verify, files whose facts are read."""

import io
import random
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from benchmarks.fuzz import mutations
from benchmarks.fuzz.running import Kind
from generation.engine.contract import EngineError
from generation.engine.image_files import encode_png, read_metadata
from generation.engine.provenance import Signer
from generation.pictures import formats
from stylepacks import pictures, previews, sized_covers
from stylepacks.errors import PackError
from stylepacks.pictures import PictureUnreadable

SIZE = (24, 18)
SIDES = (0, 1, 4097, 65_535, 65_536, 2**31 - 1, 2**32 - 1)
TRUE_COLOUR, DEPTH = 2, 8


def kinds() -> list[Kind]:
    return [Kind("images", case, (PictureUnreadable, EngineError, PackError), 0.2)]


def case(chance: random.Random) -> None:
    """One changed picture through one of the places that open pictures."""
    chance.choice(DOORS)(_changed(chance))


def _changed(chance: random.Random) -> bytes:
    if chance.random() < 0.1:
        return _bomb(chance)
    return mutations.changed(chance.choice(_sound()), chance)


def _bomb(chance: random.Random) -> bytes:
    """A PNG of a few bytes that says it is huge, or whose text unpacks to megabytes."""
    head = struct.pack(
        ">IIBBBBB", chance.choice(SIDES), chance.choice(SIDES), DEPTH, TRUE_COLOUR, 0, 0, 0
    )
    text = b"recipe\0\0" + zlib.compress(bytes(chance.choice((10, 1 << 20, 8 << 20))))
    body = zlib.compress(bytes(chance.choice((0, 100, 1 << 20))))
    parts = [(b"IHDR", head), (b"zTXt", text), (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _verify(content: bytes) -> None:
    # Of a changed file a credential says "tampered" or nothing: a verdict, never an error.
    signer().verify(content)


def _cover(content: bytes) -> None:
    previews.cover_bytes(ContentFile(content, "picture"))


DOORS = (
    pictures.opened,
    sized_covers.blur_of,
    formats.bare_copy,
    read_metadata,
    _verify,
    _verify,
    _cover,
)


@cache
def signer() -> Signer:
    return Signer(Path(settings.DATA_DIR) / "provenance")


@cache
def _sound() -> list[bytes]:
    """The kinds of files that come here: as we make them, signed, converted, and by others."""
    image = Image.effect_noise(SIZE, 60).convert("RGB")
    ours = encode_png(image.tobytes(), *SIZE, {"recipe": '{"prompt": "a boat"}', "seed": "7"})
    signed = signer().sign_png(ours, "a boat", {"prompt": "a boat"})
    copies = [formats.copy_of(signed, formats.FORMATS[name], 2) for name in ("webp", "jpeg")]
    return [ours, signed, *copies, *(_others(image))]


def _others(image: Image.Image) -> list[bytes]:
    facts = PngInfo()
    facts.add_text("recipe", "x" * 200, zip=True)
    kinds: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": facts},
        "JPEG": {"exif": Image.Exif().tobytes(), "progressive": True},
        "WEBP": {"lossless": True},
        "AVIF": {"speed": 10},
        "GIF": {},
    }
    found = [_saved(image, kind, options) for kind, options in kinds.items()]
    return [
        *found,
        _saved(image.convert("P"), "PNG", {}),
        _saved(image.convert("RGBA"), "WEBP", {}),
    ]


def _saved(image: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
