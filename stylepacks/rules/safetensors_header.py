"""Read what a safetensors file says it holds, without trusting it and without loading tensors.

The format: eight bytes with the header's length (little-endian), a JSON header, then the tensors
one after the other. Nothing is read before its size is bounded, and every offset is checked.
"""

import json
from dataclasses import dataclass, field
from math import prod
from typing import Any, BinaryIO

MAX_HEADER_BYTES = 8 * 1024 * 1024
MAX_RANK = 8
LENGTH_BYTES = 8
DTYPE_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "U16": 2, "I16": 2, "F16": 2,
    "BF16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
}  # fmt: skip
_ADVICE = "upload the .safetensors file that the training tool wrote."
_OTHERS = (
    (b"PK\x03\x04", "This is a zip or pickle (.pt, .ckpt) file, which can run code when opened"),
    (b"\x80", "This is a Python pickle (.pt, .ckpt, .bin), which can run code when opened"),
    (b"\x1f\x8b", "This is a gzip archive"),
    (b"GGUF", "This is a GGUF file"),
    (b"\x89HDF", "This is an HDF5 file"),
    (b"\x89PNG", "This is a PNG image"),
    (b"\xff\xd8\xff", "This is a JPEG image"),
    (b"version https://git-lfs", "This is a Git LFS pointer, not the file it points to"),
    (b"<", "This is a web page, not the file behind it"),
)


class HeaderError(ValueError):
    """A file that is not sound safetensors; the message is one plain sentence."""


@dataclass(frozen=True)
class Tensor:
    """One tensor: `start` and `end` are byte offsets from the beginning of the file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Header:
    tensors: dict[str, Tensor]
    metadata: dict[str, str] = field(default_factory=dict)


def read_header(
    stream: BinaryIO, file_size: int, max_header_bytes: int = MAX_HEADER_BYTES
) -> Header:
    """The header of the safetensors file in `stream` (read from its beginning).

    HeaderError for anything else: empty, pickled or zipped (told by content), truncated, a header
    over `max_header_bytes`, tensors that overlap, leave gaps or run past the end.
    """
    if file_size == 0:
        raise HeaderError("The file is empty: choose the file again.")
    stream.seek(0)
    start = stream.read(64)
    _refuse_other_formats(start)
    length = int.from_bytes(start[:LENGTH_BYTES], "little")
    _check_length(length, file_size, max_header_bytes)
    stream.seek(LENGTH_BYTES)
    entries = _parse(stream.read(length))
    metadata = _metadata(entries.pop("__metadata__", {}))
    base = LENGTH_BYTES + length
    tensors = {name: _tensor(name, entry, base) for name, entry in entries.items()}
    _check_layout(list(tensors.values()), base, file_size)
    return Header(tensors, metadata)


def _refuse_other_formats(start: bytes) -> None:
    # A sound header opens with a brace; the length before it may look like anything.
    if start[LENGTH_BYTES : LENGTH_BYTES + 1] == b"{":
        return
    for magic, what in _OTHERS:
        if start.startswith(magic):
            raise HeaderError(f"{what}: {_ADVICE}")
    raise HeaderError(f"This is not a safetensors file: {_ADVICE}")


def _check_length(length: int, file_size: int, max_header_bytes: int) -> None:
    if length > file_size - LENGTH_BYTES:
        raise HeaderError("The file ends inside its header: it was cut short, upload it again.")
    if length > max_header_bytes:
        raise HeaderError(
            f"The file's header takes {length:,} bytes, more than the {max_header_bytes:,} it "
            "may have: save it again without the extra metadata."
        )


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        entries = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_doubles)
    except HeaderError:
        raise
    # Also for whole numbers of thousands of digits, which Python does not read.
    except (ValueError, RecursionError) as error:
        raise _damaged("cannot be read") from error
    if not isinstance(entries, dict):
        raise _damaged("is not a table of tensors")
    return entries


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise _damaged("names a tensor twice")
    return entries


def _damaged(what: str) -> HeaderError:
    return HeaderError(f"The file is damaged: its header {what}. Download or save it again.")


def _metadata(entry: Any) -> dict[str, str]:
    if not isinstance(entry, dict) or not all(isinstance(text, str) for text in entry.values()):
        raise _damaged("has metadata that is not text")
    return entry


def _tensor(name: str, entry: Any, base: int) -> Tensor:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _damaged(f"describes the tensor “{name[:80]}” wrongly")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPE_BYTES:
        raise HeaderError(f"The tensor “{name[:80]}” has a number format that is not supported.")
    if not _whole_numbers(shape, MAX_RANK) or not _whole_numbers(offsets, 2) or len(offsets) != 2:
        raise _damaged(f"describes the tensor “{name[:80]}” wrongly")
    start, end = offsets
    if end - start != prod(shape) * DTYPE_BYTES[dtype]:
        raise _damaged(f"gives the tensor “{name[:80]}” the wrong number of bytes")
    return Tensor(name, dtype, tuple(shape), base + start, base + end)


def _whole_numbers(values: Any, at_most: int) -> bool:
    return (
        isinstance(values, list)
        and len(values) <= at_most
        and all(type(value) is int and 0 <= value < 1 << 48 for value in values)
    )


def _check_layout(tensors: list[Tensor], base: int, file_size: int) -> None:
    expected = base
    for tensor in sorted(tensors, key=lambda tensor: (tensor.start, tensor.end)):
        if tensor.start != expected:
            raise _damaged("describes tensors that overlap or leave gaps")
        expected = tensor.end
    if expected > file_size:
        raise HeaderError("The file ends inside its tensors: it was cut short, upload it again.")
    if expected < file_size:
        raise _damaged("does not account for all of its bytes")
