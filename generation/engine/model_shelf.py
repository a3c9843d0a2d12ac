"""Loaded checkpoints and their LoRAs, kept within byte budgets that are measured, not guessed."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import torch

from generation.engine import pipelines
from generation.engine.byte_shelf import ByteShelf
from generation.engine.compile_store import keep_kernels
from generation.engine.compiling import OFF, Compiling, fetch_compiler
from generation.engine.contract import EngineError
from generation.engine.device_memory import give_back_freed, total_bytes
from generation.engine.fast_passes import FastPasses
from generation.engine.frugality import OFFLOADED, released, until_it_fits
from generation.engine.lora_switch import StackedLora
from generation.engine.recording import Recorder
from generation.engine.studio import AUTO, DEVICE, HOST, Studio, open_studio

# Where the pristine weights may be kept.
PLACES = (AUTO, DEVICE, HOST)


@dataclass(frozen=True)
class MemoryBudget:
    """Bytes on the device for checkpoints with their pristine weights (0: half of its memory) and
    for LoRAs, and where the pristine weights are kept.

    What is in use always stays. Raises EngineError for a place that does not exist.
    """

    models_bytes: int = 0
    loras_bytes: int = 2 * 1024**3
    pristine: str = AUTO

    def __post_init__(self) -> None:
        if self.pristine not in PLACES:
            raise EngineError(
                f"The pristine weights cannot be kept in '{self.pristine}'; "
                f"choose one of {', '.join(PLACES)}."
            )


class ModelShelf:
    """The least recently used goes first, and before the next is loaded, so that both fit.

    A checkpoint's size is known once it was loaded. The first time it therefore gets all the
    room; after that it stays beside others as long as their sum is within the budget.
    """

    def __init__(
        self,
        device: str,
        precision: str,
        memory: MemoryBudget,
        compiling: Compiling,
    ) -> None:
        self._device = torch.device(device)
        self._compiling = compiling
        self._recorder = _recorder(self._device, self._compiling)
        if self._recorder is not None:
            keep_kernels(self._compiling.folder)
        self._precision = precision
        self._pristine = memory.pristine
        budget = memory.models_bytes or total_bytes(self._device) // 2
        self.kept: ByteShelf[Studio] = ByteShelf(budget, lambda studio: studio.resident_bytes)
        self.loras: ByteShelf[StackedLora] = ByteShelf(
            memory.loras_bytes, lambda lora: lora.byte_size
        )
        self._measured: dict[Hashable, int] = {}

    def take(self, checkpoint: str, family: str) -> Studio:
        """The checkpoint, loaded unless it is kept.

        Raises CheckpointMissing, or a retryable EngineError when memory does not suffice.
        """
        key = (checkpoint, family)
        return self.kept.take({key: partial(self._load, *key)})[0]

    def peek(self, checkpoint: str, family: str) -> Studio | None:
        """The studio if it is kept; from any thread."""
        return self.kept.peek((checkpoint, family))

    def release_idle(self) -> bool:
        """Drop all that the current render does not use; False where there is nothing."""
        return self.kept.drop_idle() + self.loras.drop_idle() > 0

    def _load(self, checkpoint: str, family: str) -> Studio:
        key = (checkpoint, family)
        if self._recorder is not None:
            fetch_compiler(self._compiling)
        self._make_room(self._measured.get(key, self.kept.budget_bytes))
        given_up: list[str] = []

        def attempt() -> Studio:
            model = pipelines.load(checkpoint, family, str(self._device), self._precision)
            model = replace(model, fast=FastPasses(self._compiling, self._recorder))
            pristine = HOST if OFFLOADED in given_up else self._pristine
            return open_studio(model, self.loras, pristine, given_up)

        studio = until_it_fits(attempt, self._load_remedies(), given_up)
        self._measured[key] = studio.resident_bytes
        return studio

    def _load_remedies(self) -> Iterator[str]:
        yield from released(self.release_idle)
        if self._device.type != "cpu" and self._pristine != HOST:
            yield OFFLOADED

    def _make_room(self, needed_bytes: int) -> None:
        if self.kept.drop_idle(max(0, self.kept.budget_bytes - needed_bytes)):
            give_back_freed()


def _recorder(device: torch.device, compiling: Compiling) -> Recorder | None:
    """None where passes go as they are written: on a CPU there are no launches to spare."""
    if compiling.way == OFF or device.type != "cuda":
        return None
    return Recorder(device)
