"""A training step recorded once as a CUDA graph and replayed: no launches, no Python between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import torch
from torch import Tensor, nn

from starter.training.ranks import Rank

WARM_UP = 3
Network = TypeVar("Network", bound=nn.Module)


class Step:
    """Calls `take` again and again; it returns the loss and reads only tensors that stay in place.

    On one GPU the fourth call on replays what the third recorded. Several processes exchange
    gradients, and a CPU has nothing to record: there each call is a plain one.
    """

    def __init__(self, take: Callable[[], Tensor], rank: Rank) -> None:
        self._take = take
        self._graph: torch.cuda.CUDAGraph | None = None
        if rank.on_gpu and rank.world == 1:
            self._record()

    def __call__(self) -> Tensor:
        """The loss of one step, a tensor of one number (overwritten by the next step)."""
        if self._graph is None:
            return self._take()
        self._graph.replay()
        return self._loss

    def _record(self) -> None:
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                self._take()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        # Threads that bring pictures go on meanwhile; only this thread is recorded.
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            self._loss = self._take()
        self._graph = graph


def adam(parameters: Iterable[Tensor], decay: float, rank: Rank) -> torch.optim.AdamW:
    """AdamW whose rate is a tensor, so that a recorded step can be slowed down: see `set_rate`."""
    rate = torch.tensor(0.0, device=rank.device)
    return torch.optim.AdamW(
        list(parameters), rate, (0.9, 0.99), weight_decay=decay,
        fused=rank.on_gpu, capturable=rank.on_gpu,
    )  # fmt: skip


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"].fill_(rate)


def forget(optimizer: torch.optim.Optimizer) -> None:
    """Zero the optimizer's memory in place: a recorded step then starts afresh."""
    for state in optimizer.state.values():
        for value in state.values():
            value.zero_()


def clear_gradients(parameters: Iterable[Tensor]) -> None:
    """Drop gradients; inside a recording their memory is used again by the next replay."""
    for parameter in parameters:
        parameter.grad = None


def limit_gradients(parameters: Iterable[Tensor], limit: float) -> None:
    """Scale all gradients together to a norm of at most `limit`, without asking the device."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    torch._foreach_mul_(gradients, (limit / (norm + 1e-6)).clamp(max=1.0))


def in_channels_last(module: Network, rank: Rank) -> Network:
    """The module in the layout that convolutions on a GPU want."""
    if rank.on_gpu:
        module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module
