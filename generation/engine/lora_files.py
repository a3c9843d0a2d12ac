"""Read a LoRA file into low-rank factors, exactly or not at all.

diffusers' own converters read the dialects (kohya, PEFT, diffusers old and new); this module only
checks what they return: the file is the one asked for, every tensor in it lands on a layer of the
checkpoint with fitting shapes, and the sum changes something.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import diffusers
import safetensors.torch
import torch
from diffusers.loaders.lora_base import LORA_ADAPTER_METADATA_KEY
from diffusers.utils.state_dict_utils import (
    StateDictType,
    convert_state_dict_to_peft,
    convert_unet_state_dict_to_peft,
)
from peft import LoraConfig
from peft.utils.other import get_pattern_key
from safetensors import SafetensorError

from generation.engine.contract import LoraRefused, LoraUse
from generation.engine.pipelines import Model

# Layers are additive only for plain LoRA; these kinds would be applied wrongly, so not at all.
OTHER_METHODS = {
    "dora_scale": "DoRA",
    "lora_magnitude_vector": "DoRA",
    "hada_": "LoHa",
    "lokr_": "LoKr",
    "lora_mid": "Tucker-decomposed LoCon",
    "diff.": "a full weight difference",
    "diff_b.": "a bias difference",
}
FAMILY_BY_CONTEXT_WIDTH = {768: "Stable Diffusion 1.5", 1024: "Stable Diffusion 2", 2048: "SDXL"}
SHOWN_KEYS = 3


class Factors(NamedTuple):
    """One layer's change: weight += scale * up @ down (convolutions flattened to matrices)."""

    down: torch.Tensor
    up: torch.Tensor
    scale: float


@dataclass(frozen=True)
class LoraFile:
    """A checked file: `factors` maps full module names ("unet.conv_in") to their change."""

    name: str
    sha256: str
    factors: dict[str, Factors]
    keys: dict[str, tuple[str, ...]]


def read(use: LoraUse, model: Model) -> LoraFile:
    """Read, verify and convert one file; raises LoraRefused with the reason and the keys."""
    content = _verified_bytes(use)
    tensors = _tensors(use, content)
    _refuse_other_methods(use, tensors)
    origin = {id(tensor): key for key, tensor in tensors.items()}
    converted, alphas = _converted(use, tensors, model)
    pairs = _paired(converted)
    _refuse_unused(use, tensors, pairs, alphas)
    scales = _scales(pairs, alphas, _adapter_settings(content))
    factors = {name: Factors(*pairs[name], scale=scales[name]) for name in pairs}
    keys = {name: tuple(origin[id(tensor)] for tensor in pairs[name]) for name in pairs}
    _refuse_empty(use, factors)
    return LoraFile(use.name, use.sha256, factors, keys)


def refuse_misfits(file: LoraFile, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise LoraRefused unless every layer of the file exists in `shapes` and fits it."""
    unknown = [name for name in file.factors if name not in shapes]
    wrong = [
        name for name, factors in file.factors.items()
        if name in shapes and not _fits(factors, shapes[name])
    ]  # fmt: skip
    if not unknown and not wrong:
        return
    keys = tuple(key for name in unknown + wrong for key in file.keys[name])
    raise LoraRefused(_misfit_sentence(file, unknown, wrong, shapes), keys)


def _verified_bytes(use: LoraUse) -> bytes:
    try:
        content = Path(use.path).read_bytes()
    except OSError as error:
        raise LoraRefused(
            f"The LoRA '{use.name}' is not on this machine ({error.strerror}: {use.path})."
        ) from error
    if hashlib.sha256(content).hexdigest() != use.sha256:
        raise LoraRefused(
            f"The LoRA '{use.name}' is not the file the pack was published with "
            "(its SHA-256 differs). Restore the original file."
        )
    return content


def _tensors(use: LoraUse, content: bytes) -> dict[str, torch.Tensor]:
    try:
        tensors = safetensors.torch.load(content)
    except (SafetensorError, KeyError, ValueError) as error:
        raise LoraRefused(
            f"The LoRA '{use.name}' is not a complete safetensors file ({error})."
        ) from error
    if not tensors:
        raise LoraRefused(f"The LoRA '{use.name}' holds no weights.")
    broken = [key for key, tensor in tensors.items() if not torch.isfinite(tensor.float()).all()]
    if broken:
        raise LoraRefused(
            f"The LoRA '{use.name}' holds values that are not numbers in {_some(broken)}.",
            tuple(broken),
        )
    return tensors


def _refuse_other_methods(use: LoraUse, tensors: Mapping[str, torch.Tensor]) -> None:
    for part, method in OTHER_METHODS.items():
        keys = tuple(key for key in tensors if f".{part}" in f".{key}.")
        if keys:
            raise LoraRefused(
                f"The LoRA '{use.name}' uses {method}, which cannot be applied exactly; "
                "export it as a plain LoRA.",
                keys,
            )


def _converted(
    use: LoraUse, tensors: Mapping[str, torch.Tensor], model: Model
) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
    pipeline = getattr(diffusers, model.family.pipeline)
    try:
        state, alphas = pipeline.lora_state_dict(
            dict(tensors), unet_config=getattr(model.pipe, model.family.denoiser).config
        )
    except _CONVERTER_FAILURES as error:
        stray = tuple(key for key in tensors if not key.endswith(_KOHYA_ENDINGS)) or tuple(tensors)
        raise LoraRefused(
            f"The LoRA '{use.name}' is for another kind of model or damaged: "
            f"nothing is known of {_some(stray)}.",
            stray,
        ) from error
    named = {_with_component(key, model): tensor for key, tensor in state.items()}
    alpha_names = {_alpha_key(key): value for key, value in (alphas or {}).items()}
    return _peft_names(named, model), _by_module(_peft_names(alpha_names, model))


_CONVERTER_FAILURES = (
    AttributeError,
    IndexError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)
_KOHYA_ENDINGS = (".lora_down.weight", ".lora_up.weight", ".alpha")


def _with_component(key: str, model: Model) -> str:
    # PEFT's own files carry no component: they hold the denoiser's layers.
    bare = key.removeprefix("base_model.model.")
    known = (*model.family.lora_components, "text_encoder")
    return bare if bare.startswith(known) else f"{model.family.denoiser}.{bare}"


def _alpha_key(key: str) -> str:
    # The converter names an alpha after the module or after its down weight; make it the latter.
    stem = key.removesuffix(".alpha")
    return stem if stem.endswith(".down.weight") else f"{stem}.lora.down.weight"


def _peft_names(named: Mapping[str, Any], model: Model) -> dict[str, Any]:
    denoiser = f"{model.family.denoiser}."
    of_denoiser = {key: value for key, value in named.items() if key.startswith(denoiser)}
    of_encoders = {key: value for key, value in named.items() if not key.startswith(denoiser)}
    # Naming the types spares the converter its guess, which fails on files without out_proj; only
    # the newer one knows the second encoder's projection.
    for dialect in (StateDictType.DIFFUSERS_OLD, StateDictType.DIFFUSERS):
        of_encoders = convert_state_dict_to_peft(of_encoders, original_type=dialect)
    flat = {_flattened_clip(key, model): value for key, value in of_encoders.items()}
    return {**convert_unet_state_dict_to_peft(of_denoiser), **flat}


def _flattened_clip(key: str, model: Model) -> str:
    # transformers 5 dropped this level of CLIPTextModel, not of the one with a projection; files
    # written before still have it.
    component, bare = key.split(".", 1)[0], key.replace(".lora.down.", ".lora_A.")
    encoder = getattr(model.pipe, component, None)
    return bare if hasattr(encoder, "text_model") else bare.replace(".text_model.", ".", 1)


def _by_module(alphas: Mapping[str, float]) -> dict[str, float]:
    return {key.split(".lora_A")[0]: float(value) for key, value in alphas.items()}


def _paired(converted: Mapping[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    down = {_module(key, "lora_A"): tensor for key, tensor in converted.items()}
    up = {_module(key, "lora_B"): tensor for key, tensor in converted.items()}
    return {name: (down[name], up[name]) for name in down if name and name in up}


def _module(key: str, side: str) -> str:
    ending = f".{side}.weight"
    return key.removesuffix(ending) if key.endswith(ending) else ""


def _refuse_unused(
    use: LoraUse,
    tensors: Mapping[str, torch.Tensor],
    pairs: Mapping[str, tuple[torch.Tensor, torch.Tensor]],
    alphas: Mapping[str, float],
) -> None:
    used = {id(tensor) for pair in pairs.values() for tensor in pair}
    weights = {key for key, tensor in tensors.items() if id(tensor) in used}
    # An alpha was consumed when the converter returned one for each alpha key it was given.
    alpha_keys = {key for key in tensors if key.endswith(".alpha")}
    if len(alpha_keys) == len(alphas):
        weights |= alpha_keys
    unused = tuple(key for key in tensors if key not in weights)
    if unused:
        raise LoraRefused(
            f"The LoRA '{use.name}' holds {len(unused)} tensors that no layer would use: "
            f"{_some(unused)}.",
            unused,
        )


def _adapter_settings(content: bytes) -> dict[str, Any]:
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    text = header.get("__metadata__", {}).get(LORA_ADAPTER_METADATA_KEY)
    return dict(json.loads(text)) if text else {}


def _scales(
    pairs: Mapping[str, tuple[torch.Tensor, torch.Tensor]],
    alphas: Mapping[str, float],
    settings: Mapping[str, Any],
) -> dict[str, float]:
    adapters = {part: _adapter_config(settings, part) for part in _components(pairs)}
    scales = {}
    for name, (down, _) in pairs.items():
        rank, config = down.shape[0], adapters[name.split(".")[0]]
        scales[name] = alphas[name] / rank if name in alphas else _peft_scale(name, rank, config)
    return scales


def _adapter_config(settings: Mapping[str, Any], component: str) -> LoraConfig | None:
    prefix = f"{component}."
    own = {
        key.removeprefix(prefix): value
        for key, value in settings.items() if key.startswith(prefix)
    }  # fmt: skip
    return LoraConfig(**own) if own else None


def _peft_scale(name: str, rank: int, config: LoraConfig | None) -> float:
    if config is None:
        return 1.0
    path = name.split(".", 1)[1]
    alpha = config.alpha_pattern.get(get_pattern_key(config.alpha_pattern, path), config.lora_alpha)
    return float(alpha / (math.sqrt(rank) if config.use_rslora else rank))


def _refuse_empty(use: LoraUse, factors: Mapping[str, Factors]) -> None:
    if not any(bool(f.down.any()) and bool(f.up.any()) and f.scale for f in factors.values()):
        raise LoraRefused(
            f"The LoRA '{use.name}' changes nothing: all of its weights are zero. "
            "Export it again after training."
        )


def _fits(factors: Factors, shape: tuple[int, ...]) -> bool:
    down, up = factors.down, factors.up
    return (
        down.ndim >= 2 and up.ndim >= 2
        and up.shape[0] == shape[0]
        and math.prod(down.shape[1:]) == math.prod(shape[1:])
        and (down.ndim == 2 or len(shape) == 2 or tuple(down.shape[1:]) == shape[1:])
        and math.prod(up.shape[1:]) == down.shape[0]
    )  # fmt: skip


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
    if len(unknown) == len(file.factors):
        return (
            f"The LoRA '{file.name}' was made for another kind of model: "
            f"none of its {len(unknown)} layers is in this checkpoint."
        )
    return (
        f"The LoRA '{file.name}' fits this checkpoint only in part: {len(unknown + wrong)} of "
        f"{len(file.factors)} layers do not, {_some(unknown + wrong)}."
    )


def _components(names: Iterable[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def _context_width(file: LoraFile) -> int | None:
    for name, factors in file.factors.items():
        if name.endswith("attn2.to_k"):
            return int(factors.down.shape[1])
    return None


def _expected_width(shapes: Mapping[str, tuple[int, ...]]) -> int | None:
    return next((shape[1] for name, shape in shapes.items() if name.endswith("attn2.to_k")), None)


def _some(keys: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(keys[:SHOWN_KEYS])
    return shown if len(keys) <= SHOWN_KEYS else f"{shown} and {len(keys) - SHOWN_KEYS} more"
