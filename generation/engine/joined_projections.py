"""Several projections of one input as one product, for a UNet's pass while it is compiled.

A GPU makes one large product in less time than several small ones. The LoRA switch lays the
weights of one shape one behind the other, a self-attention's query, key and value as neighbours
and likewise the keys and values of all attentions to the words: each such row is one matrix, seen
without a copy. So every switch of a pack is seen, too. The idea is diffusers' own
`fuse_qkv_projections`, which copies weights.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, pairwise
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from torch.nn import functional


class SelfAttention:
    """diffusers' AttnProcessor2_0, with query, key and value from one product."""

    def __init__(self, weight: torch.Tensor) -> None:
        self.weight = weight

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        parts = functional.linear(hidden_states, self.weight).chunk(3, dim=-1)
        return _attended(attn, parts, attention_mask)


class WordAttention:
    """diffusers' AttnProcessor2_0, with the words' key and value that were made beforehand."""

    def __init__(self) -> None:
        self.made: tuple[torch.Tensor, torch.Tensor] | None = None

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        assert self.made is not None, "made as soon as the UNet is asked"
        return _attended(attn, (attn.to_q(hidden_states), *self.made), attention_mask)


class WordProducts:
    """All keys and values of the words: made once before many passes with the same words, or, where
    nobody did that, as soon as a UNet is asked."""

    def __init__(self, attentions: Sequence[Any]) -> None:
        self._processors = [WordAttention() for _ in attentions]
        for attention, processor in zip(attentions, self._processors, strict=True):
            attention.processor = processor
        weights = [weight for it in attentions for weight in _projections(it)[1:]]
        runs = list(_runs(sorted(weights, key=torch.Tensor.data_ptr)))
        self._joined = [adjoined(run)[0] for run in runs]
        places = {
            weight.data_ptr(): (product, part)
            for product, run in enumerate(runs)
            for part, weight in enumerate(run)
        }
        self._counts = [len(run) for run in runs]
        self._places = [places[weight.data_ptr()] for weight in weights]
        self._are_made = False

    def make(self, words: torch.Tensor) -> list[torch.Tensor]:
        """Of words (images, tokens, width), for all passes from now on; what those will read."""
        self._are_made = True
        return self._make(words)

    def on_asking(self, _: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> None:
        if not self._are_made:
            self._make(positional[2] if len(positional) > 2 else named["encoder_hidden_states"])

    def forget(self, *_: Any) -> None:
        if not self._are_made:
            for processor in self._processors:
                processor.made = None

    def _make(self, words: torch.Tensor) -> list[torch.Tensor]:
        products = [functional.linear(words, weight) for weight in self._joined]
        made = [
            product.chunk(count, dim=-1)
            for product, count in zip(products, self._counts, strict=True)
        ]
        parts = [made[product][part] for product, part in self._places]
        for processor, key, value in zip(self._processors, parts[::2], parts[1::2], strict=True):
            processor.made = key, value
        return products


@contextmanager
def joined_projections(module: torch.nn.Module) -> Iterator[WordProducts | None]:
    """Inside, a UNet's plain attentions share products; any other module is left alone.

    Gives the words' products, None where there are none. What was compiled and recorded inside
    goes on working afterwards.
    """
    attentions = _plain_attentions(module)
    before = {attention: attention.processor for attention in attentions}
    for attention in attentions:
        if not attention.is_cross_attention and (weight := adjoined(_projections(attention))):
            attention.processor = SelfAttention(weight[0])
    crossing = [it for it in attentions if it.is_cross_attention]
    words = WordProducts(crossing)
    hooks = (
        module.register_forward_pre_hook(words.on_asking, with_kwargs=True),
        module.register_forward_hook(words.forget),
    )
    try:
        yield words if crossing else None
    finally:
        for hook in hooks:
            hook.remove()
        for attention, processor in before.items():
            attention.processor = processor


def adjoined(weights: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Matrices of one shape that lie one behind the other in memory, as one: a list of one, or
    none where they do not."""
    if not all(_follows(one, other) for one, other in pairwise(weights)):
        return []
    first, rows = weights[0], sum(len(weight) for weight in weights)
    return [first.as_strided((rows, first.shape[1]), (first.shape[1], 1))]


def _follows(one: torch.Tensor, other: torch.Tensor) -> bool:
    return (
        one.shape == other.shape
        and one.dtype == other.dtype
        and one.is_contiguous()
        and other.is_contiguous()
        and one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()
        and one.data_ptr() + one.nbytes == other.data_ptr()
    )


def _plain_attentions(module: torch.nn.Module) -> list[Any]:
    if not isinstance(module, UNet2DConditionModel) or module.encoder_hid_proj is not None:
        return []
    return [part for part in module.modules() if isinstance(part, Attention) and _is_plain(part)]


def _is_plain(attention: Any) -> bool:
    extras = ("spatial_norm", "group_norm", "norm_cross", "norm_q", "norm_k")
    return (
        type(attention.processor) is AttnProcessor2_0
        and not any(getattr(attention, extra, None) for extra in extras)
        and not attention.residual_connection
        and attention.rescale_output_factor == 1
        and all(part.bias is None for part in (attention.to_q, attention.to_k, attention.to_v))
    )


def _projections(attention: Any) -> list[torch.Tensor]:
    return [part.weight.data for part in (attention.to_q, attention.to_k, attention.to_v)]


def _runs(weights: Sequence[torch.Tensor]) -> Iterator[list[torch.Tensor]]:
    breaks = [not _follows(one, other) for one, other in pairwise(weights)]
    numbers = [sum(breaks[:index]) for index in range(len(weights))]
    for _, run in groupby(zip(numbers, weights, strict=True), key=lambda pair: pair[0]):
        yield [weight for _, weight in run]


def _attended(
    attn: Any, parts: Sequence[torch.Tensor], attention_mask: torch.Tensor | None
) -> torch.Tensor:
    assert attention_mask is None, "a whole UNet pass is told of no mask"
    images, tokens, width = parts[0].shape
    query, key, value = (
        part.reshape(images, -1, attn.heads, width // attn.heads).transpose(1, 2) for part in parts
    )
    seen = functional.scaled_dot_product_attention(query, key, value)
    flat = seen.transpose(1, 2).reshape(images, tokens, width)
    result: torch.Tensor = attn.to_out[1](attn.to_out[0](flat))
    return result
