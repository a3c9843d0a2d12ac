"""The shipped model renders as plain diffusers renders it, with each LoRA that ships."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generation.engine.contract import ImageOrder, RenderRequest, RenderResult
from generation.engine.renderer import Renderer
from tests.engine import tiny_model
from tests.engine.test_matching_diffusers import by_diffusers, pixels, psnr

WEIGHTS = Path(__file__).resolve().parents[2] / "starter" / "weights"
LORAS = sorted(path for path in (WEIGHTS / "loras").glob("*.safetensors") if path.stem != "draft")

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        not (WEIGHTS / "starter" / "model_index.json").is_file(), reason="no starter model here"
    ),
]


@pytest.fixture(scope="module")
def renderer():
    return Renderer()


def request_for(*loras) -> RenderRequest:
    order = ImageOrder("one", "a red boat by the sea at sunset", "", 7)
    return RenderRequest(str(WEIGHTS / "starter"), "sd15", (order,), loras, steps=4)


@pytest.mark.parametrize("path", LORAS, ids=lambda path: path.stem)
def test_it_applies_every_shipped_lora(renderer, path):
    lora = tiny_model.use(path)
    bare, styled = renderer.render(request_for()), renderer.render(request_for(lora))
    assert bare.images != styled.images


def test_it_renders_like_diffusers(renderer):
    request = request_for()
    assert psnr(pixels(renderer.render(request)), by_diffusers(request)) > 50
    if LORAS:
        lora = replace(tiny_model.use(LORAS[0]), weight=0.8)
        request = request_for(lora)
        assert psnr(pixels(renderer.render(request)), by_diffusers(request, lora)) > 45


def test_it_gives_the_same_bytes_alone_and_in_a_batch(renderer):
    alone = request_for()
    other = ImageOrder("two", "a blue house in the forest", "", 8)
    together = replace(alone, images=(alone.images[0], other))
    assert renderer.render(together).images[0] == renderer.render(alone).images[0]


@pytest.mark.skipif(len(LORAS) < 7, reason="fewer than seven packs here")
def test_it_gives_every_pack_a_look_of_its_own(renderer):
    looks = {"bare": _small(renderer.render(request_for()))}
    for path in LORAS[:7]:
        looks[path.stem] = _small(renderer.render(request_for(tiny_model.use(path))))
    for one, other in itertools.combinations(looks, 2):
        # Grey levels, on thumbnails of 64 px: a look must differ where a person sees it.
        assert np.abs(looks[one] - looks[other]).mean() > 4, (one, other)


def _small(result: RenderResult) -> np.ndarray:
    image = result.images[0]
    picture = Image.frombytes("RGB", (image.width, image.height), image.rgb)
    return np.asarray(picture.resize((64, 64), Image.Resampling.BOX), dtype=float)
