"""What a file does to one layer, by each method. Layers keep their factors, not their full change.

LoHa and LoKr are multiplied out by PEFT's own functions, and DoRA is defined as PEFT computes it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, Self

import torch
from peft.tuners.loha.layer import make_weight, make_weight_cp
from peft.tuners.lokr.layer import make_kron
from peft.tuners.lokr.layer import make_weight_cp as make_core

Parts = Mapping[str, torch.Tensor]
LOHA = frozenset({"hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"})
LOHA_CORES = frozenset({"hada_t1", "hada_t2"})
LOKR_LEFT = (frozenset({"lokr_w1"}), frozenset({"lokr_w1_a", "lokr_w1_b"}))
LOKR_RIGHT = (
    frozenset({"lokr_w2"}),
    frozenset({"lokr_w2_a", "lokr_w2_b"}),
    frozenset({"lokr_w2_a", "lokr_w2_b", "lokr_t2"}),
)
MAGNITUDES = frozenset({"dora_scale", "lora_magnitude_vector"})
# As torch.nn.functional.normalize does, so that a row of zeros stays one.
SMALLEST_LENGTH = 1e-12


class Change(Protocol):
    """A change to one weight, as factors on some device."""

    @property
    def scale(self) -> float: ...

    @property
    def tensors(self) -> tuple[torch.Tensor, ...]: ...

    def delta(self) -> torch.Tensor:
        """The whole change in single precision: (outputs, inputs, …) in the file's own shape."""

    def on(self, device: torch.device) -> Self: ...


class Factors(NamedTuple):
    """LoRA: weight += scale * up @ down (convolutions flattened to matrices)."""

    down: torch.Tensor
    up: torch.Tensor
    scale: float

    @property
    def tensors(self) -> tuple[torch.Tensor, ...]:
        return self.down, self.up

    def delta(self) -> torch.Tensor:
        product = self.up.float().flatten(1) @ self.down.float().flatten(1)
        return self.scale * product.view(-1, *self.down.shape[1:])

    def on(self, device: torch.device) -> Self:
        return self._replace(down=self.down.to(device), up=self.up.to(device))


@dataclass(frozen=True)
class _Named:
    parts: dict[str, torch.Tensor]
    scale: float

    @property
    def tensors(self) -> tuple[torch.Tensor, ...]:
        return tuple(self.parts.values())

    def on(self, device: torch.device) -> Self:
        return replace(self, parts={name: part.to(device) for name, part in self.parts.items()})

    def _single(self, *names: str) -> list[torch.Tensor]:
        return [self.parts[name].float() for name in names]


class LoHa(_Named):
    """weight += scale * (w1_a @ w1_b) ∘ (w2_a @ w2_b), around cores t1 and t2 if there are any."""

    def delta(self) -> torch.Tensor:
        first = self._single("hada_w1_a", "hada_w1_b")
        second = self._single("hada_w2_a", "hada_w2_b")
        scale = torch.tensor(self.scale)
        if "hada_t1" not in self.parts:
            return _tensor(make_weight(*first, *second, scale))
        one, two = self._single("hada_t1", "hada_t2")
        return _tensor(make_weight_cp(one, *first, two, *second, scale))


class LoKr(_Named):
    """weight += scale * (w1 ⊗ w2), where either may be a product, w2 also around a core t2."""

    def delta(self) -> torch.Tensor:
        return _tensor(make_kron(self._left(), self._right(), self.scale))

    def _left(self) -> torch.Tensor:
        if "lokr_w1" in self.parts:
            return self._single("lokr_w1")[0]
        return torch.matmul(*self._single("lokr_w1_a", "lokr_w1_b"))

    def _right(self) -> torch.Tensor:
        if "lokr_w2" in self.parts:
            return self._single("lokr_w2")[0]
        if "lokr_t2" in self.parts:
            return _tensor(make_core(*self._single("lokr_t2", "lokr_w2_a", "lokr_w2_b")))
        return torch.matmul(*self._single("lokr_w2_a", "lokr_w2_b"))


class SomeOutputs(NamedTuple):
    """A change of which a layer has some outputs alone: those in `rows`, in this order."""

    whole: Change
    rows: torch.Tensor

    @property
    def scale(self) -> float:
        return self.whole.scale

    @property
    def tensors(self) -> tuple[torch.Tensor, ...]:
        return self.whole.tensors

    def delta(self) -> torch.Tensor:
        return self.whole.delta()[self.rows]

    def on(self, device: torch.device) -> "SomeOutputs":
        return SomeOutputs(self.whole.on(device), self.rows.to(device))


class Magnitude(NamedTuple):
    """DoRA's lengths: one for each output (axis 0) or, in LyCORIS' older files, input (axis 1)."""

    lengths: torch.Tensor
    axis: int

    def of(self, rows: torch.Tensor) -> "Magnitude | None":
        """The lengths of these outputs; None where a length is that of all outputs together."""
        return Magnitude(self.lengths[rows], 0) if self.axis == 0 else None

    def impose_on(self, weight: torch.Tensor) -> None:
        """Keep the directions along `axis`, in place, and give them these lengths."""
        others = tuple(axis for axis in range(weight.ndim) if axis != self.axis)
        found = torch.linalg.vector_norm(weight, dim=others, keepdim=True)
        wanted = self.lengths.to(weight).view_as(found)
        weight.mul_(wanted / found.clamp_min(SMALLEST_LENGTH))


class Rebuilt(NamedTuple):
    """A change that no low-rank product can express: multiplied out whenever it is applied."""

    change: Change
    magnitude: Magnitude | None = None

    @property
    def nbytes(self) -> int:
        lengths = self.magnitude.lengths.nbytes if self.magnitude else 0
        return lengths + sum(tensor.nbytes for tensor in self.change.tensors)

    def on(self, device: torch.device) -> "Rebuilt":
        if self.magnitude is None:
            return Rebuilt(self.change.on(device))
        lengths, axis = self.magnitude
        return Rebuilt(self.change.on(device), Magnitude(lengths.to(device), axis))

    def add_to(self, weight: torch.Tensor, strength: float) -> None:
        """Change `weight`, in single precision, in place; a DoRA's strength is its LoRA's."""
        weight.add_(self.change.delta().reshape(weight.shape), alpha=strength)
        if self.magnitude is not None:
            self.magnitude.impose_on(weight)


def change_of(parts: Parts, default_scale: float = 1.0) -> Change | None:
    """The change these parts make, or None when they are not just one method's, complete.

    `default_scale` stands in where no alpha says the scale.
    """
    own = {name: part for name, part in parts.items() if name not in MAGNITUDES | {"alpha"}}
    alpha = float(parts["alpha"]) if "alpha" in parts else None
    rank = _rank(own)
    # LyCORIS writes an alpha beside two whole matrices, too, and gives it no meaning.
    scale = default_scale if alpha is None else alpha / rank if rank else 1.0
    if len(MAGNITUDES & parts.keys()) > 1:
        return None
    if own.keys() in ({"down", "up"}, {"down", "mid", "up"}):
        return Factors(_around_core(own), own["up"], scale)
    if own.keys() in (LOHA, LOHA | LOHA_CORES):
        return LoHa(own, scale)
    if own.keys() in [left | right for left in LOKR_LEFT for right in LOKR_RIGHT]:
        return LoKr(own, scale)
    return None


def magnitude_of(parts: Parts) -> Magnitude | None:
    """DoRA's lengths among these parts. PEFT has one for each output, LyCORIS for either side."""
    for name in MAGNITUDES & parts.keys():
        lengths = parts[name]
        upright = lengths.ndim < 2 or lengths.shape[0] == lengths.numel()
        of_outputs = upright or name != "dora_scale"
        return Magnitude(lengths.flatten(), 0 if of_outputs else 1)
    return None


def fits(change: Change, shape: tuple[int, ...]) -> bool:
    """Whether the change lands on a weight of this shape; a 1 x 1 convolution is a matrix, too."""
    found = shape_of(change)
    if found is None or found[0] != shape[0] or math.prod(found) != math.prod(shape):
        return False
    return 2 in (len(found), len(shape)) or found == shape


def shape_of(change: Change) -> tuple[int, ...] | None:
    """The shape of the whole change, found without computing it; None where factors misfit."""
    if isinstance(change, Factors):
        # What the device "meta" would say, without its 0.1 ms for each of hundreds of layers.
        joins = change.up[:1].numel() == change.down.shape[0]
        return (change.up.shape[0], *change.down.shape[1:]) if joins else None
    try:
        return tuple(change.on(torch.device("meta")).delta().shape)
    except (IndexError, RuntimeError):
        return None


def _rank(parts: Parts) -> int:
    for name in ("down", "hada_w1_b", "lokr_w1_b", "lokr_w2_b"):
        if name in parts:
            return parts[name].shape[0]
    return 0


def _around_core(parts: Parts) -> torch.Tensor:
    # Tucker's core is a small convolution between `down` and `up`: part of `down` from here on.
    if "mid" not in parts:
        return parts["down"]
    down, mid = parts["down"].float().flatten(1), parts["mid"].float()
    return torch.einsum("abhw,bi->aihw", mid, down)


def _tensor(value: object) -> torch.Tensor:
    assert isinstance(value, torch.Tensor)
    return value
