"""Which modules' weights a LoRA may change, and each weight as a matrix in its memory order."""

from collections.abc import Iterable
from functools import reduce

import torch


def is_target(module: torch.nn.Module) -> bool:
    """Linear layers and ungrouped convolutions."""
    if isinstance(module, torch.nn.Conv2d):
        return module.groups == 1
    return isinstance(module, torch.nn.Linear)


def weight_of(module: torch.nn.Module) -> torch.Tensor:
    weight = module.weight
    assert isinstance(weight, torch.Tensor)
    return weight.data


def finest(modules: Iterable[torch.nn.Module]) -> torch.dtype:
    """The type that holds all of their weights exactly."""
    return reduce(torch.promote_types, (weight_of(module).dtype for module in modules))


def is_channels_last(weight: torch.Tensor) -> bool:
    if weight.ndim != 4 or weight.is_contiguous():
        return False
    return weight.is_contiguous(memory_format=torch.channels_last)


def as_matrix(weight: torch.Tensor) -> torch.Tensor:
    """(outputs, inputs): a kernel's values follow each other as they lie in memory."""
    # A channels_last convolution keeps its memory order, so that its view needs no conversion.
    ordered = weight.permute(0, 2, 3, 1) if is_channels_last(weight) else weight
    return ordered.flatten(1)
