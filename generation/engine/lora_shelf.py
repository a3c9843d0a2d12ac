"""LoRAs that were read, checked and stacked once per file, ready on the device.

Known by SHA-256, so a moved or renamed file is found again. One shelf of bytes serves all
checkpoints of a device; each checkpoint has its own place on it, for a LoRA is laid out like the
weights it changes.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import repeat

import torch

from generation.engine.byte_shelf import ByteShelf
from generation.engine.contract import LoraRefused, LoraUse
from generation.engine.lora_files import HOST_MEMORY
from generation.engine.lora_switch import StackedLora


class LoraShelf:
    """One checkpoint's LoRAs. `read` parses a file into a place, or raises LoraRefused."""

    def __init__(
        self,
        read: Callable[[LoraUse, torch.device], StackedLora],
        device: torch.device,
        kept: ByteShelf[StackedLora],
    ) -> None:
        self._read = read
        self._device = device
        self._kept = kept
        self._owner = object()
        self._staged: dict[str, Future[StackedLora]] = {}
        self._staging = threading.Lock()

    def __contains__(self, sha256: str) -> bool:
        return self._key(sha256) in self._kept

    def take(self, uses: Sequence[LoraUse]) -> list[StackedLora]:
        """All LoRAs of one batch under their present names; those not kept are copied from host
        memory, or read from disk. Raises LoraRefused.

        What was just read may still turn out to be another file: `prove` before anything is shown.
        """
        makers = {self._key(use.sha256): partial(self._made, use) for use in uses}
        try:
            self._stage_side_by_side(uses)
            taken = dict(zip(makers, self._kept.take(makers), strict=True))
        finally:
            self._forget_staged(use.sha256 for use in uses)
        return [replace(taken[self._key(use.sha256)], name=use.name) for use in uses]

    def get(self, use: LoraUse) -> StackedLora:
        """One LoRA by itself; raises LoraRefused."""
        return self.take([use])[0]

    def prove(self, uses: Sequence[LoraUse]) -> None:
        """Wait until those that were taken are proven; LoraRefused for one that is another file,
        which is then not kept.
        """
        for key in {self._key(use.sha256) for use in uses}:
            lora = self._kept.peek(key)
            try:
                # One that was dropped since it was proven may be applied still.
                if lora is not None:
                    lora.proof()
            except LoraRefused:
                self._kept.discard(key)
                raise

    def read_ahead(self, uses: Sequence[LoraUse]) -> None:
        """Parse into host memory what is not kept; what was read ahead before and is not among
        `uses` is dropped. For another thread than the one that takes; a refusal waits for `take`.
        """
        missing = {use.sha256: use for use in uses if use.sha256 not in self}
        self._forget_staged(set(self._staged) - missing.keys())
        for use in missing.values():
            self._stage(use, HOST_MEMORY)

    def _stage_side_by_side(self, uses: Sequence[LoraUse]) -> None:
        missing = {use.sha256: use for use in uses if use.sha256 not in self}
        if len(missing) < 2:
            return
        # Much of the reading is copying, during which another thread may go on.
        with ThreadPoolExecutor(len(missing)) as readers:
            list(readers.map(self._stage, missing.values(), repeat(self._device)))

    def _forget_staged(self, digests: Iterable[str]) -> None:
        with self._staging:
            for sha256 in digests:
                self._staged.pop(sha256, None)

    def _stage(self, use: LoraUse, place: torch.device) -> None:
        ready: Future[StackedLora] = Future()
        with self._staging:
            if self._staged.setdefault(use.sha256, ready) is not ready:
                return
        try:
            ready.set_result(self._read(use, place))
        except BaseException as error:  # whoever takes this LoRA is told, whatever it is
            ready.set_exception(error)

    def _made(self, use: LoraUse) -> StackedLora:
        with self._staging:
            staged = self._staged.pop(use.sha256, None)
        # One that is being read ahead right now is waited for: reading it twice takes longer.
        return staged.result().on(self._device) if staged else self._read(use, self._device)

    def _key(self, sha256: str) -> Hashable:
        return self._owner, sha256
