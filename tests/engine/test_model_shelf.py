"""Checkpoints stay loaded by the bytes they were measured to take."""

import pytest
import torch

from generation.engine import pipelines
from generation.engine.contract import CheckpointMissing, EngineError
from generation.engine.device_memory import bytes_on, total_bytes
from generation.engine.model_shelf import MemoryBudget
from generation.engine.renderer import Renderer
from tests.engine import tiny_model


@pytest.fixture(scope="module")
def others(weights):
    return [tiny_model.build(weights / f"other-{seed}", seed=seed) for seed in (1, 2)]


@pytest.fixture
def loads(monkeypatch):
    """The names of the checkpoints that were loaded, in order."""
    names, real = [], pipelines.load

    def counted(checkpoint, *rest):
        names.append(checkpoint.rsplit("/", 1)[-1])
        return real(checkpoint, *rest)

    monkeypatch.setattr(pipelines, "load", counted)
    return names


@pytest.fixture
def size(shared_renderer, tiny):
    return shared_renderer.prepare(str(tiny), "sd15").resident_bytes


def within(count, size):
    return Renderer(memory=MemoryBudget(models_bytes=int((count + 0.5) * size)))


def test_it_measures_weights_buffers_and_the_pristine_copy(shared_renderer, tiny):
    studio = shared_renderer.prepare(str(tiny), "sd15")
    pipe = studio.model.pipe
    weights = [
        weight for part in (pipe.unet, pipe.text_encoder, pipe.vae) for weight in part.parameters()
    ]
    copied = sum(buffer.pristine.nbytes for buffer in studio.switch.buffers)
    at_least = sum(weight.nbytes for weight in weights) + copied
    # The thrifty decoder's own kernels and the encoders' position ids come on top.
    assert at_least <= studio.resident_bytes < 1.2 * at_least


def test_it_counts_shared_storage_once():
    whole = torch.zeros(100)
    assert bytes_on(torch.device("cpu"), [whole, whole[:50], whole[50:]]) == 400
    assert bytes_on(torch.device("cuda"), [whole]) == 0


def test_it_keeps_checkpoints_that_fit_together(tiny, others, ask, loads, size):
    renderer, names = within(2, size), [str(tiny), str(others[0])]
    # Each once without knowing its size, then once more beside what is known by now.
    for name in names * 4:
        renderer.prepare(name, "sd15")
    assert loads == ["tiny", "other-1", "tiny"]
    assert renderer.loaded == names[1]
    assert renderer.models.kept.held_bytes <= renderer.models.kept.budget_bytes


def test_it_drops_the_least_recently_used_before_it_loads(tiny, others, ask, loads, size):
    renderer, names = within(2, size), [str(tiny), *map(str, others)]
    for name in names * 2:
        renderer.prepare(name, "sd15")
    assert renderer.models.peek(names[0], "sd15") is None
    assert renderer.models.peek(names[1], "sd15") is not None
    assert renderer.models.kept.counts.held_bytes <= 2 * size


def test_it_keeps_the_one_in_use_whatever_it_takes(tiny, others, ask, loads):
    renderer = Renderer(memory=MemoryBudget(models_bytes=1))
    for name in [tiny, tiny, *others]:
        renderer.prepare(str(name), "sd15")
    assert loads == ["tiny", "other-1", "other-2"]


def test_it_gives_the_same_pictures_whatever_was_dropped(tiny, others, ask, ink, size):
    renderer, requests = within(2, size), [ask(ink, checkpoint=str(name)) for name in others]
    requests.append(ask(ink))
    wanted = [Renderer().render(request).images for request in requests]
    assert len({images[0].rgb for images in wanted}) == 3
    for _ in range(3):
        assert [renderer.render(request).images for request in requests] == wanted


def test_it_names_nothing_as_loaded_after_a_load_that_failed(ask, tmp_path):
    renderer = Renderer()
    renderer.render(ask())
    with pytest.raises(CheckpointMissing):
        renderer.render(ask(checkpoint=str(tmp_path)))
    assert renderer.loaded is None


def test_it_takes_half_of_the_memory_unless_told_otherwise():
    assert Renderer().models.kept.budget_bytes == total_bytes(torch.device("cpu")) // 2


def test_it_gives_the_same_bits_with_the_pristine_weights_in_host_memory(ask, ink, neon):
    there, here = (Renderer(memory=MemoryBudget(pristine=place)) for place in ("host", "device"))
    for request in (ask(ink), ask(neon, ink), ask(), ask(ink)):
        assert there.render(request).images == here.render(request).images


def test_it_refuses_a_place_that_does_not_exist():
    with pytest.raises(EngineError, match="kept in 'disk'; choose one of auto, device, host"):
        MemoryBudget(pristine="disk")
