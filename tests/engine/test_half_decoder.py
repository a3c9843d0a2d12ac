"""A decoder that is carried small makes the same picture, and none too large for half precision."""

import copy

import pytest
import torch
from diffusers import AutoencoderKL
from diffusers.models.resnet import ResnetBlock2D

from generation.engine.half_decoder import carry_small
from tests.engine import tiny_sdxl

LATENTS = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def vae(tmp_path_factory):
    folder = tiny_sdxl.build(tmp_path_factory.mktemp("carried") / "sdxl")
    own = AutoencoderKL.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    return own.eval().requires_grad_(False)


def pictures(vae):
    latents = LATENTS[:, : vae.config.latent_channels].to(vae.dtype)
    return vae.decode(latents).sample.float()


def loud(vae):
    """A decoder whose stream grows far beyond half precision."""
    own = copy.deepcopy(vae)
    own.decoder.conv_in.weight.mul_(1e5)
    for block in own.decoder.modules():
        if isinstance(block, ResnetBlock2D):
            block.conv2.weight.mul_(1e5)
    return own


def carried(vae):
    own = copy.deepcopy(vae)
    assert carry_small(own.decoder)
    return own


@pytest.mark.parametrize("of", [copy.deepcopy, loud])
def test_it_makes_the_same_picture_bit_for_bit(vae, of):
    wanted = of(vae)
    assert torch.equal(pictures(carried(wanted)), pictures(wanted))


def test_half_precision_holds_what_would_overflow(vae):
    wanted = pictures(loud(vae))
    assert not torch.isfinite(pictures(loud(vae).half())).all()
    found = pictures(carried(loud(vae)).half())
    assert (found - wanted).abs().mean() < 2e-3 * wanted.abs().max()


def test_a_decoder_with_an_unknown_part_is_left_as_it_is(vae):
    own = copy.deepcopy(vae)
    own.decoder.mid_block.resnets[0].output_scale_factor = 2.0
    wanted = pictures(own)
    assert not carry_small(own.decoder)
    assert torch.equal(pictures(own), wanted)
