"""Packs to test with: small, but real files that pass the real intake and publishing."""

import io
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from stylepacks import publishing
from stylepacks.intake import add_lora
from stylepacks.models import Checkpoint, Lora, PackLora, PackVersion, StylePack

CROSS = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"
STARTER_WIDTH = 256


def safetensors_bytes(
    tensors: Mapping[str, tuple[tuple[int, ...], float]], metadata: Mapping[str, str] | None = None
) -> bytes:
    """A sound F32 file: every tensor is its shape filled with one value."""
    entries: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    body = io.BytesIO()
    for name, (shape, value) in tensors.items():
        start, count = body.tell(), 1
        for side in shape:
            count *= side
        body.write(struct.pack("<f", value) * count)
        entries[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [start, body.tell()]}
    header = json.dumps(entries).encode()
    return struct.pack("<Q", len(header)) + header + body.getvalue()


def unet_tensors(width: int = STARTER_WIDTH) -> dict[str, tuple[tuple[int, ...], float]]:
    """What marks the denoiser of Stable Diffusion 1.5, reading text of this width."""
    return {
        "conv_in.weight": ((8, 4, 3, 3), 1.0),
        "time_embedding.linear_1.weight": ((8, 8), 1.0),
        "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": ((8, width), 1.0),
        "conv_norm_out.weight": ((8,), 1.0),
        "conv_out.weight": ((4, 8, 3, 3), 1.0),
    }


def write_checkpoint(folder: Path, width: int = STARTER_WIDTH) -> Path:
    """A diffusers folder with as much of the starter as is read when it is brought in."""
    for name, content in {
        "model_index.json": {
            "_class_name": "StableDiffusionPipeline",
            "safety_checker": [None, None],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        },
        "unet/config.json": {"cross_attention_dim": width, "sample_size": 64},
        "vae/config.json": {"block_out_channels": [8, 8, 8, 8]},
        "tokenizer/tokenizer_config.json": {"model_max_length": 48},
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(safetensors_bytes(unet_tensors(width)))
    return folder


def lora_tensors(
    width: int = STARTER_WIDTH, rank: int = 2, value: float = 0.5
) -> dict[str, tuple[tuple[int, ...], float]]:
    """The tensors of one cross-attention layer in the PEFT dialect."""
    return {
        f"{CROSS}.lora_A.weight": ((rank, width), 0.25),
        f"{CROSS}.lora_B.weight": ((64, rank), value),
    }


def lora_file(
    width: int = STARTER_WIDTH, value: float = 0.5, metadata: Mapping[str, str] | None = None
) -> "ContentFile[bytes]":
    """A tiny LoRA as an upload would bring it; another `value` gives another digest."""
    return ContentFile(
        safetensors_bytes(lora_tensors(width, value=value), metadata), "tiny.safetensors"
    )


def make_checkpoint(slug: str = "starter", **fields: Any) -> Checkpoint:
    """The checkpoint with this slug, made the first time it is asked for."""
    given = {
        "name": slug.title(),
        "family": "sd15",
        "location": "starter/weights/starter",
        "digest": "c" * 64,
        "license": "Apache-2.0",
        "max_prompt_tokens": 46,
        "cross_attention_width": STARTER_WIDTH,
        "is_default": slug == "starter",
        **fields,
    }
    return Checkpoint.objects.get_or_create(slug=slug, defaults=given)[0]


def make_lora(name: str = "Ink", width: int = STARTER_WIDTH, value: float | None = None) -> Lora:
    """A LoRA taken in from a tiny real file, a different one for every call."""
    value = 1.0 + Lora.objects.count() if value is None else value
    return add_lora(lora_file(width, value), name, "Apache-2.0")


def make_pack(
    slug: str = "ink",
    *,
    published: bool = True,
    kind: str = "style",
    lora: Lora | None = None,
    **version_fields: Any,
) -> StylePack:
    """A pack with one LoRA and one version, published unless told otherwise."""
    name = slug.replace("-", " ").title()
    pack = StylePack.objects.create(slug=slug, name=name, kind=kind, promise=f"All in {slug}.")
    checkpoint = version_fields.pop("checkpoint", None) or make_checkpoint()
    fields = {"examples": ["a red boat by the sea at sunset"], **version_fields}
    version = PackVersion.objects.create(pack=pack, checkpoint=checkpoint, **fields)
    PackLora.objects.create(version=version, lora=lora or make_lora(name), trigger=f"{slug} style")
    if published:
        publishing.publish(version, None)
        pack.refresh_from_db()
    return pack
