"""Which tensors of a LoRA file make up which layer, by names and shapes alone.

Methods and their tensors, as their trainers write them: LoRA has `down` and `up`, and Tucker's
LoCon a core between them; LoHa is a product, entry by entry, of two low-rank products; LoKr is the
Kronecker product of a left and a right matrix, each whole or low-rank; DoRA is any of them with a
vector of lengths beside it.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from stylepacks.rules.safetensors_header import Tensor

MAX_RANK = 1024
ROLES = {
    "down": r"(?:\.lora_A(?:\.\w+)?|\.lora_down|\.lora\.down|_lora\.down|(?<=_lora[12])\.down"
    r"|\.lora_linear_layer\.down)\.weight",
    "up": r"(?:\.lora_B(?:\.\w+)?|\.lora_up|\.lora\.up|_lora\.up|(?<=_lora[12])\.up"
    r"|\.lora_linear_layer\.up)\.weight",
    "core": r"\.lora_mid\.weight",
    "alpha": r"\.(?:alpha|network_alpha)",
    "lengths": r"\.(?:dora_scale|lora_magnitude_vector)(?:\.default)?(?:\.weight)?",
}
_ENDINGS = {role: re.compile(f"{ending}$") for role, ending in ROLES.items()}
_LYCORIS = re.compile(
    r"\.(hada_w[12]_[ab]|hada_t[12]|lokr_w[12](?:_[ab])?|lokr_t2)(?:\.default)?(?:\.weight)?$"
)
_LOHA = {"hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"}
_COMPLETE = (
    {"down", "up"},
    {"down", "up", "core"},
    _LOHA,
    _LOHA | {"hada_t1", "hada_t2"},
    *(
        left | right
        for left in ({"lokr_w1"}, {"lokr_w1_a", "lokr_w1_b"})
        for right in (
            {"lokr_w2"},
            {"lokr_w2_a", "lokr_w2_b"},
            {"lokr_w2_a", "lokr_w2_b", "lokr_t2"},
        )
    ),
)
_BESIDE = {"alpha", "lengths"}


class LoraRejected(ValueError):
    """A sound file that is not a usable LoRA; `keys` are the tensors it cannot be used for."""

    def __init__(self, message: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.keys = keys


@dataclass(frozen=True)
class Layer:
    """One layer's tensors by what they are: "down", "hada_w1_a", "alpha" …"""

    parts: Mapping[str, Tensor]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts.values())

    @property
    def factors(self) -> tuple[Tensor, ...]:
        """The layer's change is zero when every value of any of these is."""
        return tuple(part for role, part in self.parts.items() if role not in _BESIDE)

    @property
    def rank(self) -> int:
        """0 for LoKr between two whole matrices."""
        for role in ("down", "hada_w1_b", "lokr_w1_b", "lokr_w2_b"):
            if role in self.parts:
                return next(iter(self.parts[role].shape), 0)
        return 0

    @property
    def width_in(self) -> int:
        """How many inputs a linear layer has."""
        if "down" in self.parts:
            return self.parts["down"].shape[1]
        if "hada_w1_b" in self.parts:
            return self.parts["hada_w1_b"].shape[1]
        return self._last("lokr_w1").shape[1] * self._last("lokr_w2").shape[1]

    @property
    def fits_together(self) -> bool:
        """Whether its factors can be multiplied. Their product is compared with no model here."""
        sound = all(part.shape and 0 not in part.shape for part in self.factors)
        return sound and self._lengths_fit() and self._factors_fit()

    def _last(self, name: str) -> Tensor:
        return self.parts.get(name) or self.parts[f"{name}_b"]

    def _lengths_fit(self) -> bool:
        lengths = self.parts.get("lengths")
        return lengths is None or max(lengths.shape, default=0) == math.prod(lengths.shape)

    def _factors_fit(self) -> bool:
        shapes = {role: part.shape for role, part in self.parts.items()}
        if "down" in shapes:
            return _lora_fits(shapes, self.rank)
        if "hada_w1_b" in shapes:
            return _loha_fits(shapes, self.rank)
        return _lokr_fits(shapes)


def layers_of(tensors: Mapping[str, Tensor]) -> dict[str, Layer]:
    """Every layer by its name in the file; LoraRejected unless each tensor belongs to one."""
    found: defaultdict[str, dict[str, Tensor]] = defaultdict(dict)
    for name, tensor in tensors.items():
        stem, role = role_of(name)
        found[stem][role] = tensor
    layers = {stem: Layer(parts) for stem, parts in sorted(found.items()) if _is_complete(parts)}
    _refuse_unused(tensors, layers)
    for layer in layers.values():
        _refuse_misfit(layer)
    return layers


def role_of(name: str) -> tuple[str, str]:
    """A tensor's layer and what it is there; what it is stays empty where no trainer wrote it."""
    for role, ending in _ENDINGS.items():
        if ending.search(name):
            return ending.sub("", name), role
    match = _LYCORIS.search(name)
    return (name[: match.start()], match[1]) if match else (name, "")


def _is_complete(parts: Mapping[str, Tensor]) -> bool:
    alpha = parts.get("alpha")
    return parts.keys() - _BESIDE in _COMPLETE and (alpha is None or alpha.shape in ((), (1,)))


def _refuse_unused(tensors: Mapping[str, Tensor], layers: Mapping[str, Layer]) -> None:
    used = {key for layer in layers.values() for key in layer.keys}
    unused = tuple(sorted(tensors.keys() - used))
    if unused:
        raise LoraRejected(
            f"{len(unused)} of its tensors belong to no LoRA layer, for example "
            f"{', '.join(unused[:3])}: save the LoRA again, complete.",
            unused,
        )


def _refuse_misfit(layer: Layer) -> None:
    if layer.rank > MAX_RANK or (layer.rank == 0 and "lokr_w1" not in layer.parts):
        raise LoraRejected(
            f"{layer.keys[0]} has rank {layer.rank}: it must be 1 to {MAX_RANK}.", layer.keys
        )
    if not layer.fits_together:
        raise LoraRejected(
            f"The parts of {layer.keys[0]} do not fit each other: save the LoRA again.", layer.keys
        )


Shapes = Mapping[str, tuple[int, ...]]


def _lora_fits(shapes: Shapes, rank: int) -> bool:
    down, up, core = shapes["down"], shapes["up"], shapes.get("core")
    if len(down) not in (2, 4) or len(up) != len(down) or up[1] != rank:
        return False
    return core is None or _is_core(core, rank)


def _loha_fits(shapes: Shapes, rank: int) -> bool:
    alike = all(shapes[f"hada_w1_{side}"] == shapes[f"hada_w2_{side}"] for side in "ab")
    if not alike or len(shapes["hada_w1_a"]) != 2 or len(shapes["hada_w1_b"]) != 2:
        return False
    if "hada_t1" not in shapes:
        return shapes["hada_w1_a"][1] == rank
    cores = (shapes["hada_t1"], shapes["hada_t2"])
    return shapes["hada_w1_a"][0] == rank and all(_is_core(core, rank) for core in cores)


def _lokr_fits(shapes: Shapes) -> bool:
    return _side_fits(shapes, "lokr_w1") and _side_fits(shapes, "lokr_w2")


def _side_fits(shapes: Shapes, side: str) -> bool:
    if side in shapes:
        return len(shapes[side]) in ((2,) if side == "lokr_w1" else (2, 4))
    first, second, core = shapes[f"{side}_a"], shapes[f"{side}_b"], shapes.get("lokr_t2")
    if len(first) != 2 or len(second) != 2:
        return False
    if core is None or side == "lokr_w1":
        return first[1] == second[0]
    return first[0] == second[0] and _is_core(core, second[0])


def _is_core(shape: tuple[int, ...], rank: int) -> bool:
    return len(shape) == 4 and shape[:2] == (rank, rank)
