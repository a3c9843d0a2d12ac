"""LoRAs that were read, checked and stacked once per file, ready on the device.

Known by SHA-256, so a moved or renamed file is found again. One shelf of bytes serves all
checkpoints of a device; each checkpoint has its own place on it, for a LoRA is laid out like the
weights it changes.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

import torch

from generation.engine.byte_shelf import ByteShelf
from generation.engine.contract import LoraRefused, LoraUse
from generation.engine.lora_files import HOST_MEMORY
from generation.engine.lora_switch import StackedLora

# Waits for an opened file's bytes and parses it, or raises LoraRefused.
Finish = Callable[[], StackedLora]


class LoraShelf:
    """One checkpoint's LoRAs. `opened` begins to read a file into a place; LoraRefused."""

    def __init__(
        self,
        opened: Callable[[LoraUse, torch.device], Finish],
        device: torch.device,
        kept: ByteShelf[StackedLora],
    ) -> None:
        self._opened = opened
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
        try:
            opened = self._opened_together(uses)
            makers = {self._key(use.sha256): partial(self._made, use, opened) for use in uses}
            taken = dict(zip(makers, self._kept.take(makers), strict=True))
        finally:
            self._forget_staged(use.sha256 for use in uses)
        return [replace(taken[self._key(use.sha256)], name=use.name) for use in uses]

    def get(self, use: LoraUse) -> StackedLora:
        """One LoRA by itself; raises LoraRefused."""
        return self.take([use])[0]

    def is_known(self, uses: Sequence[LoraUse]) -> bool:
        """Whether `prove` would wait for nothing."""
        loras = [self._kept.peek(self._key(use.sha256)) for use in uses]
        return all(lora is None or lora.proof.is_known for lora in loras)

    def prove(self, uses: Sequence[LoraUse]) -> None:
        """Wait until those that were taken are proven; LoraRefused for one that is another file,
        which is then not kept.
        """
        for key in {self._key(use.sha256) for use in uses}:
            lora = self._kept.peek(key)
            try:
                # One that was dropped since it was proven may be applied still.
                if lora is not None:
                    lora.proof.wait()
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

    def _opened_together(self, uses: Sequence[LoraUse]) -> dict[str, Finish]:
        """All that must be read: the next one's bytes arrive while one is parsed."""
        with self._staging:
            missing = {
                use.sha256: use for use in uses
                if use.sha256 not in self and use.sha256 not in self._staged
            }  # fmt: skip
        return {sha256: self._opened(use, self._device) for sha256, use in missing.items()}

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
            ready.set_result(self._opened(use, place)())
        except BaseException as error:  # whoever takes this LoRA is told, whatever it is
            ready.set_exception(error)

    def _made(self, use: LoraUse, opened: dict[str, Finish]) -> StackedLora:
        with self._staging:
            staged = self._staged.pop(use.sha256, None)
        if staged is None:
            finish = opened.get(use.sha256) or self._opened(use, self._device)
            return finish()
        # One that is being read ahead right now is waited for: reading it twice takes longer.
        return staged.result().on(self._device)

    def _key(self, sha256: str) -> Hashable:
        return self._owner, sha256
