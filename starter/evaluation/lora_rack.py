"""Many LoRAs over one denoiser, each picture of a batch with its own set and weights.

Where all pictures of a batch wear the same, it is added to the weights: W0 + w B A, always from a
copy of W0 that nothing writes, so taking LoRAs off is exact. Where they differ, what it would add
is added to each layer's output, for the weights of that picture: pictures of several packs at
several strengths can share a batch, at a price for every layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor, nn

PREFIX, DOWN, UP = "unet.", ".lora_A.weight", ".lora_B.weight"
Wearing = Mapping[str, float]


class LoraError(ValueError):
    """A LoRA file that cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True)
class Factors:
    """One layer's two factors: down (rank, inputs…) and up (outputs, rank…)."""

    down: Tensor
    up: Tensor


@dataclass(frozen=True)
class Worn:
    """What a batch wears: by layer the factors side by side, and scales (n, ranks together)."""

    factors: dict[str, Factors]
    scales: Tensor


class LoraRack:
    """Holds the LoRAs of `files` (name to file) and hangs them on the denoiser as told.

    The denoiser comes as precise as it was read and may be made coarser (`dtype`) afterwards.
    """

    def __init__(
        self, unet: nn.Module, files: Mapping[str, Path], device: torch.device, dtype: torch.dtype
    ) -> None:
        layers = dict(unet.named_modules())
        self.device, self.dtype = device, dtype
        self._held = {name: _read(file, layers, device) for name, file in files.items()}
        self._worn: Worn | None = None
        if len({frozenset(lora) for lora in self._held.values()}) > 1:
            raise LoraError(
                "The LoRAs change different layers: train them all with the same script."
            )
        changed = next(iter(self._held.values()), {})
        self._live = {name: layers[name].weight for name in changed}
        # As precise as it came: the sum is rounded once.
        self._pristine = {
            name: live.detach().to(torch.float32, copy=True) for name, live in self._live.items()
        }
        for name in changed:
            layers[name].register_forward_hook(partial(self._add, name))
        self._merged: Wearing = {}

    @property
    def is_merged(self) -> bool:
        """Whether the weights hold all that is worn now: then a pass costs what the base costs."""
        return self._worn is None

    def wear(self, wearing: Sequence[Wearing]) -> None:
        """One set of LoRAs for each picture of the next batches; none at all is the base alone."""
        if all(worn == wearing[0] for worn in wearing):
            self._merge(wearing[0])
            return
        self._merge({})
        names = sorted({name for worn in wearing for name, weight in worn.items() if weight})
        held = [self._held[name] for name in names]
        ranks = [next(iter(lora.values())).down.shape[0] for lora in held]
        weights = torch.tensor([[worn.get(name, 0.0) for name in names] for worn in wearing])
        scales = weights.repeat_interleave(torch.tensor(ranks), dim=1).to(self.device)
        factors = {
            layer: _side_by_side([lora[layer] for lora in held], self.dtype) for layer in held[0]
        }
        self._worn = Worn(factors, scales)

    @torch.no_grad()
    def _merge(self, worn: Wearing) -> None:
        self._worn = None
        if worn == self._merged:
            return
        for layer, live in self._live.items():
            total = self._pristine[layer]
            for name, weight in worn.items():
                total = total + weight * _product(self._held[name][layer]).view_as(total)
            live.copy_(total)
        self._merged = dict(worn)

    def _add(self, name: str, layer: Any, inputs: tuple[Tensor, ...], output: Tensor) -> Any:
        if self._worn is None:
            return None
        factors, scales = self._worn.factors[name], self._worn.scales
        if isinstance(layer, nn.Conv2d):
            inner = F.conv2d(inputs[0], factors.down, None, layer.stride, layer.padding)
            return output + F.conv2d(inner * scales[:, :, None, None].to(inner.dtype), factors.up)
        inner = F.linear(inputs[0], factors.down)
        return output + F.linear(inner * scales[:, None].to(inner.dtype), factors.up)


def _read(file: Path, layers: Mapping[str, nn.Module], device: torch.device) -> dict[str, Factors]:
    if not file.exists():
        raise LoraError(f"There is no LoRA at {file}: train it, or leave its pack out.")
    with safe_open(file, "pt") as opened:
        state = {key: opened.get_tensor(key).float() for key in opened.keys()}  # noqa: SIM118
    names = sorted(key[len(PREFIX) : -len(DOWN)] for key in state if key.endswith(DOWN))
    expected = {PREFIX + name + end for name in names for end in (DOWN, UP)}
    strange = sorted(set(state) ^ expected) + sorted(set(names) - set(layers))
    if strange or not names:
        raise LoraError(f"{file.name} holds what the denoiser has no place for: {strange[:3]}.")
    return {
        name: Factors(state[PREFIX + name + DOWN].to(device), state[PREFIX + name + UP].to(device))
        for name in names
    }


def _product(factors: Factors) -> Tensor:
    return factors.up.flatten(1) @ factors.down.flatten(1)


def _side_by_side(factors: list[Factors], dtype: torch.dtype) -> Factors:
    down = torch.cat([one.down for one in factors]).to(dtype)
    if down.ndim == 4:
        down = down.contiguous(memory_format=torch.channels_last)
    return Factors(down, torch.cat([one.up for one in factors], 1).to(dtype))
