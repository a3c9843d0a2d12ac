"""How many images share one pass of the denoiser."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import torch

Item = TypeVar("Item")

# On the CPU a batch changes the bits of every image in it (by 1.5e-6 in the 25 M UNet: oneDNN picks
# its blocking by shape) and saves 11 % (84 ms a step for one image, 298 ms for four, two cores):
# so images go one by one there.
ON_CPU = 1
# On CUDA small models wait for kernel launches, so four images cost about what one does; large ones
# fill the device alone. A pass always has this size, filled up with repeats: a row's bits depend
# on the shape of the pass, not on its neighbours.
ON_CUDA = {"sd15": 4}


def images_per_pass(device: torch.device, family: str) -> int:
    if device.type != "cuda":
        return ON_CPU
    return ON_CUDA.get(family, 1)


def passes(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def filled(items: Sequence[Item], size: int) -> list[Item]:
    return [*items, *[items[-1]] * (size - len(items))]
