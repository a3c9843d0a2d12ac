"""What a LoRA was made for, told by its tensors' names and shapes, never by its metadata.

Facts used, from the model definitions: Stable Diffusion's UNet reads the prompt through
cross-attention (`attn2`), whose key and value projections are as wide as the text encoder's
output: 768 in 1.x, 1024 in 2.x, 2048 in SDXL; smaller UNets of the same build are narrower.
FLUX, Qwen-Image and Z-Image are transformers whose blocks have names of their own.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stylepacks.rules.lora_layers import Layer, LoraRejected, layers_of, role_of
from stylepacks.rules.safetensors_header import Header, Tensor

SD1_WIDTH, SD2_WIDTH, SDXL_WIDTH, SDXL_REFINER_WIDTH = 768, 1024, 2048, 1280
FLUX_DOUBLE_BLOCKS = 19
TRIGGER_FIELDS = ("modelspec.trigger_phrase", "trigger", "trigger_phrase", "ss_trigger_words")
UNSUPPORTED = {
    "weight difference": re.compile(r"\.(diff|diff_b|w_norm|b_norm)$"),
    "IA3": re.compile(r"\.(ia3_l|on_input)$"),
    "FLUX.1 Tools": re.compile(r"\.(query_norm|key_norm)\.scale$"),
    "OFT": re.compile(r"\.(oft_(blocks|diag|R)|boft_)"),
}
CHECKPOINT = re.compile(
    r"^(model\.diffusion_model|first_stage_model|cond_stage_model|conditioner"
    r"|(down|mid|up)_blocks?\b|time_embedding|conv_in|decoder|encoder\.(down|mid))\."
)
_UNET = re.compile(
    r"^(base_model\.model\.)?(unet\.|lora_unet_)?"
    r"(down_blocks|mid_block|up_blocks|input_blocks|middle_block|output_blocks)[._]"
)
_CROSS = re.compile(r"attn2[._](to_[kv]|processor[._]to_[kv])$")
_SD_TEXT = re.compile(r"^(text_encoder\.|lora_te1?_).*(q_proj|k_proj|v_proj)$")
_FIRST_TEXT = re.compile(r"^(text_encoder\.|lora_te1_)")
_SECOND_TEXT = re.compile(r"^(text_encoder_2\.|lora_te2_)")
_FLUX = re.compile(r"(single_transformer_blocks|single_blocks|double_blocks)[._]")
_T5 = re.compile(r"^(lora_te2_|text_encoder_2\.|text_encoders\.t5xxl\.)")
_QWEN = re.compile(r"transformer_blocks[._]\d+[._](img_mlp|txt_mlp|img_mod|txt_mod)[._]")
_DOUBLE = re.compile(
    r"^(transformer\.|diffusion_model\.|lora_unet_|lora_transformer_)?transformer_blocks[._](\d+)[._]"
)
_Z_IMAGE = re.compile(
    r"^(transformer\.|diffusion_model\.|lora_unet_|lora_transformer_)?"
    r"(layers|noise_refiner|context_refiner)[._]\d+[._](attention|feed_forward|adaLN_modulation)[._]"
)


@dataclass(frozen=True)
class LoraFacts:
    """What was read off the tensors. `cross_attention_width` is 0 where the family has none.

    `rank` is the largest, and 0 where LoKr keeps all of its matrices whole.
    """

    family: str
    rank: int
    tensor_count: int
    trigger: str | None
    cross_attention_width: int = 0
    has_text_encoder: bool = False


def inspect(header: Header) -> LoraFacts:
    """Family, rank and width of the LoRA this header describes.

    LoraRejected when it is a whole checkpoint, a kind of adapter that cannot be applied exactly,
    has tensors without a partner or with shapes that do not fit, or is for an unknown model.
    """
    _refuse_empty_and_other_kinds(header.tensors)
    layers = layers_of(header.tensors)
    family, width = _family_and_width(layers)
    return LoraFacts(
        family=family,
        rank=max(layer.rank for layer in layers.values()),
        tensor_count=len(header.tensors),
        trigger=_trigger(header.metadata),
        cross_attention_width=width,
        has_text_encoder=any(map(_is_text_encoder, layers)),
    )


def misfit(family: str, width: int, checkpoint_family: str, checkpoint_width: int) -> str | None:
    """Why a LoRA of this family and width cannot be used with that checkpoint, or None."""
    if family != checkpoint_family:
        return f"made for {_label(family, width)}, and the checkpoint is {checkpoint_family}"
    if width and checkpoint_width and width != checkpoint_width:
        return f"made for {_label(family, width)}, and the checkpoint has width {checkpoint_width}"
    return None


def factors(header: Header) -> list[tuple[Tensor, ...]]:
    """Each layer's factors: it changes something only if none of them is zero throughout."""
    return [layer.factors for layer in layers_of(header.tensors).values()]


def _label(family: str, width: int) -> str:
    known = {SD1_WIDTH: "Stable Diffusion 1.5", SDXL_WIDTH: "SDXL"}.get(width, family)
    return f"{known} (width {width})" if width else family


def _refuse_empty_and_other_kinds(tensors: Mapping[str, Tensor]) -> None:
    if not tensors:
        raise LoraRejected("The file holds no tensors: save the LoRA again.")
    for kind, pattern in UNSUPPORTED.items():
        keys = tuple(name for name in tensors if pattern.search(name))
        if keys:
            raise LoraRejected(
                f"This is a {kind} file, which cannot be applied exactly: train or convert it as "
                "a LoRA, LoHa, LoKr or DoRA.",
                keys,
            )
    if not {role for _, role in map(role_of, tensors)} - {"", "alpha"}:
        raise _not_a_lora(tensors)


def _not_a_lora(tensors: Mapping[str, Tensor]) -> LoraRejected:
    if any(CHECKPOINT.search(name) for name in tensors):
        return LoraRejected(
            "This is a whole checkpoint, not a LoRA: ask the operator to add it as a checkpoint."
        )
    return LoraRejected(
        "This file has no LoRA tensors in it: choose a file that a LoRA training tool wrote.",
        tuple(tensors)[:8],
    )


def _family_and_width(layers: Mapping[str, Layer]) -> tuple[str, int]:
    names = list(layers)
    if any(map(_Z_IMAGE.search, names)):
        return "z-image", 0
    if any(map(_QWEN.search, names)) or _highest_double_block(names) >= FLUX_DOUBLE_BLOCKS:
        return "qwen-image", 0
    if any(map(_FLUX.search, names)):
        _refuse_t5(names)
        return "flux", 0
    _refuse_shared_encoder(layers)
    width = _width(layers)
    return _family_of_width(width), width


def _refuse_t5(names: Iterable[str]) -> None:
    keys = tuple(name for name in names if _T5.search(name))
    if keys:
        raise LoraRejected(
            "It also changes FLUX.1's large text encoder, T5, which Housestyle keeps as it is: "
            "train or save it without that part.",
            keys,
        )


def _highest_double_block(names: Iterable[str]) -> int:
    blocks = (_DOUBLE.search(name) for name in names)
    return max((int(block[2]) for block in blocks if block), default=-1)


def _width(layers: Mapping[str, Layer]) -> int:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for name, layer in layers.items():
        found[_evidence(name)].add(layer.width_in)
    if found["second text encoder"] and not found["cross"]:
        return SDXL_WIDTH
    widths = found["cross"] or found["text encoder"]
    if len(widths) == 1:
        return widths.pop()
    if widths:
        raise LoraRejected(
            f"Its cross-attention layers have different widths ({sorted(widths)}): it mixes "
            "several models and fits none."
        )
    raise LoraRejected(
        "It cannot be told which model this LoRA was made for: it has no cross-attention, text "
        "encoder or transformer layers that Housestyle knows.",
        tuple(layers)[:8],
    )


def _refuse_shared_encoder(layers: Mapping[str, Layer]) -> None:
    # Kohya's trainer writes `lora_te_` for Stable Diffusion 1.5 alone; other names are shared.
    if not all(_FIRST_TEXT.search(name) for name in layers):
        return
    widths = {it.width_in for name, it in layers.items() if _evidence(name) == "text encoder"}
    if SD1_WIDTH in widths:
        raise LoraRejected(
            "It changes nothing but the first text encoder, which Stable Diffusion 1.5 and SDXL "
            "have in common, so it cannot be told which of them it was made for: train or save "
            "it together with its UNet layers.",
            tuple(layers)[:8],
        )


def _evidence(name: str) -> str:
    if _UNET.search(name) and _CROSS.search(name):
        return "cross"
    if _SECOND_TEXT.search(name):
        return "second text encoder"
    return "text encoder" if _SD_TEXT.search(name) else "other"


def _is_text_encoder(name: str) -> bool:
    return name.startswith(("text_encoder", "lora_te"))


def _family_of_width(width: int) -> str:
    if width == SDXL_WIDTH:
        return "sdxl"
    if width <= SD1_WIDTH:
        return "sd15"
    unusable = {SD2_WIDTH: "Stable Diffusion 2", SDXL_REFINER_WIDTH: "the SDXL refiner"}
    made_for = unusable.get(width, f"a model with cross-attention width {width}")
    raise LoraRejected(
        f"This LoRA was made for {made_for}, which Housestyle does not render: use one made for "
        "Stable Diffusion 1.5, SDXL, FLUX.1, Z-Image or Qwen-Image."
    )


def _trigger(metadata: Mapping[str, str]) -> str | None:
    for name in TRIGGER_FIELDS:
        phrase = " ".join(metadata.get(name, "").split())
        if phrase:
            return phrase[:120]
    return None
