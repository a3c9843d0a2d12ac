"""Start from an earlier model: its weights, with each word's embedding moved to its new number."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

EMBEDDINGS = "embeddings.token_embedding.weight"


def load_earlier(
    folder: Path, unet: UNet2DConditionModel, text: CLIPTextModel, tokenizer: CLIPTokenizer
) -> int:
    """Put the weights of a shipped pipeline folder into both networks, in place.

    Returns how many tokens the earlier model did not know; they keep their fresh embeddings.
    """
    earlier = UNet2DConditionModel.from_pretrained(folder / "unet", local_files_only=True)
    unet.load_state_dict(earlier.state_dict())
    words = json.loads((folder / "tokenizer" / "vocab.json").read_text())
    state = load_file(folder / "text_encoder" / "model.safetensors")
    own = text.state_dict()
    name = next(key for key in own if key.endswith(EMBEDDINGS))
    earlier_name = next(key for key in state if key.endswith(EMBEDDINGS))
    vectors, unknown = _moved(own[name], state[earlier_name].float(), words, tokenizer.get_vocab())
    prefix, earlier_prefix = name[: -len(EMBEDDINGS)], earlier_name[: -len(EMBEDDINGS)]
    renamed = {prefix + key[len(earlier_prefix) :]: value for key, value in state.items()}
    text.load_state_dict({**own, **renamed, name: vectors})
    return unknown


def read_earlier_lora(file: Path) -> dict[str, tuple[Tensor, Tensor]]:
    """By layer, the factors in a LoRA file: down (rank, inputs…) and up (outputs, rank…)."""
    state = {key.removeprefix("unet."): value.float() for key, value in load_file(file).items()}
    ends = (".lora_A.weight", ".lora_B.weight")
    layers = [key.removesuffix(ends[0]) for key in state if key.endswith(ends[0])]
    return {layer: (state[layer + ends[0]], state[layer + ends[1]]) for layer in layers}


@torch.no_grad()
def _moved(
    fresh: Tensor, earlier: Tensor, words: dict[str, int], numbers: dict[str, int]
) -> tuple[Tensor, int]:
    known = {token: number for token, number in numbers.items() if token in words}
    moved = fresh.clone()
    moved[list(known.values())] = earlier[[words[token] for token in known]].to(fresh.device)
    return moved, len(numbers) - len(known)
