"""What a checkpoint is, told by its denoiser's tensors, never by its name or its metadata.

Facts used, from the model definitions: every family's denoiser has layers that no other one has,
both as its authors named them (the original layout, which single files have) and as diffusers
renamed them (its folders). Stable Diffusion 1.5 and SDXL share one UNet; SDXL's is also told sizes
through a layer of its own, and its text is 2048 wide (`lora_family` has the widths). A denoiser
that takes more channels than it gives also wants a picture, so it is no text-to-image model.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stylepacks.rules.lora_family import SD1_WIDTH, SD2_WIDTH, SDXL_REFINER_WIDTH
from stylepacks.rules.lora_layers import role_of
from stylepacks.rules.safetensors_header import Tensor

KNOWN = "Stable Diffusion 1.5, SDXL, FLUX.1, Z-Image and Qwen-Image"
PREFIX = "model.diffusion_model."
COMPUTABLE = {"F16", "BF16", "F32", "F64"}
# Parts of a single file, by the beginnings of their tensors' names.
AUTOENCODER = ("first_stage_model.",)
ENCODERS = {
    "sd15": ("cond_stage_model.",),
    "sdxl": ("conditioner.embedders.0.", "conditioner.embedders.1."),
}
_UNET = "unet"
_CROSS = "attn2.to_k.weight"
_TOLD_SIZES = ("add_embedding.linear_1.weight", "label_emb.0.0.weight")


class CheckpointUnknown(ValueError):
    """Tensors of no model that can be used; the message is one plain sentence."""


@dataclass(frozen=True)
class Architecture:
    """What the tensors tell. `cross_attention_width` is 0 where the family has none."""

    family: str
    cross_attention_width: int
    is_original: bool


@dataclass(frozen=True)
class _Build:
    """One way of writing a family's denoiser: its first and last layer, and what marks it."""

    family: str
    first: str
    last: str
    marks: tuple[str, ...]
    is_original: bool = False

    def is_of(self, tensors: Mapping[str, Tensor]) -> bool:
        return all(f"{name}.weight" in tensors for name in (self.first, self.last, *self.marks))


_BUILDS = (
    _Build(_UNET, "conv_in", "conv_out", ("time_embedding.linear_1", "conv_norm_out")),
    _Build(_UNET, "input_blocks.0.0", "out.2", ("time_embed.0", "out.0"), True),
    _Build(
        "flux", "x_embedder", "proj_out",
        ("time_text_embed.text_embedder.linear_1", "transformer_blocks.0.norm1.linear",
         "single_transformer_blocks.0.norm.linear"),
    ),
    _Build(
        "flux", "img_in", "final_layer.linear",
        ("vector_in.in_layer", "double_blocks.0.img_mod.lin", "single_blocks.0.modulation.lin"),
        True,
    ),
    _Build(
        "z-image", "all_x_embedder.2-1", "all_final_layer.2-1.linear",
        ("layers.0.adaLN_modulation.0", "context_refiner.0.attention.to_q"),
    ),
    _Build(
        "z-image", "x_embedder", "final_layer.linear",
        ("layers.0.adaLN_modulation.0", "context_refiner.0.attention.qkv"), True,
    ),
    _Build(
        "qwen-image", "img_in", "proj_out",
        ("txt_norm", "transformer_blocks.0.img_mod.1", "transformer_blocks.0.txt_mod.1"),
    ),
)  # fmt: skip


def inspect(tensors: Mapping[str, Tensor]) -> Architecture:
    """Family, width and layout of the denoiser among these tensors, by their names and shapes.

    CheckpointUnknown when there is none, when it is of a family that Housestyle does not know, when
    it makes pictures out of pictures, or when its weights are packed into 8 bits or fewer.
    """
    denoiser = _denoiser(tensors)
    build = next((build for build in _BUILDS if build.is_of(denoiser)), None)
    if build is None:
        raise _unknown(tensors)
    _refuse_packed(denoiser)
    _refuse_picture_to_picture(denoiser, build)
    if build.family != _UNET:
        return Architecture(build.family, 0, build.is_original)
    width = _cross_attention_width(denoiser)
    return Architecture(_family_of_unet(denoiser, width), width, build.is_original)


def missing_parts(names: Mapping[str, Tensor], family: str) -> list[str]:
    """What a single file in the original layout lacks beside its denoiser, in words."""
    parts = [("autoencoder", AUTOENCODER), *(("text encoder", (p,)) for p in ENCODERS[family])]
    missing = [part for part, start in parts if not any(name.startswith(start) for name in names)]
    return list(dict.fromkeys(missing))


def _denoiser(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    inside = {
        name.removeprefix(PREFIX): tensor
        for name, tensor in tensors.items()
        if name.startswith(PREFIX)
    }
    return inside or dict(tensors)


def _unknown(tensors: Mapping[str, Tensor]) -> CheckpointUnknown:
    if any(role_of(name)[1] not in ("", "alpha") for name in tensors):
        return CheckpointUnknown(
            "This is a LoRA, not a checkpoint: take it in under LoRAs in the admin."
        )
    return CheckpointUnknown(
        f"Its tensors are of no model that Housestyle knows: bring one of {KNOWN}."
    )


def _refuse_packed(denoiser: Mapping[str, Tensor]) -> None:
    packed = {tensor.dtype for tensor in denoiser.values()} - COMPUTABLE
    if packed:
        raise CheckpointUnknown(
            f"Its weights are packed as {' and '.join(sorted(packed))}, which LoRAs cannot be "
            "added to: bring the model in half or single precision."
        )


def _refuse_picture_to_picture(denoiser: Mapping[str, Tensor], build: _Build) -> None:
    first, last = denoiser[f"{build.first}.weight"], denoiser[f"{build.last}.weight"]
    taken, given = first.shape[1:2], last.shape[:1]
    if taken != given:
        raise CheckpointUnknown(
            f"It takes {sum(taken)} channels and gives {sum(given)}, as models for inpainting and "
            "editing do: bring the text-to-image model."
        )


def _cross_attention_width(unet: Mapping[str, Tensor]) -> int:
    widths = {
        tensor.shape[-1]
        for name, tensor in unet.items()
        if name.endswith(_CROSS) and len(tensor.shape) == 2
    }
    if len(widths) != 1 or "encoder_hid_proj.weight" in unet:
        raise CheckpointUnknown(
            "Its UNet does not read text as Stable Diffusion 1.5 and SDXL do, so Housestyle cannot "
            f"render it: bring one of {KNOWN}."
        )
    return widths.pop()


def _family_of_unet(unet: Mapping[str, Tensor], width: int) -> str:
    is_told_sizes = any(name in unet for name in _TOLD_SIZES)
    if is_told_sizes and width not in (SD2_WIDTH, SDXL_REFINER_WIDTH):
        return "sdxl"
    if not is_told_sizes and width <= SD1_WIDTH:
        return "sd15"
    named = {SD2_WIDTH: "Stable Diffusion 2", SDXL_REFINER_WIDTH: "the SDXL refiner"}
    found = named.get(width, f"a UNet for text of width {width}")
    raise CheckpointUnknown(
        f"This is {found}, which Housestyle does not render: bring one of {KNOWN}."
    )
