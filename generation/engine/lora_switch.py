"""Put a pack on a model in place: W = W0 + sum of s_i D_i, always from the pristine W0.

1. At load, every Linear and Conv2d weight moves into one stacked buffer per matrix shape; the
   module's parameter becomes a view into it. A pristine copy W0 is kept beside it, as precise as
   the module came: where the live weights are coarser, the sum is rounded once.
2. A LoRA file is stacked the same way once: down (rows, rank, in) and up (rows, out, rank).
3. For LoRAs D is B A. Applying a set writes W0 + up @ down of all of them into the live buffer, in
   one go (see `merging`); rows no longer touched are copied from W0.
4. What is no low-rank product (LoHa, LoKr, DoRA) stays as factors and is multiplied out one layer
   at a time, in single precision, over the row of W0 it changes. A DoRA sets the lengths of W0 and
   its own change; other files are added to that, so the order in which they are named says nothing.
5. The same set again costs nothing. After any exception the buffers count as dirty, and the next
   set rewrites every row from W0.
Storage pointers never change, so compiled graphs and captured CUDA graphs see every switch.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import torch

from generation.engine.contract import LoraRefused
from generation.engine.factor_stacks import FactorStack, Part, runs, stack
from generation.engine.layer_changes import Factors, Rebuilt
from generation.engine.lora_files import LoraFile
from generation.engine.merging import merge, prepare
from generation.engine.proofs import Proof
from generation.engine.refusals import some
from generation.engine.weight_layout import (
    Shape,
    Target,
    as_matrix,
    as_weight,
    finest,
    is_channels_last,
    is_target,
    kind_of,
    weight_of,
)


@dataclass(frozen=True)
class StackedLora:
    """A LoRA laid out like the weights it changes; on their device it is ready to be applied.

    `decomposed` are the layers whose lengths it sets, and their keys in the file; `proof` that of
    the file it was read from.
    """

    name: str
    sha256: str
    stacks: dict[Shape, FactorStack]
    rebuilt: dict[Target, Rebuilt]
    decomposed: dict[str, tuple[str, ...]]
    components: frozenset[str]
    proof: Proof

    @property
    def byte_size(self) -> int:
        stacked = sum(stack.down.nbytes + stack.up.nbytes for stack in self.stacks.values())
        return stacked + sum(own.nbytes for own in self.rebuilt.values())

    def on(self, place: torch.device) -> "StackedLora":
        """The same LoRA in this place; itself if it is there."""
        stacks = {matrix: stack.on(place) for matrix, stack in self.stacks.items()}
        rebuilt = {target: own.on(place) for target, own in self.rebuilt.items()}
        return replace(self, stacks=stacks, rebuilt=rebuilt)


Applied = tuple[StackedLora, float]
Strong = tuple[Rebuilt, float]


@dataclass
class WeightBuffer:
    """All live weights of one matrix shape, their pristine copy, and the rows that differ."""

    live: torch.Tensor
    pristine: torch.Tensor
    touched: set[int] = field(default_factory=set)

    @property
    def laid_out(self) -> tuple[int, torch.dtype]:
        """How many rows there are, and the type of what is added to them."""
        return self.live.shape[0], self.pristine.dtype

    def mark_dirty(self) -> None:
        self.touched = set(range(self.live.shape[0]))

    def move_pristine(self, place: torch.device) -> None:
        self.pristine = _kept_in(place, self.pristine, self.live.device)

    def write(self, parts: Sequence[Part], changes: Mapping[Target, Sequence[Strong]]) -> None:
        rows = sorted({row for own, _ in parts for row in own.rows})
        new = {*rows, *(target.row for target in changes)}
        for start, stop in runs(sorted(self.touched.difference(new))):
            self.live[start:stop].copy_(self.pristine[start:stop], non_blocking=True)
        if rows:
            merge(self.live, self.pristine, parts)
        for target, own in changes.items():
            self._rebuild(target, own, parts)
        self.touched = new

    def _rebuild(self, target: Target, own: Sequence[Strong], parts: Sequence[Part]) -> None:
        live = self.live[target.row]
        exact = live if live.dtype == torch.float32 else torch.empty_like(live, dtype=torch.float32)
        weight = as_weight(exact.copy_(self.pristine[target.row]), target)
        # Stable: the one DoRA first, over W0 alone, then the others in the order given.
        for change, strength in sorted(own, key=lambda it: it[0].magnitude is None):
            change.add_to(weight, strength)
        for factors, strength in parts:
            if target.row in factors.rows:
                index = factors.rows.index(target.row)
                up, down = factors.up[index].float(), factors.down[index].float()
                exact.addmm_(up, down, alpha=strength)
        live.copy_(exact)


class LoraSwitch:
    """Owns the weights of the given components. Not thread-safe: one switch, one device."""

    def __init__(
        self,
        components: Mapping[str, torch.nn.Module],
        pristine_on: torch.device | None = None,
        live_dtypes: Mapping[str, torch.dtype] | None = None,
    ) -> None:
        self.targets: dict[str, Target] = {}
        self.applied_key: str | None = None
        self.applied_loras: tuple[Applied, ...] = ()
        self._buffers: dict[Shape, WeightBuffer] = {}
        with torch.no_grad():
            for matrix, modules in _by_matrix(components, live_dtypes or {}).items():
                self._adopt(matrix, modules, pristine_on)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Full module name -> weight shape, for every layer a LoRA may change."""
        return {name: target.shape for name, target in self.targets.items()}

    @property
    def _place(self) -> torch.device:
        return next(iter(self._buffers.values())).live.device

    @property
    def buffers(self) -> tuple[WeightBuffer, ...]:
        return tuple(self._buffers.values())

    def stacked(self, file: LoraFile, place: torch.device | None = None) -> StackedLora:
        """Lay a checked file out like the buffers, on their device or in `place`, as W0 is."""
        by_matrix: dict[Shape, list[tuple[Target, Factors]]] = {}
        for name, factors in file.factors.items():
            target = self.targets[name]
            by_matrix.setdefault(target.matrix, []).append((target, factors))
        stacks = {
            matrix: stack(pairs, *self._buffers[matrix].laid_out, place or self._place)
            for matrix, pairs in by_matrix.items()
        }
        rebuilt = {
            self.targets[name]: own.on(place or self._place) for name, own in file.rebuilt.items()
        }
        components = frozenset(name.split(".")[0] for name in file.keys)
        return StackedLora(
            file.name, file.sha256, stacks, rebuilt, file.decomposed, components, file.proof
        )

    def apply(self, loras: Sequence[Applied], key: str) -> bool:
        """Make the weights W0 plus exactly these LoRAs; False when `key` already is applied.

        Raises LoraRefused, and changes nothing, when two of them set the lengths of one layer.
        """
        if key == self.applied_key:
            return False
        _refuse_two_lengths(loras)
        try:
            self._write(loras)
        except BaseException:
            self.mark_dirty()
            raise
        self.applied_key, self.applied_loras = key, tuple(loras)
        return True

    @contextmanager
    def loras_applied(self, loras: Sequence[Applied], key: str) -> Iterator[bool]:
        """Apply and leave applied for the next one with the same key; dirty on any exception."""
        written = self.apply(loras, key)
        try:
            yield written
        except BaseException:
            self.mark_dirty()
            raise

    def mark_dirty(self) -> None:
        self.applied_key, self.applied_loras = None, ()
        for buffer in self._buffers.values():
            buffer.mark_dirty()

    def move_pristine(self, place: torch.device) -> None:
        """Keep W0 there from now on. In host memory it is pinned where the weights are on CUDA."""
        for buffer in self._buffers.values():
            buffer.move_pristine(place)

    def applied_to(self, *components: str) -> tuple[tuple[str, float], ...]:
        """What is applied to any of these: part of the key of anything computed with them."""
        return tuple(
            (lora.sha256, weight)
            for lora, weight in self.applied_loras
            if not lora.components.isdisjoint(components)
        )

    @torch.no_grad()
    def _write(self, loras: Sequence[Applied]) -> None:
        changes = _by_target(loras)
        for matrix, buffer in self._buffers.items():
            parts = [(lora.stacks[matrix], by) for lora, by in loras if matrix in lora.stacks]
            buffer.write(parts, {it: own for it, own in changes.items() if it.matrix == matrix})

    def _adopt(
        self,
        matrix: Shape,
        modules: list[tuple[str, torch.nn.Module]],
        pristine_on: torch.device | None,
    ) -> None:
        sample = weight_of(modules[0][1])
        shape = (len(modules), matrix.outputs, matrix.inputs)
        live = torch.empty(shape, dtype=matrix.live_dtype, device=sample.device)
        place = pristine_on or sample.device
        pinned = place.type == "cpu" and sample.device.type == "cuda"
        dtype = finest(module for _, module in modules)
        pristine = torch.empty(shape, dtype=dtype, device=place, pin_memory=pinned)
        self._buffers[matrix] = WeightBuffer(live, pristine)
        prepare(live, pristine)
        # Row by row, so that each weight is freed when it has moved: a model of 20 B parameters
        # never lies on its device twice.
        for row, (name, module) in enumerate(modules):
            weight = weight_of(module)
            target = Target(matrix, row, tuple(weight.shape), is_channels_last(weight))
            self.targets[name] = target
            pristine[row].copy_(as_matrix(weight))
            live[row].copy_(as_matrix(weight))
            view = as_weight(live[row], target)
            module.weight = torch.nn.Parameter(view, requires_grad=False)


def _refuse_two_lengths(loras: Sequence[Applied]) -> None:
    decomposed = [lora for lora, _ in loras if lora.decomposed]
    for index, lora in enumerate(decomposed):
        for other in decomposed[:index]:
            shared = [name for name in lora.decomposed if name in other.decomposed]
            if shared:
                raise LoraRefused(
                    f"The LoRAs '{other.name}' and '{lora.name}' are both DoRAs and set the "
                    f"lengths of the same {len(shared)} layers, {some(shared)}, which cannot be "
                    "summed exactly. Use one of them at a time.",
                    tuple(key for name in shared for key in lora.decomposed[name]),
                )


def _by_target(loras: Sequence[Applied]) -> dict[Target, list[Strong]]:
    changes: dict[Target, list[Strong]] = {}
    for lora, strength in loras:
        for target, own in lora.rebuilt.items():
            changes.setdefault(target, []).append((own, strength))
    return changes


def _by_matrix(
    components: Mapping[str, torch.nn.Module],
    live_dtypes: Mapping[str, torch.dtype],
) -> dict[Shape, list[tuple[str, torch.nn.Module]]]:
    groups: dict[Shape, list[tuple[str, torch.nn.Module]]] = {}
    for component, root in components.items():
        for path, module in root.named_modules():
            if is_target(module):
                weight = weight_of(module)
                dtype = live_dtypes.get(component, weight.dtype)
                matrix = Shape(weight.shape[0], weight[0].numel(), dtype)
                groups.setdefault(matrix, []).append((f"{component}.{path}", module))
    # LoRAs touch layers by kind (all to_q, all to_v …): kinds as neighbours make few, long runs.
    return {
        matrix: sorted(group, key=lambda it: kind_of(it[0])) for matrix, group in groups.items()
    }


def _kept_in(place: torch.device, pristine: torch.Tensor, live: torch.device) -> torch.Tensor:
    kept = pristine.to(place)
    # Pinned, it is copied at the full speed of the bus, and without the program waiting for it.
    return kept.pin_memory() if kept.device.type == "cpu" and live.type == "cuda" else kept
