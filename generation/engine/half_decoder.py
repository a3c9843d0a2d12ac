"""A decoder that overflows in half precision, carried small enough for it.

SDXL's decoder sums up a stream of values beyond 65,504, half precision's largest, so pipelines
decode in single precision, which takes twice the time. But all that reads the stream is
normalised by group, and a normalisation takes every factor out again. Whatever writes into the
stream therefore writes a 32nd of it here: a power of two, so that in single precision no bit of a
picture changes.
"""

from collections.abc import Iterator
from typing import Any

from diffusers.models.attention_processor import Attention
from diffusers.models.autoencoders.vae import Decoder
from diffusers.models.resnet import ResnetBlock2D
from diffusers.models.unets.unet_2d_blocks import UNetMidBlock2D, UpDecoderBlock2D
from diffusers.models.upsampling import Upsample2D
from torch import nn

from generation.engine.thrifty_decoder import is_plain_block, is_plain_doubling

SHARE = 2.0**-5
FRAMES = (Decoder, UNetMidBlock2D, UpDecoderBlock2D, nn.ModuleList)


def carry_small(decoder: Any) -> bool:
    """Rewrite the decoder's weights in place; False, and nothing done, where it has a part whose
    way with the stream is not known."""
    if not all(_is_known(part) for part in _parts(decoder)):
        return False
    _write_less(decoder.conv_in)
    decoder.conv_norm_out.eps *= SHARE**2
    for part in _parts(decoder):
        if isinstance(part, ResnetBlock2D):
            _carry_block(part)
        elif isinstance(part, Attention):
            part.group_norm.eps *= SHARE**2
            _write_less(part.to_out[0])
        elif isinstance(part, Upsample2D):
            part.conv.bias.data *= SHARE
    return True


def _carry_block(block: Any) -> None:
    for norm in (block.norm1, block.norm2):
        norm.eps *= SHARE**2
    for writer in (block.conv1, block.conv2):
        _write_less(writer)
    # It reads the stream itself, not what was normalised.
    if block.conv_shortcut is not None and block.conv_shortcut.bias is not None:
        block.conv_shortcut.bias.data *= SHARE


def _write_less(writer: Any) -> None:
    writer.weight.data *= SHARE
    writer.bias.data *= SHARE


def _parts(module: nn.Module) -> Iterator[nn.Module]:
    """What the stream goes through, in frames of any depth."""
    for part in module.children():
        if isinstance(part, FRAMES):
            yield from _parts(part)
        else:
            yield part


def _is_known(part: Any) -> bool:
    if isinstance(part, ResnetBlock2D):
        return is_plain_block(part)
    if isinstance(part, Upsample2D):
        return is_plain_doubling(part)
    if isinstance(part, Attention):
        adds = part.residual_connection and part.rescale_output_factor == 1
        return adds and part.spatial_norm is None and part.group_norm is not None
    # The first convolution, the last normalisation and what follows it.
    return isinstance(part, nn.Conv2d | nn.GroupNorm | nn.SiLU)
