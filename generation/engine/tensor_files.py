"""A safetensors file as one block of bytes, with its tensors as views into it.

A LoRA has thousands of small tensors. Sent to a GPU one by one they take longer than all of its
bytes together, so the block goes there as it is, and is taken apart there. The views exist before
the bytes do: what is asked of names and shapes alone need not wait for a disk.
"""

import json
import math
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

LENGTH_BYTES = 8
# A page cache gives several threads several times as much as one.
READERS = 4
DTYPES = {
    "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "I16": torch.int16,
    "I32": torch.int32, "I64": torch.int64, "F16": torch.float16, "BF16": torch.bfloat16,
    "F32": torch.float32, "F64": torch.float64, "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
}  # fmt: skip


class TensorFile:
    """A file that is being read into `place`; OSError, or ValueError for another format.

    `tensors` are there by key at once, what they hold is after `wait`. A single number, which the
    program reads itself, stays in host memory, as does `raw`: all bytes of the file, (bytes,).
    `blocks` are all of its numbers in as few tensors as there may be.
    """

    def __init__(self, path: Path, place: torch.device) -> None:
        self._head = _head_of(path)
        entries, self.metadata = _described(self._head)
        on_device = place.type != "cpu"
        size = path.stat().st_size
        self.raw = torch.empty(size, dtype=torch.uint8, pin_memory=place.type == "cuda")
        body = self.raw[len(self._head) :]
        if not _covers(entries, len(body)):
            raise ValueError("its tensors do not account for all of its bytes")
        there = torch.empty_like(body, device=place) if on_device else body
        self._parts = self._begin_reading(path, there if on_device else None)
        if not _is_aligned(entries, 0 if on_device else len(self._head)):
            # Such tensors are copied, and there must be something to copy.
            self.wait()
        numbers = {key: entry for key, entry in entries.items() if _is_number(key, entry)}
        self.blocks, self.tensors = _views(there, entries)
        self.tensors |= {key: _view(body, entry) for key, entry in numbers.items()}

    def wait(self) -> None:
        """Until all bytes are there. OSError, or ValueError where it is another file by now."""
        for part in self._parts:
            part.result()
        if self.raw[: len(self._head)].numpy().tobytes() != self._head:
            raise ValueError("it was replaced while it was read")

    def _begin_reading(self, path: Path, there: torch.Tensor | None) -> list[Future[None]]:
        start, size = len(self._head), len(self.raw)
        cuts = [start + (size - start) * part // READERS for part in range(READERS + 1)]
        readers = ThreadPoolExecutor(READERS, "reading")
        parts = [readers.submit(self._read, path, there, *cut) for cut in pairwise([0, *cuts])]
        readers.shutdown(wait=False)
        return parts

    def _read(self, path: Path, there: torch.Tensor | None, start: int, stop: int) -> None:
        with path.open("rb", buffering=0) as file:
            file.seek(start)
            room = self.raw.numpy().data[start:stop]
            while room and (count := file.readinto(room)):
                room = room[count:]
        if room:
            raise OSError("it became shorter while it was read")
        before = len(self._head)
        if there is not None and start >= before:
            part = self.raw[start:stop]
            there[start - before : stop - before].copy_(part, non_blocking=True)


def all_finite(tensors: Iterable[torch.Tensor]) -> bool:
    """Whether they hold numbers alone; a device is asked once for all of them."""
    wide = [
        # Types of one byte know no infinity by themselves.
        tensor.float() if tensor.element_size() == 1 else tensor
        for tensor in tensors if tensor.is_floating_point() and tensor.numel()
    ]  # fmt: skip
    if all(tensor.device.type == "cpu" for tensor in wide):
        # One pass without a mask; what is not a number is the largest and the smallest at once.
        return all(math.isfinite(end) for tensor in wide for end in torch.aminmax(tensor))
    return bool(torch.isfinite(torch.nn.utils.get_total_norm(wide, norm_type=math.inf)))


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        length = file.read(LENGTH_BYTES)
        count = int.from_bytes(length, "little")
        if count > path.stat().st_size:
            raise ValueError("it ends inside its header")
        return length + file.read(count)


def _described(head: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        entries: dict[str, Any] = json.loads(head[LENGTH_BYTES:])
        metadata = entries.pop("__metadata__", {})
        for entry in entries.values():
            size = math.prod(entry["shape"]) * DTYPES[entry["dtype"]].itemsize
            start, end = entry["data_offsets"]
            if size != end - start:
                raise ValueError("a tensor has the wrong number of bytes")
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("its header cannot be read") from error
    return entries, metadata


def _covers(entries: Mapping[str, Any], size: int) -> bool:
    """Whether the tensors lie one behind the other, from the first byte to the last."""
    reached = 0
    for start, end in sorted(entry["data_offsets"] for entry in entries.values()):
        if start != reached:
            return False
        reached = end
    return bool(reached == size)


def _is_aligned(entries: Mapping[str, Any], base: int) -> bool:
    return not any(
        (base + entry["data_offsets"][0]) % DTYPES[entry["dtype"]].itemsize
        for entry in entries.values()
    )


def _is_number(key: str, entry: Mapping[str, Any]) -> bool:
    return "alpha" in key and all(edge == 1 for edge in entry["shape"])


def _views(
    body: torch.Tensor, entries: Mapping[str, Any]
) -> tuple[list[torch.Tensor], dict[str, torch.Tensor]]:
    """Everything in one piece, or in few; and all tensors by key, in the header's order."""
    kinds = {entry["dtype"] for entry in entries.values()}
    in_place = sorted(entries, key=lambda key: entries[key]["data_offsets"])
    if len(kinds) != 1 or body.storage_offset() % DTYPES[min(kinds)].itemsize:
        views = {key: _view(body, entry) for key, entry in entries.items()}
        return list(views.values()), views
    # Cut in one go: a view of a view of each of thousands takes longer than reading them.
    whole = body.view(DTYPES[kinds.pop()])
    cuts = torch.split_with_sizes(whole, [math.prod(entries[key]["shape"]) for key in in_place])
    found = dict(zip(in_place, cuts, strict=True))
    return [whole], {key: found[key].view(entry["shape"]) for key, entry in entries.items()}


def _view(body: torch.Tensor, entry: Mapping[str, Any]) -> torch.Tensor:
    start, end = entry["data_offsets"]
    dtype, part = DTYPES[entry["dtype"]], body[start:end]
    # Nothing in the format keeps a tensor at a multiple of its numbers' size.
    if part.storage_offset() % dtype.itemsize:
        part = part.clone()
    return part.view(dtype).view(entry["shape"])
