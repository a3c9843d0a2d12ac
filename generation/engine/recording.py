"""Recording a pass into a CUDA graph: thousands of launches become one, and none can recompile."""

import weakref
from collections.abc import Callable
from typing import Any

import torch

# Passes before the recording: the first compiles and loads kernels, another settles workspaces.
REHEARSALS = 3

Output = torch.Tensor | list[torch.Tensor]
Ask = Callable[[], Output]


class Recorder:
    """Records on one device. All recordings share one memory pool: they never run side by side.

    A recording reads and writes at fixed addresses: the caller keeps what `ask` reads where it is.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._recordings: weakref.WeakSet[Recording] = weakref.WeakSet()
        self._pool: Any = None
        self._stream: Any = None
        self._played: weakref.ref[Recording] | None = None

    def record(self, ask: Ask) -> "Recording":
        """Run `ask` a few times, then record it; raises whatever it or the capture raises."""
        stream = self._own_stream()
        stream.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(stream):
            for _ in range(REHEARSALS):
                ask()
        torch.cuda.current_stream(self._device).wait_stream(stream)
        torch.cuda.synchronize(self._device)
        torch.cuda.empty_cache()
        return self._captured(ask, stream)

    def _captured(self, ask: Ask, stream: Any) -> "Recording":
        graph, before = torch.cuda.CUDAGraph(), torch.cuda.memory_reserved(self._device)
        # Other threads may copy and allocate meanwhile: their work is none of the recording.
        with torch.cuda.graph(
            graph, pool=self._shared_pool(), stream=stream, capture_error_mode="thread_local"
        ):
            output = ask()
        taken = torch.cuda.memory_reserved(self._device) - before
        recording = Recording(self, ask, graph, output, max(0, taken))
        self._recordings.add(recording)
        return recording

    def note_played(self, recording: "Recording") -> None:
        self._played = weakref.ref(recording)

    def has_just_played(self, recording: "Recording") -> bool:
        """Whether nothing was played since: others may write over what this one had read."""
        return self._played is not None and self._played() is recording

    def _own_stream(self) -> Any:
        # One for all: each stream costs the matrix library a workspace.
        if self._stream is None:
            self._stream = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
        return self._stream

    def _shared_pool(self) -> Any:
        # Once its last recording has gone, a pool cannot be joined any more.
        if not self._recordings:
            self._pool = torch.cuda.graph_pool_handle()
        return self._pool


class Recording:
    """One recorded pass; `byte_size` is what it added to the device's memory, `output` what it
    writes, until another one is played."""

    def __init__(
        self, recorder: Recorder, ask: Ask, graph: Any, output: Output, byte_size: int
    ) -> None:
        self.byte_size = byte_size
        self.output = output
        self._recorder = recorder
        # Kernels stay loaded as long as the code that loaded them.
        self._ask = ask
        self._graph = graph

    @property
    def was_last(self) -> bool:
        """Whether no other one was played since."""
        return self._recorder.has_just_played(self)

    def play(self) -> None:
        """The pass over what its inputs hold now."""
        self._graph.replay()
        self._recorder.note_played(self)
