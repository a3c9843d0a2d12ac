"""Things that cost memory, kept within a byte budget: the least recently used goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")


class Counts(NamedTuple):
    """For metrics: how often a thing was there, was made, was dropped; bytes held and allowed."""

    hits: int
    misses: int
    evictions: int
    held_bytes: int
    budget_bytes: int


class ByteShelf(Generic[Item]):
    """What was taken last is in use: it is never dropped, even where it alone exceeds the budget.

    `size_of` measures an item in bytes. Not thread-safe, but for `peek` and `counts`.
    """

    def __init__(self, budget_bytes: int, size_of: Callable[[Item], int]) -> None:
        self.budget_bytes = budget_bytes
        self._size_of = size_of
        self._kept: OrderedDict[Hashable, Item] = OrderedDict()
        self._in_use: frozenset[Hashable] = frozenset()
        self._hits = self._misses = self._evictions = 0

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    @property
    def held_bytes(self) -> int:
        return sum(self._size_of(item) for item in list(self._kept.values()))

    @property
    def counts(self) -> Counts:
        return Counts(self._hits, self._misses, self._evictions, self.held_bytes, self.budget_bytes)

    def take(self, makers: Mapping[Hashable, Callable[[], Item]]) -> list[Item]:
        """The items of these keys, made where missing; in use until others are taken."""
        before, self._in_use = self._in_use, frozenset(makers)
        if before == self._in_use and before.issubset(self._kept):
            # Nothing became idle, and to measure a whole model takes longer than to use it.
            return [self._used(key) for key in makers]
        try:
            return [self._kept_or_made(key, make) for key, make in makers.items()]
        finally:
            self.drop_idle(self.budget_bytes)

    def peek(self, key: Hashable) -> Item | None:
        """The item if it is kept; looking does not count as using."""
        return self._kept.get(key)

    def discard(self, key: Hashable) -> None:
        """Drop the item of this key, though it be in use, if it is kept."""
        self._kept.pop(key, None)

    def drop_idle(self, down_to_bytes: int = 0) -> int:
        """Drop what is not in use until no more than this is held; returns how many went."""
        idle = [key for key in self._kept if key not in self._in_use]
        held = self.held_bytes if idle else 0
        before = self._evictions
        for key in idle:
            if held <= down_to_bytes:
                break
            held -= self._size_of(self._kept.pop(key))
            self._evictions += 1
        return self._evictions - before

    def _kept_or_made(self, key: Hashable, make: Callable[[], Item]) -> Item:
        if key in self._kept:
            return self._used(key)
        self._misses += 1
        self._kept[key] = item = make()
        return item

    def _used(self, key: Hashable) -> Item:
        self._hits += 1
        self._kept.move_to_end(key)
        return self._kept[key]
