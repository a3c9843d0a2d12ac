"""LoRAs that were read, checked and stacked once, kept on the device within a byte budget."""

from collections import OrderedDict
from collections.abc import Callable

from generation.engine.contract import LoraUse
from generation.engine.lora_switch import StackedLora

DEFAULT_BUDGET_BYTES = 2 * 1024**3


class LoraShelf:
    """Least recently used goes first. Known by SHA-256: a moved or renamed file is a hit."""

    def __init__(self, read: Callable[[LoraUse], StackedLora], budget_bytes: int) -> None:
        self._read = read
        self._budget_bytes = budget_bytes
        self._kept: OrderedDict[str, StackedLora] = OrderedDict()

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._kept

    @property
    def held_bytes(self) -> int:
        return sum(lora.byte_size for lora in self._kept.values())

    def get(self, use: LoraUse) -> StackedLora:
        """The stacked LoRA, read from disk only the first time; raises LoraRefused."""
        lora = self._kept.pop(use.sha256, None) or self._read(use)
        self._kept[use.sha256] = lora
        while len(self._kept) > 1 and self.held_bytes > self._budget_bytes:
            self._kept.popitem(last=False)
        return lora
