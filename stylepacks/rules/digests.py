"""One spelling for equal content, and its SHA-256: what a version's digest is made of."""

import hashlib
import json
from collections.abc import Iterable
from typing import BinaryIO

CHUNK_BYTES = 1 << 20


def canonical_json(content: object) -> bytes:
    """UTF-8 JSON with sorted keys, no spaces and no NaN: equal content gives equal bytes."""
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def digest(content: object) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def chunks_of(stream: BinaryIO) -> Iterable[bytes]:
    """The stream from where it stands, a mebibyte at a time."""
    return iter(lambda: stream.read(CHUNK_BYTES), b"")


def file_digest(stream: BinaryIO) -> str:
    """SHA-256 of a stream's bytes from where it stands, in hex, in bounded memory."""
    summed = hashlib.sha256()
    for chunk in chunks_of(stream):
        summed.update(chunk)
    return summed.hexdigest()
