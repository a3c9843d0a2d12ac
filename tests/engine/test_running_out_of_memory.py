"""When an allocation fails, a render gives something up and says what; the picture still comes.

The failures are the allocator's own: a hook asks it for more than any machine has, whenever a
module is given more than the test lets fit.
"""

from contextlib import ExitStack, contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch

from generation.engine import frugality, pipelines, refusals
from generation.engine.contract import DeviceLost, EngineError
from generation.engine.device_memory import is_lost, is_out_of_memory
from generation.engine.frugality import Frugality
from generation.engine.model_shelf import MemoryBudget
from generation.engine.renderer import Renderer
from tests.engine import tiny_model

MORE_THAN_ANY_MACHINE = 1 << 60
RELEASED, SMALLER, TILED = frugality.RELEASED, frugality.SMALLER_BATCH, frugality.TILED_DECODE
OFFLOADED, ON_HOST = frugality.OFFLOADED, frugality.DECODED_ON_HOST


@pytest.fixture
def own(tiny):
    renderer = Renderer()
    renderer.prepare(str(tiny), "sd15")
    return renderer


def fail_on_cpu():
    torch.empty(MORE_THAN_ANY_MACHINE, dtype=torch.uint8)


def fail_as_cuda_does():
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


@contextmanager
def limited(module, fits, fail=fail_on_cpu):
    """Let allocations fail for inputs that do not `fits`; yields the shapes that did."""
    shapes = []

    def check(_, inputs):
        if not fits(inputs[0].shape):
            fail()
        shapes.append(tuple(inputs[0].shape))

    hook = module.register_forward_pre_hook(check)
    try:
        yield shapes
    finally:
        hook.remove()


def pipe_of(renderer, tiny):
    return renderer.prepare(str(tiny), "sd15").model.pipe


def psnr(one, other):
    difference = np.frombuffer(one.rgb, np.uint8).astype(float)
    difference -= np.frombuffer(other.rgb, np.uint8)
    return 20 * np.log10(255) - 10 * np.log10(max(1e-9, (difference**2).mean()))


@pytest.mark.parametrize("fail", [fail_on_cpu, fail_as_cuda_does])
def test_it_halves_the_batch_and_loses_no_step(own, tiny, ask, ink, fail):
    whole, steps = own.render(ask(ink, seeds=(1, 2))), []
    with limited(pipe_of(own, tiny).unet, lambda shape: shape[0] <= 1, fail) as shapes:
        result = own.render(ask(ink, seeds=(1, 2)), lambda told: steps.append(told.step))
    assert result.given_up == (SMALLER,)
    assert steps == [1, 2, 3, 4, 5]
    # Two images, five steps, with and without words: nothing is done twice.
    assert len(shapes) == 2 * 5 * 2
    assert all(psnr(*pair) > 50 for pair in zip(result.images, whole.images, strict=True))


@pytest.mark.parametrize("fits_edge", [16, 24])
def test_it_decodes_in_tiles(own, tiny, ask, fits_edge):
    request = ask(width=128, height=96)
    whole = own.render(request)
    decoder = pipe_of(own, tiny).vae.decoder
    with limited(decoder, lambda shape: max(shape[2:]) <= fits_edge) as shapes:
        result = own.render(request)
    assert result.given_up == (TILED,)
    assert max(edge for shape in shapes for edge in shape[2:]) == fits_edge
    (image,) = result.images
    assert (image.width, image.height) == (128, 96)
    assert psnr(image, whole.images[0]) > 25
    again = own.render(request)
    assert again.given_up == ()
    assert again.images == whole.images


@pytest.mark.parametrize("size", [(64, 64), (72, 40), (136, 88), (264, 64)])
def test_it_joins_tiles_of_any_size(own, tiny, ask, size):
    request = ask(width=size[0], height=size[1], steps=1)
    edge = max(size) // 4
    with limited(pipe_of(own, tiny).vae.decoder, lambda shape: max(shape[2:]) < edge):
        (image,) = own.render(request).images
    assert (image.width, image.height, len(image.rgb)) == (*size, 3 * size[0] * size[1])


def test_it_releases_what_is_idle_before_it_touches_the_picture(tiny, weights, ask, ink, neon):
    renderer, other = Renderer(), tiny_model.build(weights / "idle", seed=5)
    for request in (ask(), ask(checkpoint=str(other)), ask(ink), ask(ink)):
        renderer.render(request)
    renderer.prepare(str(other), "sd15")
    wanted = renderer.render(ask(neon)).images
    renderer.render(ask(ink))
    assert renderer.models.peek(str(other), "sd15") is not None

    def is_alone(_):
        return renderer.models.peek(str(other), "sd15") is None

    with limited(pipe_of(renderer, tiny).unet, is_alone):
        result = renderer.render(ask(neon))
    assert result.given_up == (RELEASED,)
    assert result.images == wanted
    assert renderer.models.loras.counts.evictions == 1


def test_it_says_what_to_do_when_nothing_helps(own, tiny, ask, ink):
    wanted = own.render(ask(ink)).images
    pipe = pipe_of(own, tiny)
    for module in (pipe.unet, pipe.vae.decoder, pipe.text_encoder):
        own.prepare(str(tiny), "sd15").prompts._kept.clear()
        with limited(module, lambda _: False), pytest.raises(EngineError) as refused:
            own.render(ask(ink))
        assert refused.value.retryable
        assert str(refused.value) == (
            "The device ran out of memory; ask for fewer or smaller images."
        )
    assert own.render(ask(ink)).images == wanted


def test_it_goes_on_after_both_ran_short(own, tiny, ask):
    pipe = pipe_of(own, tiny)
    with ExitStack() as limits:
        limits.enter_context(limited(pipe.unet, lambda shape: shape[0] <= 1))
        limits.enter_context(limited(pipe.vae.decoder, lambda shape: max(shape[2:]) <= 12))
        result = own.render(ask(seeds=(1, 2, 3)))
    assert len(result.images) == 3
    assert result.given_up == (SMALLER, TILED)


def test_it_lets_other_errors_pass(own, tiny, ask):
    def fail():
        raise RuntimeError("the device went away")

    with (
        limited(pipe_of(own, tiny).unet, lambda _: False, fail),
        pytest.raises(RuntimeError, match="went away"),
    ):
        own.render(ask())


def test_a_device_that_answers_no_more_is_told_from_one_that_is_full(own, tiny, ask, monkeypatch):
    def fail():
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(refusals, "is_lost", lambda device: True)
    unet = pipe_of(own, tiny).unet
    with limited(unet, lambda shape: False, fail), pytest.raises(DeviceLost):
        own.render(ask())


def test_it_loads_again_once_what_is_idle_has_gone(tiny, weights, ask, monkeypatch):
    other = tiny_model.build(weights / "crowded", seed=6)
    renderer, real, tries = Renderer(), pipelines.load, []
    # Both are measured by now, so that the next load of the one lets the other stay.
    for name in (tiny, other):
        renderer.prepare(str(name), "sd15")

    def crowded(*arguments):
        tries.append(arguments[0])
        if renderer.models.peek(str(other), "sd15"):
            fail_on_cpu()
        return real(*arguments)

    monkeypatch.setattr(pipelines, "load", crowded)
    result = renderer.render(ask())
    assert len(tries) == 2
    assert result.given_up == (RELEASED,)
    assert len(result.images) == 1


def test_it_has_an_order_in_which_it_gives_up(own, tiny, ask):
    studio = own.prepare(str(tiny), "sd15")
    on_a_card = replace(studio, model=replace(studio.model, device=torch.device("cuda")))

    def frugal():
        return Frugality(on_a_card, ask(), lambda: True)

    smaller = [SMALLER] * 3
    assert list(frugal()._denoiser_remedies()) == [RELEASED, *smaller, OFFLOADED]
    assert list(frugal()._decoder_remedies()) == [
        RELEASED, TILED, OFFLOADED, ON_HOST, TILED
    ]  # fmt: skip
    assert list(frugal()._switch_remedies()) == [RELEASED, OFFLOADED]


def test_it_can_decode_in_host_memory_whatever_the_device_computes_in(tiny, ask, monkeypatch):
    renderer = Renderer(precision="bfloat16")
    wanted = renderer.render(ask()).images[0]
    real = Frugality.__init__

    def begin(frugal, *arguments):
        real(frugal, *arguments)
        frugal.decodes_on_host = True

    with monkeypatch.context() as patch:
        patch.setattr(Frugality, "__init__", begin)
        precise = renderer.render(ask()).images[0]
    assert psnr(precise, wanted) > 30
    assert precise != wanted
    assert renderer.render(ask()).images[0] == wanted


def test_it_keeps_the_switch_exact_when_the_pristine_weights_move(tiny, ask, ink, neon):
    renderer = Renderer(memory=MemoryBudget(pristine="device"))
    wanted = [renderer.render(ask(lora)).images for lora in (ink, neon)]
    renderer.prepare(str(tiny), "sd15").switch.move_pristine(torch.device("cpu"))
    assert [renderer.render(ask(lora)).images for lora in (ink, neon)] == wanted


@pytest.mark.parametrize(
    ("error", "is_short"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8"), True),
        (MemoryError(), True),
        (RuntimeError("shapes do not match"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_it_knows_what_running_out_looks_like(error, is_short):
    assert is_out_of_memory(error) is is_short


def test_a_cpu_is_never_lost():
    assert not is_lost(torch.device("cpu"))


def test_it_knows_the_allocator_of_this_machine():
    with pytest.raises(RuntimeError) as failed:
        fail_on_cpu()
    assert is_out_of_memory(failed.value)
