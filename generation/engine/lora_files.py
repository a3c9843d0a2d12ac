"""Read a LoRA file into the changes it makes, exactly or not at all.

diffusers' own converters read the dialects (kohya, PEFT, diffusers old and new) and PEFT's own
maths the methods (LoRA, LoHa, LoKr, DoRA); this module only checks what they return: the file is
the one asked for, every tensor in it lands on a layer of the checkpoint with fitting shapes, and
the sum changes something.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from diffusers.loaders.lora_base import LORA_ADAPTER_METADATA_KEY
from peft import LoraConfig
from peft.utils.other import get_pattern_key

from generation.engine import lora_dialects
from generation.engine.contract import LoraRefused, LoraUse
from generation.engine.layer_changes import (
    Factors,
    Rebuilt,
    SomeOutputs,
    change_of,
    fits,
    magnitude_of,
    shape_of,
)
from generation.engine.pipelines import Model
from generation.engine.proofs import Proof, proof_of, refuse_other_file
from generation.engine.refusals import some
from generation.engine.tensor_files import TensorFile, all_finite

# What neither adds to a weight nor sets its lengths would be applied wrongly, so not at all.
OTHER_METHODS = {
    "diff.": "a full weight difference",
    "diff_b.": "a bias difference",
    "w_norm.": "a norm difference",
    "b_norm.": "a norm difference",
    "oft_": "OFT",
    "boft_": "BOFT",
    "ia3_l": "IA3",
    "on_input.": "IA3",
    "query_norm.": "FLUX.1 Tools' norms",
    "key_norm.": "FLUX.1 Tools' norms",
}
HOST_MEMORY = torch.device("cpu")
FAMILY_BY_CONTEXT_WIDTH = {768: "Stable Diffusion 1.5", 1024: "Stable Diffusion 2", 2048: "SDXL"}


@dataclass(frozen=True)
class LoraFile:
    """A checked file: what it does to each layer by full module name ("unet.conv_in").

    `factors` are low-rank changes; `rebuilt` are those of other methods. `keys` names each
    layer's tensors in the file. `proof` is known later than the rest: it may be another file.
    """

    name: str
    sha256: str
    factors: dict[str, Factors]
    keys: dict[str, tuple[str, ...]]
    rebuilt: dict[str, Rebuilt] = field(default_factory=dict)
    proof: Proof = field(default_factory=Proof)

    @property
    def changes(self) -> dict[str, Rebuilt]:
        """Every layer's change, low-rank or not."""
        return {name: Rebuilt(change) for name, change in self.factors.items()} | self.rebuilt

    @property
    def decomposed(self) -> dict[str, tuple[str, ...]]:
        """The layers whose lengths it sets, as DoRA does, and their keys."""
        return {name: self.keys[name] for name, own in self.rebuilt.items() if own.magnitude}


class Opened(NamedTuple):
    """A file whose bytes are being read and hashed, beside the program."""

    use: LoraUse
    file: TensorFile
    proof: Proof


def opened(use: LoraUse, place: torch.device = HOST_MEMORY) -> Opened:
    """Begin to read one file into `place`; LoraRefused where there is none, or of another format.

    Its bytes are hashed meanwhile: nothing that came of them may leave before `proof` was waited
    for.
    """
    file = _opened(use, place)
    return Opened(use, file, proof_of(file, use))


def parsed(begun: Opened, model: Model) -> LoraFile:
    """Check and convert an opened file; LoraRefused with the reason and the keys."""
    try:
        return _parsed(begun, model)
    except LoraRefused:
        # Where both fail, it is the other file that is told.
        begun.proof.wait()
        raise


def read(use: LoraUse, model: Model, place: torch.device = HOST_MEMORY) -> LoraFile:
    """Both in one; raises as they do."""
    return parsed(opened(use, place), model)


def _parsed(begun: Opened, model: Model) -> LoraFile:
    use, file, proof = begun
    tensors = file.tensors
    _refuse_other_methods(use, tensors)
    layers = lora_dialects.layers(use, tensors, model, partial(_wait, use, file))
    _refuse_broken(use, file)
    changes = _changes(layers, _adapter_settings(file.metadata))
    keys = {name: layers[name].keys for name in changes}
    _refuse_unused(use, tensors, keys)
    _refuse_empty(use, changes)
    factors = {
        name: own.change
        for name, own in changes.items()
        if own.magnitude is None and isinstance(own.change, Factors)
    }
    rebuilt = {name: own for name, own in changes.items() if name not in factors}
    return LoraFile(use.name, use.sha256, factors, keys, rebuilt, proof)


def refuse_misfits(file: LoraFile, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise LoraRefused unless every layer of the file exists in `shapes` and fits it."""
    changes = file.changes
    unknown = [name for name in changes if name not in shapes]
    wrong = [
        name for name, change in changes.items()
        if name in shapes and not _lands(change, shapes[name])
    ]  # fmt: skip
    if not unknown and not wrong:
        return
    keys = tuple(key for name in unknown + wrong for key in file.keys[name])
    raise LoraRefused(_misfit_sentence(file, unknown, wrong, shapes), keys)


def _opened(use: LoraUse, place: torch.device) -> TensorFile:
    try:
        file = TensorFile(Path(use.path), place)
    except OSError as error:
        raise LoraRefused(
            f"The LoRA '{use.name}' is not on this machine ({error.strerror or error}: {use.path})."
        ) from error
    except ValueError as error:
        refuse_other_file(use)
        raise LoraRefused(
            f"The LoRA '{use.name}' is not a complete safetensors file ({error})."
        ) from error
    if not file.tensors:
        raise LoraRefused(f"The LoRA '{use.name}' holds no weights.")
    return file


def _wait(use: LoraUse, file: TensorFile) -> None:
    try:
        file.wait()
    except (OSError, ValueError) as error:
        raise LoraRefused(f"The LoRA '{use.name}' could not be read ({error}).") from error


def _refuse_broken(use: LoraUse, file: TensorFile) -> None:
    if all_finite(file.blocks):
        return
    broken = tuple(key for key, tensor in file.tensors.items() if not all_finite([tensor]))
    raise LoraRefused(
        f"The LoRA '{use.name}' holds values that are not numbers in {some(broken)}.", broken
    )


def _refuse_other_methods(use: LoraUse, tensors: Mapping[str, torch.Tensor]) -> None:
    for part, method in OTHER_METHODS.items():
        keys = tuple(key for key in tensors if f".{part}" in f".{key}.")
        if keys:
            raise LoraRefused(
                f"The LoRA '{use.name}' uses {method}, which cannot be applied exactly; "
                "export it as a plain LoRA.",
                keys,
            )


def _changes(
    layers: Mapping[str, lora_dialects.Named],
    settings: Mapping[str, Any],
) -> dict[str, Rebuilt]:
    adapters = {part: _adapter_config(settings, part) for part in _components(layers)}
    changes = {}
    for name, layer in layers.items():
        scale = _default_scale(name, layer.parts, adapters[name.split(".")[0]])
        change = change_of(layer.parts, scale)
        own = Rebuilt(change, magnitude_of(layer.parts)) if change else None
        if own and (own := _of_its_outputs(own, layer.rows)):
            changes[name] = own
    return changes


def _of_its_outputs(own: Rebuilt, rows: torch.Tensor | None) -> Rebuilt | None:
    if rows is None:
        return own
    lengths = own.magnitude.of(rows) if own.magnitude else None
    return (
        None if own.magnitude and not lengths else Rebuilt(SomeOutputs(own.change, rows), lengths)
    )


def _refuse_unused(
    use: LoraUse,
    tensors: Mapping[str, torch.Tensor],
    keys: Mapping[str, tuple[str, ...]],
) -> None:
    used = {key for own in keys.values() for key in own}
    unused = tuple(key for key in tensors if key not in used)
    if unused:
        raise LoraRefused(
            f"The LoRA '{use.name}' holds {len(unused)} tensors that no layer would use: "
            f"{some(unused)}.",
            unused,
        )


def _adapter_settings(metadata: Mapping[str, str]) -> dict[str, Any]:
    text = metadata.get(LORA_ADAPTER_METADATA_KEY)
    return dict(json.loads(text)) if text else {}


def _adapter_config(settings: Mapping[str, Any], component: str) -> LoraConfig | None:
    prefix = f"{component}."
    own = {
        key.removeprefix(prefix): value
        for key, value in settings.items() if key.startswith(prefix)
    }  # fmt: skip
    return LoraConfig(**own) if own else None


def _default_scale(
    name: str, parts: Mapping[str, torch.Tensor], config: LoraConfig | None
) -> float:
    if config is None or "down" not in parts:
        return 1.0
    path, rank = name.split(".", 1)[1], parts["down"].shape[0]
    alpha = config.alpha_pattern.get(get_pattern_key(config.alpha_pattern, path), config.lora_alpha)
    return float(alpha / (math.sqrt(rank) if config.use_rslora else rank))


def _refuse_empty(use: LoraUse, changes: Mapping[str, Rebuilt]) -> None:
    # A product is zero when any factor is; lengths alone are not what a DoRA was trained for.
    if not any(
        own.change.scale and all(bool(part.any()) for part in own.change.tensors)
        for own in changes.values()
    ):
        raise LoraRefused(
            f"The LoRA '{use.name}' changes nothing: all of its weights are zero. "
            "Export it again after training."
        )


def _lands(own: Rebuilt, shape: tuple[int, ...]) -> bool:
    if own.magnitude and own.magnitude.lengths.numel() != shape[own.magnitude.axis]:
        return False
    return fits(own.change, shape)


def _misfit_sentence(
    file: LoraFile,
    unknown: list[str],
    wrong: list[str],
    shapes: Mapping[str, tuple[int, ...]],
) -> str:
    made_for, expected = _context_width(file), _expected_width(shapes)
    if made_for and expected and made_for != expected:
        family = FAMILY_BY_CONTEXT_WIDTH.get(made_for, "another model")
        return (
            f"The LoRA '{file.name}' was made for {family}: its text width is {made_for}, "
            f"this checkpoint's is {expected}. Use it with a checkpoint of its own family."
        )
    if _components(unknown) - _components(shapes) == {"text_encoder_2"}:
        return (
            f"The LoRA '{file.name}' was made for SDXL: it changes a second text encoder, "
            "and this checkpoint has one. Use it with a checkpoint of its own family."
        )
    if len(unknown) == len(file.keys):
        return (
            f"The LoRA '{file.name}' was made for another kind of model: "
            f"none of its {len(unknown)} layers is in this checkpoint."
        )
    return (
        f"The LoRA '{file.name}' fits this checkpoint only in part: {len(unknown + wrong)} of "
        f"{len(file.keys)} layers do not, {some(unknown + wrong)}."
    )


def _components(names: Iterable[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def _context_width(file: LoraFile) -> int | None:
    for name, own in file.changes.items():
        if name.endswith("attn2.to_k") and (shape := shape_of(own.change)):
            return shape[1]
    return None


def _expected_width(shapes: Mapping[str, tuple[int, ...]]) -> int | None:
    return next((shape[1] for name, shape in shapes.items() if name.endswith("attn2.to_k")), None)
