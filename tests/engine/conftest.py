"""One tiny model and a few LoRAs for all engine tests, and a way to ask for renders."""

from dataclasses import replace

import pytest
import torch

from generation.engine import precision
from generation.engine.contract import ImageOrder, RenderRequest
from generation.engine.renderer import Renderer
from tests.engine import tiny_model


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    # A model this small loses more to threads waiting for each other than it gains.
    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def single_precision():
    # What is compared with diffusers must not depend on the CPU that runs the tests.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(precision, "has_native_bfloat16", lambda: False)
        yield


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    return tmp_path_factory.mktemp("weights")


@pytest.fixture(scope="session")
def tiny(weights):
    return tiny_model.build(weights / "tiny")


@pytest.fixture(scope="session")
def ink(tiny, weights):
    return tiny_model.save_lora(tiny, weights / "ink.safetensors", seed=1)


@pytest.fixture(scope="session")
def neon(tiny, weights):
    return tiny_model.save_lora(tiny, weights / "neon.safetensors", seed=2, rank=2, convs=False)


@pytest.fixture(scope="session")
def kohya(tiny, weights):
    return tiny_model.save_kohya(tiny, weights / "kohya.safetensors", seed=3, alpha=2.0)


@pytest.fixture(scope="session")
def shared_renderer():
    return Renderer()


@pytest.fixture
def renderer(shared_renderer):
    """Shared on purpose: what earlier tests applied must never show."""
    return shared_renderer


@pytest.fixture
def ask(tiny):
    """A request for the tiny model: `ask(ink, neon, seeds=(1, 2), steps=4)`."""

    def asked(*loras, seeds=(7,), prompt="a red cat", **fields):
        images = tuple(ImageOrder(f"image-{seed}", prompt, "", seed) for seed in seeds)
        request = RenderRequest(str(tiny), "sd15", images, loras, 64, 64, steps=5)
        return replace(request, **fields)

    return asked
