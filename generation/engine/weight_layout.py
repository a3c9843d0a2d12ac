"""Which modules' weights a LoRA may change, and each weight as a matrix in its memory order."""

from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple

import torch


class Shape(NamedTuple):
    """What the weights of one buffer have in common, each as a matrix."""

    outputs: int
    inputs: int
    live_dtype: torch.dtype


class Target(NamedTuple):
    """Where one module's weight lives: a row of the buffer for its matrix shape."""

    matrix: Shape
    row: int
    shape: tuple[int, ...]
    channels_last: bool


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


def as_weight(matrix: torch.Tensor, target: Target) -> torch.Tensor:
    """A row of the target's buffer in the shape of its module's weight; the same memory."""
    if not target.channels_last:
        return matrix.view(target.shape)
    out_channels, in_channels, height, width = target.shape
    return matrix.view(out_channels, height, width, in_channels).permute(0, 3, 1, 2)


# By the attention they stand in: projections of one input, whose weights make one matrix for it
# where they lie one behind the other.
OF_PIXELS: dict[str, tuple[str, ...]] = {"attn1": ("to_q", "to_k", "to_v")}
OF_WORDS: dict[str, tuple[str, ...]] = {"attn2": ("to_k", "to_v")}


def kind_of(name: str) -> tuple[str, list[str], str]:
    """Orders layers of one shape by what they are, not by where: all to_out, all ff …

    The query, key and value of each self-attention are neighbours, and so are all keys and then
    all values of the attentions to words.
    """
    parts = name.split(".")
    kind, layer = [part for part in parts[:0:-1] if not part.isdigit()], ".".join(parts[:-1])
    last, attention = (*kind, "", "")[:2]
    if last in (pixels := OF_PIXELS.get(attention, ())):
        return parts[0], ["of_pixels", *kind[1:]], f"{layer}.{pixels.index(last)}"
    if last in (words := OF_WORDS.get(attention, ())):
        return parts[0], ["of_words", *kind[1:]], f"{words.index(last)}.{layer}"
    return parts[0], kind, name
