"""Reports one step behind the device, as on CUDA, here on the CPU: the same words, a step later."""

from dataclasses import replace

import pytest

from generation.engine import renderer as renderer_module
from generation.engine.contract import LoraRefused
from generation.engine.proofs import Proof
from generation.engine.renderer import Renderer
from generation.engine.step_pace import SILENT_STEPS, StepPace


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


@pytest.fixture
def slow_hash(monkeypatch):
    """No hash is known before somebody waits for it."""
    monkeypatch.setattr(Proof, "is_known", property(lambda _: False))


def test_it_is_silent_until_loras_are_proven(behind, ask, ink, slow_hash):
    for steps, told in ((SILENT_STEPS + 4, range(SILENT_STEPS, SILENT_STEPS + 5)), (3, (3,))):
        heard = []
        behind(ask(ink, steps=steps), lambda progress, heard=heard: heard.append(progress.step))
        assert heard == list(told)


def test_it_tells_nothing_of_another_file_whose_hash_comes_late(
    behind, renderer, ask, ink, slow_hash
):
    heard = []
    with pytest.raises(LoraRefused, match="SHA-256 differs"):
        behind(ask(replace(ink, sha256="1" * 64), steps=4), heard.append)
    assert heard == []


def test_the_picture_is_decoded_while_the_last_step_is_told(behind, ask, monkeypatch):
    happened, decode = [], renderer_module.decode

    def noted(*given):
        happened.append("decoded")
        return decode(*given)

    monkeypatch.setattr(renderer_module, "decode", noted)
    behind(ask(steps=3), lambda progress: happened.append(progress.step))
    assert happened == [1, 2, "decoded", 3]


def test_on_a_cpu_every_step_is_told(ask, ink, slow_hash):
    heard = []
    Renderer().render(ask(ink, steps=4), lambda progress: heard.append(progress.step))
    assert heard == [1, 2, 3, 4]
