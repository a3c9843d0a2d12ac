"""Which layer each tensor of a LoRA file belongs to, in every dialect that diffusers can name.

diffusers' converters know the names that trainers give to layers (kohya, PEFT, diffusers old and
new), but only for plain LoRA. A layer of another method is therefore shown to them as a plain LoRA
of the same name, and takes the name that comes back.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import diffusers
import torch
from diffusers.utils.state_dict_utils import (
    StateDictType,
    convert_state_dict_to_peft,
    convert_unet_state_dict_to_peft,
)

from generation.engine.contract import LoraRefused, LoraUse
from generation.engine.pipelines import Model
from generation.engine.refusals import some

Tensors = Mapping[str, torch.Tensor]
# Beside or instead of a plain LoRA's two factors, in every dialect: "layer.part".
PART = re.compile(
    r"^(.+)\.(hada_w[12]_[ab]|hada_t[12]|lokr_w[12](?:_[ab])?|lokr_t2"
    r"|dora_scale|lora_magnitude_vector|lora_mid|alpha)(?:\.default)?(?:\.weight)?$"
)
ADAPTER = re.compile(r"\.(lora_[AB])\.\w+\.weight$")
DOWN = re.compile(r"\.(lora_A(\.\w+)?|lora_down|lora\.down|lora_linear_layer\.down)\.weight$")
LYCORIS = re.compile("hada_|lokr_")
KOHYA_ENDINGS = (".lora_down.weight", ".lora_up.weight")
PEFT_ENDINGS = (".lora_A.weight", ".lora_B.weight")
# diffusers' converter knows these layers by the original model's names alone.
RESPELLED = {
    "lora_unet_add_embedding_linear_1.": "lora_unet_label_emb_0_0.",
    "lora_unet_add_embedding_linear_2.": "lora_unet_label_emb_0_2.",
}
_CONVERTER_FAILURES = (
    AttributeError,
    IndexError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)


def layers(use: LoraUse, tensors: Tensors, model: Model) -> dict[str, dict[str, str]]:
    """Full module name ("unet.conv_in") -> part ("down", "hada_w1_a", "alpha") -> key in the file.

    Keys that stand for nothing are left out. LoraRefused when no dialect knows the names.
    """
    parts = _parts(tensors)
    plain = {key: tensor for key, tensor in tensors.items() if not _is_part(key, tensor)}
    given = {**_stand_ins(parts), **plain}
    origin = {id(tensor): key for key, tensor in given.items()}
    found = {}
    for name, pair in _paired(_converted(use, given, model)).items():
        keys = {side: origin[id(tensor)] for side, tensor in pair.items()}
        own = {side: key for side, key in keys.items() if key in tensors}
        found[name] = own | parts.get(DOWN.sub("", keys["down"]), {})
    return found


def _is_part(key: str, tensor: torch.Tensor) -> bool:
    match = PART.match(key)
    return match is not None and (match[2] != "alpha" or tensor.numel() == 1)


def _parts(tensors: Tensors) -> dict[str, dict[str, str]]:
    parts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for key, tensor in tensors.items():
        if _is_part(key, tensor) and (match := PART.match(key)):
            parts[match[1]][match[2].replace("lora_mid", "mid")] = key
    return parts


def _stand_ins(parts: Mapping[str, Mapping[str, str]]) -> dict[str, torch.Tensor]:
    stems = [stem for stem, own in parts.items() if any(map(LYCORIS.match, own))]
    return {f"{stem}{ending}": torch.empty(0) for stem in stems for ending in _endings(stem)}


def _endings(stem: str) -> tuple[str, str]:
    return PEFT_ENDINGS if "." in stem else KOHYA_ENDINGS


def _converted(use: LoraUse, given: Tensors, model: Model) -> dict[str, torch.Tensor]:
    pipeline = getattr(diffusers, model.family.pipeline)
    config = getattr(model.pipe, model.family.denoiser).config
    spelled = {_respelled(key): tensor for key, tensor in given.items()}
    try:
        state, _ = pipeline.lora_state_dict(spelled, unet_config=config)
    except _CONVERTER_FAILURES as error:
        stray = _stray(given) or tuple(given)
        raise LoraRefused(
            f"The LoRA '{use.name}' is for another kind of model or damaged: "
            f"nothing is known of {some(stray)}.",
            stray,
        ) from error
    return _peft_names(
        {_with_component(key, model): tensor for key, tensor in state.items()}, model
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


def _with_component(key: str, model: Model) -> str:
    # PEFT's own files carry no component: they hold the denoiser's layers.
    bare = key.removeprefix("base_model.model.")
    known = (*model.family.lora_components, "text_encoder")
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
