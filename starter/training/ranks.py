"""One process per GPU (or one on the CPU): device, gradient averaging, shared clock.

Started by `torchrun --standalone --nproc_per_node 4 -m starter.training.NAME`, or plainly for one.
Each process sees its own GPU as cuda:0, so that all share one compile cache.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn


@dataclass(frozen=True)
class Rank:
    index: int
    world: int
    device: torch.device

    @property
    def leads(self) -> bool:
        return self.index == 0

    @property
    def on_gpu(self) -> bool:
        return self.device.type == "cuda"

    def say(self, text: str) -> None:
        """Print once, with the seconds since the process began."""
        if self.leads:
            print(f"[{time.monotonic() - _BEGAN:6.1f}s] {text}", flush=True)

    def amp(self) -> AbstractContextManager[None]:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.on_gpu)

    def wait(self) -> None:
        if self.world > 1:
            dist.barrier()

    def sum(self, tensor: Tensor) -> Tensor:
        if self.world > 1:
            dist.all_reduce(tensor)
        return tensor


_BEGAN = time.monotonic()


def join_ranks() -> Rank:
    """This process's place among the others, on the best device there is."""
    device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world > 1:
        bound = device if device.type == "cuda" else None
        dist.init_process_group("nccl" if bound else "gloo", device_id=bound)
    return Rank(int(os.environ.get("RANK", "0")), world, device)


def compiled(module: nn.Module, rank: Rank) -> nn.Module:
    """The module compiled on a GPU, one graph for each shape, read back from the cache."""
    if not rank.on_gpu:
        return module
    made: nn.Module = torch.compile(module, dynamic=False)  # type: ignore[assignment]
    return made


def wait_for_file(path: Path) -> Path:
    """Return once the file is there: a phase can start, and compile, before the last one ends."""
    while not path.exists():
        time.sleep(0.2)
    return path


def average_gradients(parameters: Iterable[nn.Parameter], rank: Rank) -> None:
    """Make every process's gradients their mean."""
    if rank.world == 1:
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    # Half the bytes to exchange: the exchange is what several processes wait for.
    flat = rank.sum((flat / rank.world).bfloat16()).float()
    views = torch.split(flat, [gradient.numel() for gradient in gradients])
    pairs = zip(views, gradients, strict=True)
    torch._foreach_copy_(gradients, [view.view_as(gradient) for view, gradient in pairs])


@dataclass
class Clock:
    """How much of the time is used up, 0..1, the same in every process; ends the loop at 1."""

    rank: Rank
    seconds: float
    every: int = 10
    step: int = 0
    used: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def running(self) -> bool:
        if self.step % self.every == 0:
            self.used = self._shared((time.monotonic() - self.began) / self.seconds)
        self.step += 1
        return self.used < 1

    def rate(self, peak: float, warm_up: int, flat_until: float) -> float:
        """Learning rate: linear warm-up, flat, then a cosine down to nothing."""
        tail = max(0.0, (self.used - flat_until) / (1 - flat_until))
        return peak * min(1.0, self.step / warm_up) * (0.5 + 0.5 * math.cos(math.pi * tail))

    def _shared(self, used: float) -> float:
        if self.rank.world == 1:
            return used
        told = torch.tensor([used], device=self.rank.device)
        dist.broadcast(told, 0)
        return float(told.item())
