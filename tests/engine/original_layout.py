"""Write a diffusers pipeline as one file with the names its model's authors gave the layers."""

import re
from pathlib import Path

import torch
from safetensors.torch import save_file

from tests.engine.tiny_sdxl import sgm

UNET_NORMS = {
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    ".norm1.": ".in_layers.0.",
    ".norm2.": ".out_layers.0.",
}
VAE_NAMES = {
    "mid_block.attentions.0": "mid.attn_1",
    "mid_block.resnets.0": "mid.block_1",
    "mid_block.resnets.1": "mid.block_2",
    "downsamplers.0": "downsample",
    "upsamplers.0": "upsample",
    "conv_norm_out": "norm_out",
    "conv_shortcut": "nin_shortcut",
    "group_norm": "norm",
    "to_out.0": "proj_out",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
}
OPEN_CLIP_NAMES = {
    "embeddings.position_embedding.weight": "positional_embedding",
    "embeddings.token_embedding": "token_embedding",
    "encoder.layers": "transformer.resblocks",
    "final_layer_norm": "ln_final",
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn": "attn",
}

Tensors = dict[str, torch.Tensor]


def save(pipe, path: Path, metadata: dict[str, str] | None = None, **further) -> Path:
    """Save the pipeline of SD 1.5 or SDXL as one file in the original layout."""
    tensors = {**unet(pipe.unet), **vae(pipe.vae), **text_encoders(pipe), **further}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata)
    return path


def unet(model) -> Tensors:
    layers = model.config.layers_per_block
    return {
        f"model.diffusion_model.{_unet(key, layers)}": t for key, t in model.state_dict().items()
    }


def vae(model) -> Tensors:
    blocks = len(model.config.block_out_channels)
    return {
        f"first_stage_model.{_vae(key, blocks)}": _as_convolution(key, tensor)
        for key, tensor in model.state_dict().items()
    }


def text_encoders(pipe) -> Tensors:
    first = {f"text_model.{_plain(k)}": t for k, t in pipe.text_encoder.state_dict().items()}
    if not hasattr(pipe, "text_encoder_2"):
        return {f"cond_stage_model.transformer.{key}": t for key, t in first.items()}
    second = open_clip(pipe.text_encoder_2)
    return {
        **{f"conditioner.embedders.0.transformer.{key}": t for key, t in first.items()},
        **{f"conditioner.embedders.1.model.{key}": t for key, t in second.items()},
    }


def open_clip(model) -> Tensors:
    named = {_renamed(_plain(k), OPEN_CLIP_NAMES): t for k, t in model.state_dict().items()}
    named["text_projection"] = named.pop("text_projection.weight").T
    for query in [name for name in named if ".q_proj." in name]:
        parts = [
            named.pop(query.replace("q_proj", part)) for part in ("q_proj", "k_proj", "v_proj")
        ]
        named[query.replace(".q_proj.", ".in_proj_")] = torch.cat(parts)
    return named


def _unet(key: str, layers: int) -> str:
    if ".resnets." in key or key.startswith("conv_"):
        key = _renamed(key, UNET_NORMS)
    return sgm(key, layers)


def _vae(key: str, blocks: int) -> str:
    key = _renamed(key, VAE_NAMES)
    key = re.sub(r"down_blocks\.(\d)\.resnets\.(\d)", r"down.\1.block.\2", key)
    key = re.sub(r"down_blocks\.(\d)", r"down.\1", key)
    upwards = lambda match: f"up.{blocks - 1 - int(match[1])}"  # noqa: E731
    return re.sub(r"up_blocks\.(\d)", upwards, key).replace(".resnets.", ".block.")


def _as_convolution(key: str, tensor: torch.Tensor) -> torch.Tensor:
    is_projection = ".attentions." in key and tensor.ndim == 2
    return tensor[:, :, None, None] if is_projection else tensor


def _plain(key: str) -> str:
    return key.removeprefix("text_model.")


def _renamed(key: str, names: dict[str, str]) -> str:
    for ours, theirs in names.items():
        key = key.replace(ours, theirs)
    return key
