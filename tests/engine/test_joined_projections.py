"""Projections that share a product give what each gives by itself, and see every pack."""

import pytest
import torch

from generation.engine.joined_projections import adjoined, joined_projections
from generation.engine.prompts import encode
from generation.engine.renderer import Renderer
from tests.engine import tiny_model, tiny_sdxl


@pytest.fixture(params=["sd15", "sdxl"])
def studio(request, weights):
    family = request.param
    build = {"sd15": tiny_model.build, "sdxl": tiny_sdxl.build}[family]
    return Renderer().prepare(str(build(weights / f"joined-{family}")), family)


def products_of(unet, ask):
    """How many matrix products a pass takes, by the outputs of each."""
    counted = []
    linear = torch.nn.functional.linear

    def counting(seen, weight, bias=None):
        counted.append(len(weight))
        return linear(seen, weight, bias)

    torch.nn.functional.linear = counting
    try:
        return ask(unet), counted
    finally:
        torch.nn.functional.linear = linear


def asked(studio):
    torch.manual_seed(0)
    manner, pipe = studio.model.family.manner, studio.model.pipe
    told = encode(studio.model, "a red cat") | manner.size(pipe, 64, 64)
    sample = torch.randn(1, studio.model.denoiser.config.in_channels, 16, 16)
    return lambda _: manner.noise(pipe, sample, torch.tensor(5), told)


def test_it_predicts_the_same_with_fewer_products(studio):
    unet, ask = studio.model.denoiser, asked(studio)
    wanted, apart = products_of(unet, ask)
    with joined_projections(unet):
        found, together = products_of(unet, ask)
    assert torch.allclose(found, wanted, atol=1e-5)
    attentions = [it for it in unet.modules() if type(it).__name__ == "Attention"]
    crossing = [it for it in attentions if it.is_cross_attention]
    widths = {tuple(it.to_k.weight.shape) for it in crossing}
    saved = 2 * (len(attentions) - len(crossing)) + 2 * len(crossing) - len(widths)
    assert len(together) == len(apart) - saved


def test_keys_and_values_are_made_once_for_many_passes(studio):
    unet, ask = studio.model.denoiser, asked(studio)
    words = encode(studio.model, "a red cat")["embedding"]
    with joined_projections(unet) as products:
        wanted, together = products_of(unet, ask)
        _, made = products_of(words, products.make)
        (first, counted), (second, again) = (products_of(unet, ask) for _ in range(2))
    assert made
    assert counted == again
    assert sorted(counted + made) == sorted(together)
    assert torch.equal(first, wanted)
    assert torch.equal(first, second)


def test_it_leaves_the_model_as_it_was(studio):
    unet, ask = studio.model.denoiser, asked(studio)
    before = [type(it.processor) for it in unet.modules() if hasattr(it, "processor")]
    with pytest.raises(ZeroDivisionError), joined_projections(unet):
        raise ZeroDivisionError
    after = [type(it.processor) for it in unet.modules() if hasattr(it, "processor")]
    assert after == before
    assert not unet._forward_pre_hooks
    assert ask(unet).isfinite().all()


def test_it_leaves_other_modules_alone(studio):
    vae = studio.model.pipe.vae
    before = dict(vae.attn_processors)
    with joined_projections(vae):
        assert dict(vae.attn_processors) == before


def test_only_neighbours_in_memory_are_joined():
    whole = torch.arange(24.0).view(3, 2, 4)
    assert torch.equal(adjoined([whole[0], whole[1]])[0], whole[:2].flatten(0, 1))
    assert adjoined([whole[0], whole[2]]) == []
    assert adjoined([whole[0].clone(), whole[1].clone()]) == []
