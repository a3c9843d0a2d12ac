"""Compiled and recorded passes, as far as a CPU goes: the compiler's front half is real, its back
end hands the traced code over as it is, and a recording calls the compiled code again."""

import gc
import logging
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch._dynamo.utils import counters
from torch.nn.attention import SDPBackend

from generation.engine import compiling, fast_passes, model_shelf
from generation.engine.compiling import (
    BLOCKS,
    GRAPHS,
    OFF,
    WHOLE,
    WORDS,
    Compiling,
    WarmUp,
    compiled,
    preferred_attention,
)
from generation.engine.contract import EngineError
from generation.engine.fast_passes import NOT_COMPILED, FastPass, bucket_of
from generation.engine.model_shelf import MemoryBudget
from generation.engine.renderer import Renderer
from tests.engine import tiny_sdxl


class Replay:
    byte_size = 1000
    output = None

    def __init__(self, ask, played):
        self._ask, self._played = ask, played

    @property
    def was_last(self):
        return self._played[-1:] == [self]

    def play(self):
        self.output = self._ask()
        self._played.append(self)


class PlainRecorder:
    """Records nothing: it keeps what it would have recorded, and asks for it each time.

    `recorded` counts passes; what is made once before many of them is not counted.
    """

    def __init__(self):
        self.recorded = 0
        self.played = []

    def record(self, ask):
        self.recorded += isinstance(ask(), torch.Tensor)
        return Replay(ask, self.played)


@pytest.fixture
def recorder(monkeypatch):
    """On this machine every renderer that is told to compile records with this."""
    plain = PlainRecorder()
    monkeypatch.setattr(
        model_shelf, "_recorder", lambda _, compiling: plain if compiling.way != OFF else None
    )
    yield plain
    gc.unfreeze()


def warm(request, way=WHOLE, sizes=((64, 64),), **options):
    renderer = Renderer(compiling=Compiling(way, backend="eager", **options))
    return renderer, renderer.warm_up(request.checkpoint, request.family, sizes)


def fast_of(renderer, request):
    return renderer.models.peek(request.checkpoint, request.family).model.fast


def psnr(one, other):
    difference = np.frombuffer(one.rgb, np.uint8).astype(float)
    difference -= np.frombuffer(other.rgb, np.uint8)
    return 20 * np.log10(255) - 10 * np.log10(max(1e-9, (difference**2).mean()))


@pytest.mark.parametrize("way", [WHOLE, BLOCKS, GRAPHS])
def test_it_gives_the_picture_that_it_would_give_without(recorder, renderer, ask, ink, way):
    own, report = warm(ask(), way)
    assert report.failures == ()
    # Words with their opposite, words alone, and one decoder for both.
    assert len(report.passes) == recorder.recorded == 3
    # One recording serves every sampler, whether it counts time in integers or in fractions.
    for sampler in ("dpmpp_2m", "euler", "ddim", "lcm"):
        request = ask(ink, sampler=sampler)
        result = own.render(request)
        assert psnr(result.images[0], renderer.render(request).images[0]) > 50
        assert result.given_up == ()
    assert recorder.recorded == 3


@pytest.mark.parametrize("way", [WHOLE, BLOCKS])
def test_it_compiles_sdxl(recorder, weights, ask, way):
    checkpoint = tiny_sdxl.build(weights / f"sdxl-{way}")
    request = ask(checkpoint=str(checkpoint), family="sdxl")
    own, report = warm(request, way)
    assert (len(report.passes), report.failures) == (3, ())
    assert psnr(own.render(request).images[0], Renderer().render(request).images[0]) > 50


@pytest.mark.parametrize("way", [WHOLE, BLOCKS])
def test_it_sees_every_pack_and_recompiles_for_none(recorder, renderer, ask, ink, neon, way):
    own, _ = warm(ask(), way)
    before = counters["stats"]["unique_graphs"]
    with torch._dynamo.config.patch(error_on_recompile=True):
        for loras in ((ink,), (neon,), (ink, neon), (), (ink,)):
            request = ask(*loras)
            fast, plain = own.render(request).images[0], renderer.render(request).images[0]
            assert psnr(fast, plain) > 50
    assert counters["stats"]["unique_graphs"] == before
    assert recorder.recorded == 3


@pytest.mark.parametrize("way", [GRAPHS, BLOCKS])
def test_it_compiles_nothing_while_somebody_waits(recorder, renderer, ask, way):
    own, _ = warm(ask(), way)
    before = counters["stats"]["unique_graphs"]
    odd = ask(width=96, height=64)
    assert own.render(odd).images == renderer.render(odd).images
    assert counters["stats"]["unique_graphs"] == before
    assert recorder.recorded == 3


def test_it_prepares_each_size_once(recorder, ask):
    own, report = warm(ask(), GRAPHS, sizes=((64, 64), (96, 64)))
    assert len(report.passes) == 6
    again = own.warm_up(ask().checkpoint, "sd15", ((64, 64),))
    assert set(again.passes) == set(report.passes)
    assert recorder.recorded == 6


def test_it_keeps_a_bounded_number_and_drops_the_least_recently_played(recorder, ask, monkeypatch):
    monkeypatch.setattr(fast_passes, "MOST_KEPT", 3)
    own, _ = warm(ask(), GRAPHS)
    own.render(ask(guidance=1.0))
    fast = fast_of(own, ask())
    first = [str(bucket) for bucket in fast.buckets]
    assert first == [
        "denoiser 2 x 6 x 16 x 16",
        "denoiser 1 x 6 x 16 x 16",
        "decoder 1 x 6 x 16 x 16",
    ]
    own.warm_up(ask().checkpoint, "sd15", ((96, 64),))
    kept = [str(bucket) for bucket in fast.buckets]
    assert kept == [
        "denoiser 2 x 6 x 16 x 24",
        "denoiser 1 x 6 x 16 x 24",
        "decoder 1 x 6 x 16 x 24",
    ]


def test_it_counts_recordings_as_the_models_memory(recorder, ask):
    own, report = warm(ask(), GRAPHS)
    plain = Renderer()
    plain.prepare(ask().checkpoint, "sd15")
    inputs = fast_of(own, ask()).byte_size - 1000 * len(report.passes)
    assert 0 < inputs < 100_000
    there, here = (it.models.kept.held_bytes for it in (own, plain))
    assert there - here == inputs + 1000 * len(report.passes)


def test_it_renders_without_where_the_compiler_fails(recorder, renderer, ask, monkeypatch, caplog):
    def fail(*_, **__):
        raise RuntimeError("no C compiler here")

    monkeypatch.setattr(torch, "compile", fail)
    own, report = warm(ask())
    assert len(report.passes) == 3
    assert "denoiser 2 x 6 x 16 x 16: no C compiler here" in report.failures
    assert "could not be prepared (whole): no C compiler here" in caplog.text
    result = own.render(ask())
    assert result.images == renderer.render(ask()).images
    assert result.given_up == (NOT_COMPILED,)


def test_it_renders_without_where_nothing_can_be_recorded(recorder, renderer, ask, caplog):
    def fail(_):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    recorder.record = fail
    own, report = warm(ask())
    assert report.passes == ()
    assert len(report.failures) == 3
    result = own.render(ask())
    assert result.images == renderer.render(ask()).images
    assert result.given_up == (NOT_COMPILED,)
    # It does not try again while somebody waits, nor at the next warm-up.
    assert caplog.text.count("could not be prepared") == 6
    own.warm_up(ask().checkpoint, "sd15", ((64, 64),))
    assert caplog.text.count("could not be prepared") == 6


def test_it_says_which_size_could_not_be_warmed_up(recorder, ask):
    _, report = warm(ask(), GRAPHS, sizes=((65, 64), (64, 64)))
    assert len(report.passes) == 3
    assert report.failures[0].startswith("65 x 64 with guidance: This model renders sizes")


def test_it_never_plays_a_recording_whose_weights_moved(recorder, renderer, ask, caplog):
    own, _ = warm(ask(), GRAPHS)
    vae = own.models.peek(ask().checkpoint, "sd15").model.pipe.vae
    vae.to(torch.float64).to(torch.float32)
    result = own.render(ask())
    assert result.images == renderer.render(ask()).images
    assert "decoder 1 x 6 x 16 x 16 moved" in caplog.text
    assert own.render(ask()).given_up == (NOT_COMPILED,)


def test_it_goes_on_as_written_when_the_batch_is_halved(recorder, renderer, ask):
    own, report = warm(ask(), GRAPHS)
    odd = ask(width=96, seeds=(1, 2))
    unet = own.models.peek(odd.checkpoint, "sd15").model.denoiser

    def narrow(_, inputs):
        if inputs[0].shape[0] > 1:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    hook = unet.register_forward_pre_hook(narrow)
    result = own.render(odd)
    hook.remove()
    assert result.given_up == ("smaller batch",)
    assert psnr(result.images[0], renderer.render(odd).images[0]) > 50
    assert recorder.recorded == len(report.passes)


def test_it_leaves_the_modules_as_they_were(ask):
    unet = Renderer().prepare(ask().checkpoint, "sd15").model.denoiser

    def fail():
        assert any(part._compiled_call_impl for part in unet.modules())
        raise RuntimeError("half-way")

    with (
        pytest.raises(RuntimeError, match="half-way"),
        compiled(BLOCKS, Compiling(BLOCKS), unet, fail) as (ask_it, _),
    ):
        ask_it()
    assert not any(part._compiled_call_impl for part in unet.modules())


def test_it_makes_of_the_words_once_what_all_steps_read(recorder, renderer, ask, ink):
    own, _ = warm(ask(), BLOCKS)
    request = ask(ink, steps=4)
    recorder.played.clear()
    picture = own.render(request).images[0]
    kinds = ["words" if isinstance(it.output, list) else "pass" for it in recorder.played]
    assert kinds == ["words", *["pass"] * 4, "pass"]  # four steps and the decoder
    assert psnr(picture, renderer.render(request).images[0]) > 50


def test_it_makes_them_again_for_other_words_or_after_another_pass():
    played = []
    module = torch.nn.Linear(2, 2)
    inputs = {WORDS: torch.zeros(1, 2)}
    once = Replay(lambda: [inputs[WORDS] + 1], played)
    step = Replay(lambda: once.output[0] * 2, played)
    fast, other = FastPass(module, inputs, step, once), Replay(lambda: None, played)
    words, others = torch.ones(1, 2), torch.full((1, 2), 5.0)
    for told, comes_to in ((words, 4), (words, 4), (others, 12), (words, 4)):
        assert torch.equal(fast.play({WORDS: told}), torch.full((1, 2), float(comes_to)))
    assert [it is once for it in played] == [1, 0, 0, 1, 0, 1, 0]
    other.play()
    fast.play({WORDS: words})
    assert played[-2:] == [once, step]


def test_it_tells_buckets_by_all_that_a_pass_is_told():
    told = {"sample": torch.zeros(2, 4, 8, 8), "timestep": torch.tensor(3), "words": torch.zeros(1)}
    bucket = bucket_of("denoiser", told)
    assert bucket == bucket_of("denoiser", {**told, "timestep": torch.tensor(3.5)})
    assert bucket != bucket_of("decoder", told)
    assert bucket != bucket_of("denoiser", {**told, "sample": torch.zeros(2, 4, 8, 16)})
    assert bucket != bucket_of("denoiser", {**told, "words": torch.zeros(2)})
    assert bucket != bucket_of("denoiser", {**told, "words": torch.zeros(1).half()})


def test_it_does_nothing_on_a_cpu(ask):
    own = Renderer(compiling=Compiling(WHOLE))
    assert own.warm_up(ask().checkpoint, "sd15", ((64, 64),)) == WarmUp()
    assert own.loaded == ask().checkpoint


def test_it_refuses_a_way_that_does_not_exist():
    with pytest.raises(EngineError, match="choose one of off, graphs, blocks, whole"):
        Compiling("fast")


def test_it_waits_for_the_compiler_that_is_still_imported(recorder, ask, monkeypatch):
    own, _ = warm(ask(), GRAPHS)
    imported = []

    def slowly(name):
        time.sleep(0.3)
        imported.append(name)

    monkeypatch.setattr(compiling, "import_module", slowly)
    compiling.fetch_compiler(Compiling(BLOCKS))
    assert imported == []
    own.warm_up(ask().checkpoint, "sd15", ((64, 64),))
    assert imported == ["torch._inductor.compile_fx"]


def test_it_looks_for_no_garbage_while_it_warms_up(recorder, ask, monkeypatch):
    looked, record = [], recorder.record
    monkeypatch.setattr(
        recorder, "record", lambda ask: looked.append(gc.isenabled()) or record(ask)
    )
    warm(ask(), GRAPHS)
    assert looked == [False] * 3
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_it_logs_how_far_the_warm_up_is(recorder, ask, caplog):
    caplog.set_level(logging.INFO)
    warm(ask(), GRAPHS)
    assert "Warming up, 1 of 2: 64 x 64 with guidance" in caplog.text
    assert "Warming up, 2 of 2: 64 x 64 without guidance" in caplog.text


def test_it_forgets_recordings_when_weights_are_offloaded(recorder, ask):
    own = Renderer(
        memory=MemoryBudget(pristine="device"), compiling=Compiling(GRAPHS, backend="eager")
    )
    own.warm_up(ask().checkpoint, "sd15", ((64, 64),))
    studio = own.models.peek(ask().checkpoint, "sd15")
    frugal = _on_a_card(studio, ask())
    assert list(frugal._offload()) != []
    assert studio.model.fast.buckets == ()
    assert studio.model.fast.byte_size == 0


def _on_a_card(studio, request):
    from generation.engine.frugality import Frugality

    card = replace(studio, model=replace(studio.model, device=torch.device("cuda")))
    return Frugality(card, request, lambda: False)


def test_a_preferred_attention_ends_with_its_block():
    usual = torch._C._get_sdp_priority_order()
    with preferred_attention("cudnn"):
        assert torch._C._get_sdp_priority_order()[0] == SDPBackend.CUDNN_ATTENTION.value
    with preferred_attention("auto"):
        assert torch._C._get_sdp_priority_order() == usual
    assert torch._C._get_sdp_priority_order() == usual


def test_an_unknown_attention_is_refused():
    with pytest.raises(EngineError, match="There is no attention 'best'"):
        Compiling(attention="best")
