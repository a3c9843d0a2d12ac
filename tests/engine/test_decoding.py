"""The thrifty decoder gives what diffusers' own gives, and leaves alone what it cannot replace."""

import copy

import pytest
import torch
from diffusers import AutoencoderKL
from diffusers.models.autoencoders.vae import DecoderOutput
from diffusers.models.resnet import ResnetBlock2D
from diffusers.models.upsampling import Upsample2D

from generation.engine.host_memory import keep_freed_memory
from generation.engine.thrifty_decoder import ThriftyBlock, ThriftyDoubling, make_thrifty
from generation.engine.tiled_decoder import decoded_in_tiles


@pytest.fixture
def vae(tiny):
    vae = AutoencoderKL.from_pretrained(tiny, subfolder="vae").eval().requires_grad_(False)
    return vae.to(memory_format=torch.channels_last)


def kinds(module):
    return {type(part) for part in module.modules()}


@pytest.mark.parametrize("size", [(8, 8), (5, 12), (1, 3)])
def test_it_decodes_like_diffusers(vae, size):
    thrifty = copy.deepcopy(vae)
    make_thrifty(thrifty.decoder)
    latents = torch.randn(1, 6, *size, generator=torch.Generator().manual_seed(1))
    wanted, got = vae.decode(latents).sample, thrifty.decode(latents).sample
    torch.testing.assert_close(got, wanted, rtol=0, atol=1e-5)
    assert torch.equal(thrifty.decode(latents).sample, got)


def test_it_replaces_every_plain_block_and_doubling(vae):
    make_thrifty(vae.decoder)
    assert {ThriftyBlock, ThriftyDoubling} <= kinds(vae.decoder)
    assert not {ResnetBlock2D, Upsample2D} & kinds(vae.decoder)


def test_it_leaves_other_blocks_alone():
    timed = ResnetBlock2D(in_channels=8, temb_channels=16, groups=4)
    scaled = ResnetBlock2D(in_channels=8, temb_channels=None, groups=4, output_scale_factor=2.0)
    bare = Upsample2D(8, use_conv=False)
    model = torch.nn.Sequential(timed, scaled, bare)
    make_thrifty(model)
    assert list(model) == [timed, scaled, bare]


def test_it_does_not_change_what_it_is_given(vae):
    make_thrifty(vae.decoder)
    latents = torch.randn(1, 6, 4, 4)
    before = latents.clone()
    vae.decode(latents)
    assert torch.equal(latents, before)


def test_it_keeps_freed_memory_where_the_c_library_can(monkeypatch):
    assert keep_freed_memory() in (True, False)
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert keep_freed_memory() is False


class NearSighted(torch.nn.Module):
    """A decoder that sees three latents far: with context its tiles are exactly the whole."""

    def __init__(self):
        super().__init__()
        self.grow = torch.nn.ConvTranspose2d(6, 3, 4, stride=4)
        self.look = torch.nn.Conv2d(3, 3, 13, padding=6)

    def decode(self, latents):
        return DecoderOutput(self.look(self.grow(latents)))


@pytest.mark.parametrize("size", [(16, 16), (19, 33), (5, 40), (8, 9)])
@torch.no_grad()
def test_it_decodes_in_tiles_as_it_does_at_once(size):
    torch.manual_seed(0)
    decoder, latents = NearSighted(), torch.randn(1, 6, *size)
    whole = decoder.decode(latents).sample
    torch.testing.assert_close(decoded_in_tiles(decoder, latents, 8), whole)
