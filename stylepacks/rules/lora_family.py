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

from stylepacks.rules.safetensors_header import Header, Tensor

SD1_WIDTH, SD2_WIDTH, SDXL_WIDTH, SDXL_REFINER_WIDTH = 768, 1024, 2048, 1280
FLUX_DOUBLE_BLOCKS = 19
MAX_RANK = 1024
TRIGGER_FIELDS = ("modelspec.trigger_phrase", "trigger", "trigger_phrase", "ss_trigger_words")
DOWN = re.compile(
    r"(\.lora_A(\.\w+)?|\.lora_down|\.lora\.down|_lora\.down|\.lora_linear_layer\.down)\.weight$"
)
UP = re.compile(
    r"(\.lora_B(\.\w+)?|\.lora_up|\.lora\.up|_lora\.up|\.lora_linear_layer\.up)\.weight$"
)
ALPHA = re.compile(r"\.(alpha|network_alpha)$")
UNSUPPORTED = {
    "LoHa": re.compile(r"\.hada_[wt]\d"),
    "LoKr": re.compile(r"\.lokr_[wt]\d"),
    "DoRA": re.compile(r"\.(dora_scale|lora_magnitude_vector)"),
    "IA3": re.compile(r"\.(ia3_l|on_input)$"),
    "OFT": re.compile(r"\.(oft_(blocks|diag|R)|boft_)"),
}
CHECKPOINT = re.compile(
    r"^(model\.diffusion_model|first_stage_model|cond_stage_model|conditioner"
    r"|(down|mid|up)_blocks?\b|time_embedding|conv_in|decoder|encoder\.(down|mid))\."
)
_UNET = re.compile(
    r"^(unet\.|lora_unet_)?(down_blocks|mid_block|up_blocks|input_blocks|middle_block|output_blocks)[._]"
)
_CROSS = re.compile(r"attn2[._](to_[kv]|processor[._]to_[kv])$")
_SD_TEXT = re.compile(r"^(text_encoder\.|lora_te1?_).*(q_proj|k_proj|v_proj)$")
_SECOND_TEXT = re.compile(r"^(text_encoder_2\.|lora_te2_)")
_FLUX = re.compile(r"(single_transformer_blocks|single_blocks|double_blocks)[._]")
_QWEN = re.compile(r"transformer_blocks[._]\d+[._](img_mlp|txt_mlp|img_mod|txt_mod)[._]")
_DOUBLE = re.compile(
    r"^(transformer\.|diffusion_model\.|lora_unet_|lora_transformer_)?transformer_blocks[._](\d+)[._]"
)
_Z_IMAGE = re.compile(
    r"^(transformer\.|diffusion_model\.|lora_unet_|lora_transformer_)?"
    r"(layers|noise_refiner|context_refiner)[._]\d+[._](attention|feed_forward|adaLN_modulation)[._]"
)


class LoraRejected(ValueError):
    """A sound file that is not a usable LoRA; `keys` are the tensors it cannot be used for."""

    def __init__(self, message: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.keys = keys


@dataclass(frozen=True)
class LoraFacts:
    """What was read off the tensors. `cross_attention_width` is 0 where the family has none."""

    family: str
    rank: int
    tensor_count: int
    trigger: str | None
    cross_attention_width: int = 0
    has_text_encoder: bool = False


@dataclass(frozen=True)
class _Module:
    down: Tensor
    up: Tensor

    @property
    def rank(self) -> int:
        return self.down.shape[0]

    @property
    def width_in(self) -> int:
        return self.down.shape[1]


def inspect(header: Header) -> LoraFacts:
    """Family, rank and width of the LoRA this header describes.

    LoraRejected when it is a whole checkpoint, a kind of adapter that cannot be applied exactly,
    has tensors without a partner or with shapes that do not fit, or is for an unknown model.
    """
    _refuse_empty_and_other_kinds(header.tensors)
    modules = _modules(header.tensors)
    family, width = _family_and_width(modules)
    return LoraFacts(
        family=family,
        rank=max(module.rank for module in modules.values()),
        tensor_count=len(header.tensors),
        trigger=_trigger(header.metadata),
        cross_attention_width=width,
        has_text_encoder=any(map(_is_text_encoder, modules)),
    )


def misfit(family: str, width: int, checkpoint_family: str, checkpoint_width: int) -> str | None:
    """Why a LoRA of this family and width cannot be used with that checkpoint, or None."""
    if family != checkpoint_family:
        return f"made for {_label(family, width)}, and the checkpoint is {checkpoint_family}"
    if width and checkpoint_width and width != checkpoint_width:
        return f"made for {_label(family, width)}, and the checkpoint has width {checkpoint_width}"
    return None


def up_tensors(header: Header) -> list[Tensor]:
    """The second factor of every module: a LoRA whose every one of them is zero does nothing."""
    return [tensor for name, tensor in header.tensors.items() if UP.search(name)]


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
                f"This is a {kind} file, which cannot be applied exactly yet: train or convert "
                "it as a plain LoRA.",
                keys,
            )
    if not any(DOWN.search(name) or UP.search(name) for name in tensors):
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


def _modules(tensors: Mapping[str, Tensor]) -> dict[str, _Module]:
    downs = {DOWN.sub("", name): tensor for name, tensor in tensors.items() if DOWN.search(name)}
    ups = {UP.sub("", name): tensor for name, tensor in tensors.items() if UP.search(name)}
    alphas = {name for name in tensors if ALPHA.search(name)}
    paired = downs.keys() & ups.keys()
    _refuse_unused(tensors, paired, alphas)
    modules = {name: _Module(downs[name], ups[name]) for name in sorted(paired)}
    for module in modules.values():
        _check_shapes(module)
    return modules


def _refuse_unused(
    tensors: Mapping[str, Tensor], paired: Iterable[str], alphas: Iterable[str]
) -> None:
    known = set(paired)
    unused = [name for name in tensors if _module_of(name) not in known]
    unused += [name for name in alphas if tensors[name].shape not in ((), (1,))]
    if unused:
        raise LoraRejected(
            f"{len(unused)} of its tensors belong to no LoRA layer, for example "
            f"{', '.join(sorted(unused)[:3])}: save the LoRA again, complete.",
            tuple(sorted(unused)),
        )


def _module_of(name: str) -> str:
    return DOWN.sub("", name) if DOWN.search(name) else UP.sub("", ALPHA.sub("", name))


def _check_shapes(module: _Module) -> None:
    down, up = module.down.shape, module.up.shape
    if len(down) not in (2, 4) or len(up) != len(down) or up[1] != down[0]:
        raise LoraRejected(
            f"The two halves of {module.down.name} do not fit each other: save the LoRA again.",
            (module.down.name, module.up.name),
        )
    if not 1 <= module.rank <= MAX_RANK or 0 in down or 0 in up:
        raise LoraRejected(
            f"{module.down.name} has rank {module.rank}: it must be 1 to {MAX_RANK}.",
            (module.down.name,),
        )


def _family_and_width(modules: Mapping[str, _Module]) -> tuple[str, int]:
    names = list(modules)
    if any(map(_Z_IMAGE.search, names)):
        return "z-image", 0
    if any(map(_QWEN.search, names)) or _highest_double_block(names) >= FLUX_DOUBLE_BLOCKS:
        return "qwen-image", 0
    if any(map(_FLUX.search, names)):
        return "flux", 0
    width = _width(modules)
    return _family_of_width(width), width


def _highest_double_block(names: Iterable[str]) -> int:
    blocks = (_DOUBLE.search(name) for name in names)
    return max((int(block[2]) for block in blocks if block), default=-1)


def _width(modules: Mapping[str, _Module]) -> int:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for name, module in modules.items():
        found[_evidence(name)].add(module.width_in)
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
        tuple(modules)[:8],
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
