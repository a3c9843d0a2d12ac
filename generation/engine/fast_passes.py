"""A model's passes that were compiled and recorded before anybody asked for them.

A pass is found by what it is told: the names, shapes and types of its tensors are its bucket. Any
other goes as it is written, so that nobody waits for a compiler. A recording reads weights where
they were: one whose weights moved is dropped, never played.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch

from generation.engine.compiling import SIMPLER, WORDS, Compiling, Function, compiled
from generation.engine.device_memory import give_back_freed, is_out_of_memory
from generation.engine.recording import Recorder, Recording

logger = logging.getLogger(__name__)

NOT_COMPILED = "compiled passes"
# Of one model: each holds its inputs and its output, and a share of the pool.
MOST_KEPT = 16


class Bucket(NamedTuple):
    """Passes that share a recording: what is asked, and what it is told about."""

    name: str
    tensors: tuple[tuple[str, tuple[int, ...], torch.dtype], ...]

    def __str__(self) -> str:
        _, shape, _ = self.tensors[0]
        return f"{self.name} {' x '.join(map(str, shape))}"


def bucket_of(name: str, tensors: Mapping[str, torch.Tensor]) -> Bucket:
    told = ((key, tuple(tensor.shape), _kept_dtype(tensor)) for key, tensor in tensors.items())
    return Bucket(name, tuple(told))


class FastPass:
    """One bucket's recordings, with the tensors they read.

    `once` is the one that is played first, and then only for other words: what it made still lies
    there as long as no other recording was played in between.
    """

    def __init__(
        self,
        module: torch.nn.Module,
        inputs: Mapping[str, torch.Tensor],
        recording: Recording,
        once: Recording | None = None,
    ) -> None:
        self._weights = [*module.parameters(), *module.buffers()]
        self._addresses = addresses(self._weights)
        self._inputs = inputs
        self._recording = recording
        self._once = once
        self._words: torch.Tensor | None = None

    @property
    def byte_size(self) -> int:
        recordings = [it for it in (self._once, self._recording) if it]
        inputs = sum(it.nbytes for it in self._inputs.values())
        return inputs + sum(recording.byte_size for recording in recordings)

    @property
    def is_current(self) -> bool:
        """Whether the weights it reads still are where it reads them."""
        return self._addresses == addresses(self._weights)

    def play(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """A copy, which later passes leave alone."""
        is_again = self._recording.was_last and tensors.get(WORDS) is self._words
        fill(self._inputs, tensors)
        if self._once is not None and not is_again:
            self._once.play()
            self._words = tensors[WORDS]
        self._recording.play()
        assert isinstance(self._recording.output, torch.Tensor)
        return self._recording.output.clone()


class FastPasses:
    """The recordings of one model, the least recently played dropped first. Not thread-safe."""

    def __init__(
        self, compiling: Compiling | None = None, recorder: Recorder | None = None
    ) -> None:
        self.compiling = compiling or Compiling()
        self._recorder = recorder
        self._kept: OrderedDict[Bucket, FastPass] = OrderedDict()
        self._given_up: dict[Bucket, str] = {}
        self._is_preparing = False

    @property
    def byte_size(self) -> int:
        """Bytes on the device beyond the model itself."""
        return sum(it.byte_size for it in self._kept.values())

    @property
    def records(self) -> bool:
        """False where every pass goes as it is written."""
        return self._recorder is not None

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        return tuple(self._kept)

    @property
    def given_up(self) -> tuple[str, ...]:
        """NOT_COMPILED where a pass that was to be fast is not."""
        return (NOT_COMPILED,) if self._given_up else ()

    @property
    def failures(self) -> tuple[str, ...]:
        """What is not as fast as it was to be, and why."""
        return tuple(f"{bucket}: {reason}" for bucket, reason in self._given_up.items())

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Inside, a bucket that is asked for is compiled and recorded first: minutes."""
        self._is_preparing = self._recorder is not None
        try:
            yield
        finally:
            self._is_preparing = False

    def clear(self) -> None:
        """Drop them all, where their memory is needed or their weights are about to move."""
        self._given_up |= dict.fromkeys(self._kept, "its memory was needed")
        self._kept.clear()

    def run(
        self,
        name: str,
        module: torch.nn.Module,
        function: Function,
        tensors: Mapping[str, torch.Tensor],
    ) -> torch.Tensor:
        """`function(**tensors)`, which asks `module`; from its recording where there is one."""
        if self._recorder is None:
            return function(**tensors)
        bucket = bucket_of(name, tensors)
        if self._is_preparing and bucket not in self._kept and bucket not in self._given_up:
            self._prepare(bucket, module, function, tensors)
        kept = self._current(bucket)
        return function(**tensors) if kept is None else kept.play(tensors)

    def _current(self, bucket: Bucket) -> FastPass | None:
        kept = self._kept.get(bucket)
        if kept is None:
            return None
        if not kept.is_current:
            logger.warning("The weights of %s moved: it is compiled no more.", bucket)
            del self._kept[bucket]
            self._given_up[bucket] = "its weights moved"
            return None
        self._kept.move_to_end(bucket)
        return kept

    def _prepare(
        self,
        bucket: Bucket,
        module: torch.nn.Module,
        function: Function,
        tensors: Mapping[str, torch.Tensor],
    ) -> None:
        while len(self._kept) >= MOST_KEPT:
            self._kept.popitem(last=False)
        for way in SIMPLER[self.compiling.way]:
            began = time.perf_counter()
            try:
                self._kept[bucket] = self._recorded(way, module, function, tensors)
            except Exception as error:  # the compiler raises every kind; the pass goes without it
                self._note_failure(bucket, way, error)
            else:
                logger.info("Prepared %s (%s): %.1f s", bucket, way, time.perf_counter() - began)
                return

    def _recorded(
        self,
        way: str,
        module: torch.nn.Module,
        function: Function,
        tensors: Mapping[str, torch.Tensor],
    ) -> FastPass:
        assert self._recorder is not None
        # What is made in inference mode could not be written outside of it.
        with torch.inference_mode(False), torch.no_grad():
            inputs = {key: _kept(tensor) for key, tensor in tensors.items()}
            fill(inputs, tensors)
            with compiled(way, self.compiling, module, function) as (ask, make):
                once = self._recorder.record(lambda: make(inputs[WORDS])) if make else None
                recording = self._recorder.record(lambda: ask(**inputs))
        return FastPass(module, inputs, recording, once)

    def _note_failure(self, bucket: Bucket, way: str, error: Exception) -> None:
        said = str(error).strip().splitlines()
        reason = said[0][:200] if said else type(error).__name__
        logger.warning("%s could not be prepared (%s): %s", bucket, way, reason)
        self._given_up[bucket] = reason
        error.with_traceback(None)
        if is_out_of_memory(error):
            give_back_freed()


def fill(inputs: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor]) -> None:
    for key, tensor in tensors.items():
        inputs[key].copy_(tensor, non_blocking=True)


def addresses(tensors: Sequence[torch.Tensor]) -> list[int]:
    return [tensor.data_ptr() for tensor in tensors]


def _kept(tensor: torch.Tensor) -> torch.Tensor:
    return torch.empty_like(tensor, dtype=_kept_dtype(tensor))


def _kept_dtype(tensor: torch.Tensor) -> torch.dtype:
    # Solvers count time in integers or in fractions. Single precision holds both, and one
    # recording serves them all.
    return torch.float32 if tensor.ndim == 0 else tensor.dtype
