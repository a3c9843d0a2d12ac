"""The ways in which FLUX.1's LoRAs are spelled that diffusers' converter does not expect."""

from collections.abc import Mapping

import torch

PIPELINE = "FluxPipeline"
ORIGINAL_BLOCKS = ("double_blocks", "single_blocks")
PEFT_ROOT = "base_model.model."
COMFY_ROOT = "diffusion_model."
DOWN = ".lora_down.weight"
PEFT_SIDES = {".lora_A.weight": DOWN, ".lora_B.weight": ".lora_up.weight"}


def respelled(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same tensors under the names that diffusers reads, with alphas that scale by one."""
    named = {_component_free(key): tensor for key, tensor in tensors.items()}
    if _is_original(named):
        named = {_kohya_side(key): tensor for key, tensor in named.items()}
    return named | _unit_alphas(named)


def _component_free(key: str) -> str:
    # PEFT's root before diffusers' names would be taken for a dialect of the original ones.
    is_original = any(block in key for block in ORIGINAL_BLOCKS)
    return key if is_original else key.removeprefix(PEFT_ROOT)


def _is_original(tensors: Mapping[str, torch.Tensor]) -> bool:
    # The original model's names in dots, and not XLabs' or PEFT's own, which are read as they are.
    is_dotted = any(f"{block}." in key for key in tensors for block in ORIGINAL_BLOCKS)
    return is_dotted and not any("processor" in key or PEFT_ROOT in key for key in tensors)


def _kohya_side(key: str) -> str:
    for side, kohya in PEFT_SIDES.items():
        key = key.replace(side, kohya)
    return COMFY_ROOT + key.removeprefix("transformer.").removeprefix(COMFY_ROOT)


def _unit_alphas(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    # The engine scales by itself, once and for every layer: diffusers forgets the last one's alpha,
    # and one spelling cannot do without alphas.
    is_mixed = any(key.startswith("lora_transformer_") for key in tensors)
    return {
        key.replace(DOWN, ".alpha"): torch.tensor(float(len(tensor)))
        for key, tensor in tensors.items()
        if key.endswith(DOWN) and (is_mixed or not key.startswith("lora_te"))
    }
