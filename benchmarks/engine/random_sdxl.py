"""SDXL with random weights of the true architecture and size, and LoRAs that fit it.

Made on the device (seconds), written as a diffusers folder and safetensors files once, found again
by later calls.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from generation.engine.contract import LoraUse
from generation.engine.single_files import ARCHITECTURES, PADDING, clip_tokenizer

Changes = Mapping[str, Mapping[str, Any]]
PARTS: dict[str, Any] = {
    "unet": UNet2DConditionModel,
    "vae": AutoencoderKL,
    "text_encoder": CLIPTextModel,
    "text_encoder_2": CLIPTextModelWithProjection,
}
# What LoRA trainers adapt by default: SDXL has 722 such layers.
LORA_LAYERS = (
    "to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2", "proj_in", "proj_out",
)  # fmt: skip
TRUE_SIZE: Changes = {}
_TOY_ENCODER = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
    "projection_dim": 32,
}  # fmt: skip
TOY: Changes = {
    "unet": {
        "block_out_channels": (32, 64, 64), "attention_head_dim": (1, 2, 2),
        "transformer_layers_per_block": (1, 1, 2), "cross_attention_dim": 64,
        "projection_class_embeddings_input_dim": 80, "addition_time_embed_dim": 8,
    },
    "vae": {"block_out_channels": (8, 8, 8, 8), "norm_num_groups": 4},
    "text_encoder": _TOY_ENCODER,
    "text_encoder_2": _TOY_ENCODER,
}  # fmt: skip
# A pack changes a layer by this share of its weights' deviation: plainly seen, still finite.
CHANGE = 0.5


def checkpoint(folder: Path, device: str, changes: Changes = TRUE_SIZE) -> Path:
    """The diffusers folder, in half precision; made unless an earlier call made all of it."""
    if (folder / "model_index.json").is_file():
        return folder
    torch.manual_seed(0)
    dtype = torch.float16 if device == "cuda" else torch.float32
    parts = {name: _part(name, device, changes).to(dtype) for name in PARTS}
    pipe = StableDiffusionXLPipeline(
        **parts,
        tokenizer=clip_tokenizer(PADDING["tokenizer"]),
        tokenizer_2=clip_tokenizer(PADDING["tokenizer_2"]),
        scheduler=EulerDiscreteScheduler.from_config(config_of("scheduler")),
        add_watermarker=False,
    )
    part = folder.with_name(f"{folder.name}.part")
    pipe.save_pretrained(part)
    part.rename(folder)
    return folder


def packs(
    folder: Path, model: Path, count: int, device: str, rank: int = 32
) -> tuple[LoraUse, ...]:
    """`count` LoRA files in diffusers' layout that change every layer trainers adapt by default."""
    shapes = lora_shapes(model)
    folder.mkdir(exist_ok=True)
    return tuple(_pack(folder / f"pack-{seed}", shapes, rank, device) for seed in range(count))


def lora_shapes(model: Path) -> dict[str, tuple[int, int]]:
    """Layer name -> (outputs, inputs)."""
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(model / "unet"))
    return {
        name: (layer.out_features, layer.in_features)
        for name, layer in unet.named_modules()
        if isinstance(layer, torch.nn.Linear) and name.endswith(LORA_LAYERS)
    }


def config_of(part: str, family: str = "sdxl") -> dict[str, Any]:
    file = "scheduler_config.json" if part == "scheduler" else "config.json"
    content: dict[str, Any] = json.loads((ARCHITECTURES / family / part / file).read_text())
    return content


def unet_on(device: str, changes: Changes = TRUE_SIZE, family: str = "sdxl") -> Any:
    """The denoiser alone, untrained, in single precision ("meta": without weights)."""
    return _part("unet", device, changes, family)


def _part(name: str, device: str, changes: Changes, family: str = "sdxl") -> Any:
    config = config_of(name, family) | dict(changes.get(name, {}))
    with torch.device(device):
        if name.startswith("text_encoder"):
            return PARTS[name](CLIPTextConfig(**config))
        return PARTS[name].from_config(config)


def _pack(path: Path, shapes: Mapping[str, tuple[int, int]], rank: int, device: str) -> LoraUse:
    file, digest = path.with_suffix(".safetensors"), path.with_suffix(".sha256")
    if not digest.is_file():
        chance = torch.Generator(device).manual_seed(int(path.name.split("-")[1]) + 1)
        content = safetensors.torch.save(_factors(shapes, rank, chance))
        file.write_bytes(content)
        digest.write_text(hashlib.sha256(content).hexdigest())
    return LoraUse(path.name, str(file), digest.read_text(), 1.0)


def _factors(
    shapes: Mapping[str, tuple[int, int]], rank: int, chance: torch.Generator
) -> dict[str, torch.Tensor]:
    tensors = {}
    for name, (outputs, inputs) in shapes.items():
        down = torch.randn(rank, inputs, generator=chance, device=chance.device)
        up = torch.randn(outputs, rank, generator=chance, device=chance.device)
        # A linear layer's weights start with deviation 1 / sqrt(3 inputs).
        tensors[f"unet.{name}.lora_A.weight"] = (down / math.sqrt(inputs)).half().cpu()
        tensors[f"unet.{name}.lora_B.weight"] = (up * CHANGE / math.sqrt(3 * rank)).half().cpu()
    return tensors
