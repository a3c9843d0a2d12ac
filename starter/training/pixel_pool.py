"""Drawn pictures held in GPU memory, filled while drawing still goes on; crops are taken there."""

from __future__ import annotations

import random
import threading
import time
from functools import cache

import torch
from torch import Tensor

from starter.training.ranks import Rank
from starter.training.store import BLOCK, SIDE, Store


class PixelPool:
    """This process's share of the training rows that are kept, at most `limit` pictures."""

    def __init__(self, store: Store, rank: Rank, limit: int = 70_000) -> None:
        self.store, self.rank = store, rank
        held_out = {s.held_out_rows.start // BLOCK for s in store.sections if s.count > BLOCK}
        kept = [block for block in range(store.rows // BLOCK) if store.is_kept(block)]
        stride = rank.world * max(1, -(-len(kept) * BLOCK // (limit * rank.world)))
        self._waiting = [block for block in kept[rank.index :: stride] if block not in held_out]
        shape = (len(self._waiting) * BLOCK, SIDE, SIDE, 3)
        self._pixels = torch.empty(shape, dtype=torch.uint8, device=rank.device)
        kinds = {store.section_of(block * BLOCK).kind for block in self._waiting}
        self._slots: dict[str, list[int]] = {kind: [] for kind in kinds}
        self._loaded = 0
        self._random = random.Random(rank.index)
        threading.Thread(target=self._fill, daemon=True).start()

    def wait_for(self, pictures: int) -> None:
        """Until so many are here, of every kind that it will have; or all."""
        wanted = min(pictures, len(self._pixels))
        while self._loaded < wanted or not all(self._slots.values()):
            time.sleep(0.2)

    def crops(self, count: int, side: int, mix: dict[str, float]) -> Tensor:
        """(count, side, side, 3) uint8: random pictures of the mix, cut at random places."""
        shares = [mix[kind] for kind in self._slots]
        kinds = self._random.choices(list(self._slots), shares, k=count)
        return torch.stack([self._crop(self._random.choice(self._slots[k]), side) for k in kinds])

    def _crop(self, slot: int, side: int) -> Tensor:
        top, left = (self._random.randint(0, SIDE - side) for _ in range(2))
        return self._pixels[slot, top : top + side, left : left + side]

    def _fill(self) -> None:
        copy = _pinned_copy if self.rank.on_gpu else _plain_copy
        while self._waiting:
            ready = [block for block in self._waiting if self.store.done[block]]
            for block in ready:
                start = self._loaded
                rows = torch.from_numpy(self.store.pixels[block * BLOCK : (block + 1) * BLOCK])
                copy(self._pixels[start : start + BLOCK], rows)
                kind = self.store.section_of(block * BLOCK).kind
                self._slots[kind] += range(start, start + BLOCK)
                self._loaded += BLOCK
            self._waiting = [block for block in self._waiting if block not in set(ready)]
            time.sleep(0.5)


def _plain_copy(target: Tensor, rows: Tensor) -> None:
    target.copy_(rows)


def _pinned_copy(target: Tensor, rows: Tensor) -> None:
    # A stream of its own: copies on the training stream would stall every step.
    with torch.cuda.stream(_copy_stream()):
        target.copy_(rows.pin_memory(), non_blocking=True)
        torch.cuda.current_stream().synchronize()


@cache
def _copy_stream() -> torch.cuda.Stream:
    return torch.cuda.Stream()  # type: ignore[no-untyped-call]
