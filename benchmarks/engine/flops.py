"""Useful work of one denoiser pass, counted without computing anything.

A copy of the architecture without weights runs on torch's "meta" device; attention is taken apart
into its products there, so that each is counted.
"""

from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

TOKENS = 77


def of_unet_pass(unet: Any, edge: int) -> int:
    """FLOP for one image of `edge` x `edge` latents: one multiplication and addition are two."""
    with torch.device("meta"):
        empty = type(unet).from_config(unet.config)
        sample = torch.empty(1, unet.config.in_channels, edge, edge)
        words = torch.empty(1, TOKENS, unet.config.cross_attention_dim)
        added = _added(unet.config)
    return counted(empty, sample, torch.tensor(1.0, device="meta"), words, added_cond_kwargs=added)


def counted(module: Any, *inputs: Any, **named: Any) -> int:
    """FLOP of one call."""
    counter = FlopCounterMode(display=False)
    with torch.device("meta"), torch.no_grad(), sdpa_kernel(SDPBackend.MATH), counter:
        module(*inputs, **named)
    return int(counter.get_total_flops())


def _added(config: Any) -> dict[str, torch.Tensor] | None:
    if config.get("addition_embed_type") != "text_time":
        return None
    sizes = 6 * config.addition_time_embed_dim
    pooled = config.projection_class_embeddings_input_dim - sizes
    return {"text_embeds": torch.empty(1, pooled), "time_ids": torch.empty(1, 6)}
