"""The drawn pictures on disk: pixels, token ids and which blocks are finished.

`pixels.u8` is (n, 512, 512, 3) uint8 and `tokens.i16` (n, 4, 48) int16; both are mapped, so that
drawing and training share them while the drawing goes on. A section (scenes, one look, one
character) is a run of rows; its last block of 64 is held out from training. Pixels of scenes past
the first `KEPT_SCENES` are given back to the machine once they are latents.
"""

from __future__ import annotations

import ctypes
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 64
KEPT_SCENES = 24_000
DRAWN, GIVEN_BACK = 1, 2
_PUNCH_HOLE, _KEEP_SIZE = 2, 1
CAPTIONS = 4
SIDE = 512
TOKENS = 48


@dataclass(frozen=True)
class Section:
    """`count` rows from `start`; kind is "scene", "look" or "character"."""

    name: str
    kind: str
    start: int
    count: int

    @property
    def rows(self) -> range:
        return range(self.start, self.start + self.count)

    @property
    def training_rows(self) -> range:
        return self.rows[:-BLOCK] if self.count > BLOCK else self.rows

    @property
    def held_out_rows(self) -> range:
        return self.rows[-BLOCK:]


class Store:
    """One folder of drawn pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        plan = json.loads((folder / "plan.json").read_text())
        self.sections = [Section(**section) for section in plan]
        last = self.sections[-1]
        self.rows = last.start + last.count
        pixels, tokens = (self.rows, SIDE, SIDE, 3), (self.rows, CAPTIONS, TOKENS)
        self.pixels: NDArray[np.uint8] = np.memmap(folder / "pixels.u8", "u1", "r+", shape=pixels)
        self.tokens: NDArray[np.int16] = np.memmap(folder / "tokens.i16", "<i2", "r+", shape=tokens)
        done_shape = (self.rows // BLOCK,)
        self.done: NDArray[np.uint8] = np.memmap(folder / "done.u8", "u1", "r+", shape=done_shape)

    @property
    def waiting(self) -> int:
        """Blocks whose pixels take memory now."""
        return int((self.done == DRAWN).sum())

    def is_kept(self, block: int) -> bool:
        """Whether the block's pixels are wanted after it was encoded."""
        section = self.section_of(block * BLOCK)
        first = block * BLOCK - section.start
        held_out = block * BLOCK in section.held_out_rows
        return section.kind != "scene" or first < KEPT_SCENES or held_out

    def give_back(self, block: int) -> None:
        """Free the memory of a block's pixels; they read as black from now on."""
        bytes_each = BLOCK * SIDE * SIDE * 3
        with open(self.folder / "pixels.u8", "r+b") as file:
            freed = _LIBC.fallocate(
                file.fileno(), _PUNCH_HOLE | _KEEP_SIZE, block * bytes_each, bytes_each
            )
        if freed != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self.done[block] = GIVEN_BACK

    def section_of(self, row: int) -> Section:
        return next(section for section in self.sections if row in section.rows)

    def section(self, name: str) -> Section:
        return next(section for section in self.sections if section.name == name)

    def of_kind(self, *kinds: str) -> list[Section]:
        return [section for section in self.sections if section.kind in kinds]


def wait_for_store(folder: Path) -> Store:
    """The store, once drawing has planned it."""
    while not (folder / "plan.json").exists():
        time.sleep(0.2)
    return Store(folder)


def create_store(folder: Path, counts: Sequence[tuple[str, str, int]]) -> Store:
    """An empty store of (name, kind, count) sections, or the one that is there already."""
    if (folder / "plan.json").exists():
        return Store(folder)
    folder.mkdir(parents=True, exist_ok=True)
    start, plan = 0, []
    for name, kind, count in counts:
        plan.append(asdict(Section(name, kind, start, -(-count // BLOCK) * BLOCK)))
        start += plan[-1]["count"]
    for name, row_bytes in (("pixels.u8", SIDE * SIDE * 3), ("tokens.i16", CAPTIONS * TOKENS * 2)):
        with open(folder / name, "wb") as file:
            file.truncate(start * row_bytes)
    (folder / "done.u8").write_bytes(bytes(start // BLOCK))
    (folder / "plan.json").write_text(json.dumps(plan))
    return Store(folder)


_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
