"""Number types: which one a device gets, and what a coarser one may cost."""

from dataclasses import replace

import pytest
import torch

from generation.engine import precision
from generation.engine.contract import EngineError
from generation.engine.precision import has_native_bfloat16
from generation.engine.renderer import Renderer
from tests.engine.test_matching_diffusers import pixels, psnr

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.fixture(scope="module")
def coarse():
    return Renderer(precision="bfloat16")


def live_and_pristine(renderer, tiny):
    return [(b.live, b.pristine) for b in renderer.prepare(str(tiny), "sd15").switch.buffers]


@pytest.mark.parametrize(
    ("able", "wanted"),
    [
        ({"amx_bf16": True}, torch.bfloat16),
        ({"amx_bf16": False, "avx512_bf16": True}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_it_takes_bfloat16_where_the_cpu_multiplies_it(monkeypatch, able, wanted):
    monkeypatch.setattr(precision, "has_native_bfloat16", has_native_bfloat16)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert precision.chosen("auto", CPU) == wanted


def test_it_obeys_a_named_precision():
    assert precision.chosen("float32", CPU) == torch.float32
    assert precision.chosen("bfloat16", CPU) == torch.bfloat16
    assert precision.chosen("auto", CUDA) == torch.float16


def test_it_refuses_an_unknown_precision(ask):
    with pytest.raises(EngineError, match="no precision 'half'; choose one of auto, float32"):
        Renderer(precision="half").render(ask())


def test_it_writes_the_precision_into_the_image(renderer, coarse, ask):
    assert renderer.render(ask()).images[0].precision == "float32"
    assert coarse.render(ask()).images[0].precision == "bfloat16"


def test_it_keeps_the_words_and_the_pristine_weights_in_single_precision(coarse, tiny):
    pipe = coarse.prepare(str(tiny), "sd15").model.pipe
    assert {p.dtype for p in pipe.text_encoder.parameters()} == {torch.float32}
    assert {p.dtype for p in pipe.unet.parameters()} == {torch.bfloat16}
    assert {p.dtype for p in pipe.vae.parameters()} == {torch.bfloat16}
    assert {pristine.dtype for _, pristine in live_and_pristine(coarse, tiny)} == {torch.float32}


def test_it_comes_back_to_the_rounded_pristine_weights_bit_for_bit(coarse, tiny, ask, ink, neon):
    before = coarse.render(ask()).images
    coarse.render(ask(ink))
    coarse.render(ask(replace(ink, weight=0.6), neon))
    assert coarse.render(ask()).images == before
    for live, pristine in live_and_pristine(coarse, tiny):
        assert torch.equal(live, pristine.to(live.dtype))


def test_it_rounds_the_sum_of_weights_and_loras_once(renderer, coarse, tiny, ask, ink, neon):
    both = (replace(ink, weight=0.6), neon)
    exact = {}
    for one in (renderer, coarse):
        one.render(ask(*both, steps=1))
        parts = one.prepare(str(tiny), "sd15").model.lora_components
        exact[one] = {
            f"{name}.{path}": weight.clone()
            for name, part in parts.items()
            for path, weight in part.named_parameters()
        }
    for name, weight in exact[coarse].items():
        wanted = exact[renderer][name].to(weight.dtype)
        # The last bit of the exact sum depends on how a product was blocked.
        torch.testing.assert_close(weight, wanted, rtol=2**-7, atol=1e-6, msg=name)
        assert (weight != wanted).float().mean() < 0.01, name


@pytest.mark.parametrize("pack", [(), ("ink",)])
def test_it_makes_the_same_picture_in_bfloat16(renderer, coarse, ask, request, pack):
    loras = [request.getfixturevalue(name) for name in pack]
    wanted = pixels(renderer.render(ask(*loras)))
    assert psnr(pixels(coarse.render(ask(*loras))), wanted) > 30


def test_it_gives_the_same_bytes_in_bfloat16(coarse, ask, ink):
    first = coarse.render(ask(ink, seeds=(1, 2))).images
    assert Renderer(precision="bfloat16").render(ask(ink, seeds=(1,))).images[0] == first[0]
