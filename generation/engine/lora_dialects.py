"""Which layer each tensor of a LoRA file belongs to, in every dialect that diffusers can name.

diffusers' converters know the names that trainers give to layers (kohya, XLabs, PEFT, diffusers
old and new), but only for plain LoRA. A layer of another method is therefore shown to them as a
plain LoRA of the same name, and takes the name that comes back. Some layers are one in the
original model and several in diffusers (FLUX.1's and Z-Image's queries, keys and values): what
stands in for them numbers its outputs, so that each part finds its own.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import diffusers
import torch
from diffusers.utils.state_dict_utils import (
    StateDictType,
    convert_state_dict_to_peft,
    convert_unet_state_dict_to_peft,
)

from generation.engine import flux_dialects
from generation.engine.contract import LoraRefused, LoraUse
from generation.engine.layer_changes import MAGNITUDES, change_of, shape_of
from generation.engine.pipelines import Model
from generation.engine.refusals import some

Tensors = Mapping[str, torch.Tensor]
# Beside or instead of a plain LoRA's two factors, in every dialect: "layer.part".
PART = re.compile(
    r"^(.+)\.(hada_w[12]_[ab]|hada_t[12]|lokr_w[12](?:_[ab])?|lokr_t2"
    r"|dora_scale|lora_magnitude_vector|lora_mid|alpha)(?:\.default)?(?:\.weight)?$"
)
ADAPTER = re.compile(r"\.(lora_[AB])\.\w+\.weight$")
SIDE = re.compile(
    r"\.(?:(lora_A(?:\.\w+)?|lora_down|lora\.down|lora_linear_layer\.down)"
    r"|(lora_B(?:\.\w+)?|lora_up|lora\.up|lora_linear_layer\.up))\.weight$"
)
LYCORIS = re.compile("hada_|lokr_")
KOHYA_ENDINGS = (".lora_down.weight", ".lora_up.weight")
PEFT_ENDINGS = (".lora_A.weight", ".lora_B.weight")
# Named even where the checkpoint has none, so that a refusal can say for what a file was made.
SD_ENCODERS = ("text_encoder", "text_encoder_2")
PEFT_ROOT = "base_model.model."
# diffusers' converter knows these layers by the original model's names alone.
RESPELLED = {
    "lora_unet_add_embedding_linear_1.": "lora_unet_label_emb_0_0.",
    "lora_unet_add_embedding_linear_2.": "lora_unet_label_emb_0_2.",
}
_CONVERTER_FAILURES = (
    AssertionError,
    AttributeError,
    IndexError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Came(NamedTuple):
    """A tensor as converters gave it, and the key of the only one it came from ("" for none)."""

    tensor: torch.Tensor
    key: str


# By side ("down", "up"), and those by the name of their layer.
Pair = Mapping[str, Came]
Pairs = Mapping[str, Pair]


@dataclass(frozen=True)
class Named:
    """One layer of the checkpoint: its tensors by part ("down", "hada_w1_a", "alpha"), laid out as
    the layer is, and their keys in the file. `rows` are its outputs among those of the parts, where
    these also have another layer's.
    """

    parts: dict[str, torch.Tensor]
    keys: tuple[str, ...]
    rows: torch.Tensor | None = None


def layers(
    use: LoraUse, tensors: Tensors, model: Model, arrived: Callable[[], None] = lambda: None
) -> dict[str, Named]:
    """Each layer by its full module name ("unet.conv_in").

    `arrived` returns when the tensors hold what the file does: most names are found before. Keys
    that stand for nothing are left out. LoraRefused when no dialect knows the names.
    """
    parts, of_parts = _parts(tensors)
    rebuilt = {stem: own for stem, own in parts.items() if _is_rebuilt(own)}
    plain = {
        key: tensor for key, tensor in tensors.items()
        if key not in of_parts and (not rebuilt or _stem(key) not in rebuilt)
    }  # fmt: skip
    stems, stand_ins = _stand_ins(rebuilt, tensors)
    shown = {**stand_ins, **plain}
    renamed = _renamed(use, shown, model)
    arrived()
    pairs = renamed or _traced(use, shown, model)
    found = {}
    for name, pair in pairs.items():
        keys = {side: came.key for side, came in pair.items()}
        if keys["down"] in stems:
            found[name] = _in_part(tensors, rebuilt[stems[keys["down"]]], pair["up"].tensor)
        elif keys["down"] in plain and keys["up"] in plain:
            beside = parts.get(_stem(keys["down"]), {}) if parts else {}
            found[name] = _factors(tensors, pair, keys, beside)
    return found


def _renamed(use: LoraUse, shown: Tensors, model: Model) -> Pairs | None:
    """Where converters gave nothing but other names, as those of Stable Diffusion do: the same
    tensors come back, and which is which is seen at once."""
    if model.family.denoiser != "unet":
        return None
    keys = {id(tensor): key for key, tensor in shown.items()}
    pairs = _paired(_converted(use, shown, model))
    if any(id(tensor) not in keys for pair in pairs.values() for tensor in pair.values()):
        return None
    return {
        name: {side: Came(tensor, keys[id(tensor)]) for side, tensor in pair.items()}
        for name, pair in pairs.items()
    }


def _traced(use: LoraUse, shown: Tensors, model: Model) -> Pairs:
    """Where they split and reorder, too: autograd remembers from which tensor each came."""
    leaves = {key: _leaf(tensor) for key, tensor in shown.items()}
    origin = {id(leaf): key for key, leaf in leaves.items()}
    with torch.inference_mode(False), torch.enable_grad():
        given = {key: leaf.view_as(leaf) for key, leaf in leaves.items()}
        pairs = _paired(_converted(use, given, model))
    return {
        name: {side: Came(part.detach(), _source(part, origin)) for side, part in pair.items()}
        for name, pair in pairs.items()
    }


def _factors(
    tensors: Tensors, pair: Pair, keys: Mapping[str, str], beside: Mapping[str, str]
) -> Named:
    parts = {side: came.tensor for side, came in pair.items()}
    parts |= {part: tensors[key] for part, key in beside.items()}
    if "alpha" in parts:
        # Where a layer gets some of the file's ranks alone, alpha is still meant for all of them.
        parts["alpha"] = parts["alpha"].float() * len(parts["down"]) / len(tensors[keys["down"]])
    return Named(parts, (*keys.values(), *beside.values()))


def _in_part(tensors: Tensors, own: Mapping[str, str], numbers: torch.Tensor) -> Named:
    rows = numbers.flatten().round().long()
    parts = {part: tensors[key] for part, key in own.items()}
    is_whole = len(rows) == _outputs(parts) and torch.equal(rows, torch.arange(len(rows)))
    return Named(parts, tuple(own.values()), None if is_whole else rows)


def _leaf(tensor: torch.Tensor) -> torch.Tensor:
    leaf = tensor.detach()
    return leaf.requires_grad_() if leaf.is_floating_point() else leaf


def _source(tensor: torch.Tensor, origin: Mapping[int, str]) -> str:
    # The one tensor of the file that this came from, or nothing.
    seen, waiting = set(), [tensor.grad_fn]
    while waiting:
        step = waiting.pop()
        if step is not None:
            seen.add(origin.get(id(getattr(step, "variable", None)), ""))
            waiting.extend(before for before, _ in step.next_functions)
    seen.discard("")
    return seen.pop() if len(seen) == 1 else ""


def _part_of(key: str, tensor: torch.Tensor) -> tuple[str, str] | None:
    match = PART.match(key)
    if match is None or (match[2] == "alpha" and tensor.numel() != 1):
        return None
    return match[1], match[2].replace("lora_mid", "mid")


def _parts(tensors: Tensors) -> tuple[dict[str, dict[str, str]], set[str]]:
    """By layer, the keys of its parts beside or instead of plain factors; and those keys."""
    named = {key: part for key, tensor in tensors.items() if (part := _part_of(key, tensor))}
    parts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for key, (stem, name) in named.items():
        parts[stem][name] = key
    if any(map(_is_rebuilt, parts.values())):
        for key in tensors:
            if _is_rebuilt(parts.get(_stem(key), {})) and (side := SIDE.search(key)):
                parts[_stem(key)]["down" if side[1] else "up"] = key
    return parts, set(named)


def _is_rebuilt(own: Mapping[str, str]) -> bool:
    return bool(MAGNITUDES & own.keys()) or any(map(LYCORIS.match, own))


def _stem(key: str) -> str:
    return SIDE.sub("", key)


def _stand_ins(
    rebuilt: Mapping[str, Mapping[str, str]], tensors: Tensors
) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    stems, given = {}, {}
    for stem, own in rebuilt.items():
        down, up = (f"{stem}{ending}" for ending in _endings(stem))
        outputs = _outputs({part: tensors[key] for part, key in own.items()})
        given[down], given[up] = torch.zeros(1, 1), torch.arange(float(outputs))[:, None]
        stems[down] = stem
    return stems, given


def _outputs(parts: Tensors) -> int:
    change = change_of(parts)
    return ((change and shape_of(change)) or (1,))[0]


def _endings(stem: str) -> tuple[str, str]:
    return PEFT_ENDINGS if "." in stem else KOHYA_ENDINGS


def _converted(use: LoraUse, given: Tensors, model: Model) -> dict[str, torch.Tensor]:
    pipeline = getattr(diffusers, model.family.pipeline)
    config = getattr(model.pipe, model.family.denoiser).config
    spelled = {_respelled(key): tensor for key, tensor in given.items()}
    if model.family.pipeline == flux_dialects.PIPELINE:
        spelled = flux_dialects.respelled(spelled)
    try:
        result = pipeline.lora_state_dict(spelled, unet_config=config)
    except _CONVERTER_FAILURES as error:
        stray = _stray(given) or tuple(given)
        raise LoraRefused(
            f"The LoRA '{use.name}' is for another kind of model or damaged: "
            f"nothing is known of {some(stray)}.",
            stray,
        ) from error
    state = result[0] if isinstance(result, tuple) else result
    known = tuple(f"{name}." for name in (*model.family.lora_components, *SD_ENCODERS))
    return _peft_names(
        {_with_component(key, known, model): tensor for key, tensor in state.items()}, model
    )


def _stray(given: Tensors) -> tuple[str, ...]:
    down, up = KOHYA_ENDINGS
    halves = {key: key.removesuffix(down).removesuffix(up) for key in given}
    return tuple(
        key for key, stem in halves.items()
        if stem == key or f"{stem}{down}" not in given or f"{stem}{up}" not in given
    )  # fmt: skip


def _respelled(key: str) -> str:
    key = ADAPTER.sub(r".\1.weight", key)
    for theirs, known in RESPELLED.items():
        key = key.replace(theirs, known)
    return key


def _with_component(key: str, known: tuple[str, ...], model: Model) -> str:
    # PEFT's own files carry no component: they hold the denoiser's layers.
    bare = key.removeprefix(PEFT_ROOT)
    return bare if bare.startswith(known) else f"{model.family.denoiser}.{bare}"


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


def _paired(converted: Tensors) -> dict[str, dict[str, torch.Tensor]]:
    down = {_module(key, "lora_A"): tensor for key, tensor in converted.items()}
    up = {_module(key, "lora_B"): tensor for key, tensor in converted.items()}
    return {name: {"down": down[name], "up": up[name]} for name in down if name and name in up}


def _module(key: str, side: str) -> str:
    ending = f".{side}.weight"
    return key.removesuffix(ending) if key.endswith(ending) else ""
