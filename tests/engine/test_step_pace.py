"""Reports one step behind the device, as on CUDA, here on the CPU: the same words, a step later."""

import pytest

from generation.engine import renderer as renderer_module
from generation.engine.step_pace import StepPace


class Behind(StepPace):
    def __init__(self, *given, is_behind):
        super().__init__(*given, is_behind=True)


@pytest.fixture
def behind(renderer, monkeypatch):
    """behind(request, on_step): a render whose reports come one step behind."""

    def render(request, on_step=None):
        with monkeypatch.context() as patch:
            patch.setattr(renderer_module, "StepPace", Behind)
            return renderer.render(request, on_step)

    return render


def test_it_says_the_same_in_the_same_order(renderer, behind, ask, ink):
    request, at_once, later = ask(ink, seeds=(1, 2), steps=6, preview_every=2), [], []
    images = renderer.render(request, at_once.append).images
    assert behind(request, later.append).images == images
    assert later == at_once
    assert [progress.step for progress in later] == [1, 2, 3, 4, 5, 6]
    assert all(later[index].previews for index in (1, 3))


def test_it_tells_of_a_step_once_the_next_is_launched(behind, renderer, tiny, ask):
    passes, told = [], []
    unet = renderer.prepare(str(tiny), "sd15").model.pipe.unet
    hook = unet.register_forward_pre_hook(lambda *_: passes.append(1))
    try:
        behind(ask(steps=4), lambda progress: told.append((progress.step, len(passes))))
    finally:
        hook.remove()
    assert told == [(1, 2), (2, 3), (3, 4), (4, 4)]


@pytest.mark.parametrize("step", [1, 3, 5])
def test_it_drops_what_nobody_wants(behind, renderer, ask, ink, step):
    whole = renderer.render(ask(ink, seeds=(1, 2, 3), steps=5)).images

    def cancel(progress):
        return frozenset({"image-2"}) if progress.step == step else None

    kept = behind(ask(ink, seeds=(1, 2, 3), steps=5), cancel).images
    assert kept == (whole[0], whole[2])


def test_it_stops_within_a_step_when_everything_is_cancelled(behind, ask):
    steps = []

    def cancel(progress):
        steps.append(progress.step)
        return frozenset({"image-1", "image-2"}) if progress.step == 3 else frozenset()

    assert behind(ask(seeds=(1, 2), steps=5), cancel).images == ()
    assert steps == [1, 2, 3]


def test_it_leaves_the_next_render_whole_when_a_report_raises(behind, renderer, ask, ink, neon):
    wanted = renderer.render(ask(neon)).images

    def die(progress):
        raise ConnectionError("the worker is gone")

    with pytest.raises(ConnectionError):
        behind(ask(ink), die)
    assert renderer.render(ask(neon)).images == wanted
