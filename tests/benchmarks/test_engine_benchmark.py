"""The engine's benchmark runs every part at toy size, and its arithmetic is right."""

import json

import numpy as np
import pytest
import torch

from benchmarks.engine import __main__ as command
from benchmarks.engine import flops, flux, random_sdxl
from benchmarks.engine.likeness import psnr
from benchmarks.engine.mixing import covered, device_spans
from benchmarks.engine.ours import differing_bits
from benchmarks.engine.sheet import NAMED, Sheet

# A shared machine takes its time over the toy run.
pytestmark = pytest.mark.timeout(900)

ON_CUDA_ALONE = {"device_busy", "recompiles"}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    out = tmp_path_factory.mktemp("results") / "engine-toy.json"
    assert command.main(["--toy", "--out", str(out)]) is None
    return out


def test_it_measures_every_named_figure(measured):
    content = json.loads(measured.read_text())
    assert {name for name in NAMED if name not in content["figures"]} == ON_CUDA_ALONE
    assert content["command"] == "python -m benchmarks.engine --device cpu --toy"


def test_it_finds_what_must_hold_at_any_size(measured):
    figures = json.loads(measured.read_text())["figures"]
    assert (figures["drift_bits"], figures["growth_bytes"]) == (0, 0)
    assert (figures["fresh_weights_equal"], figures["fresh_picture_equal"]) == (1, 1)
    assert figures["psnr_over_unmerged_db"] > 50
    # The packs change the picture plainly, or the line above says nothing.
    assert figures["psnr_of_change_db"] < 35


def test_it_writes_a_readable_table(measured):
    table = measured.with_suffix(".md").read_text()
    assert "| `speedup_new_pack_1` |" in table
    assert "| `switch_over_bound` |" in table


def test_it_keeps_what_an_earlier_call_measured(tmp_path):
    file = tmp_path / "engine.json"
    Sheet(file, "first").put("a way", switch_ms=5.0)
    second = Sheet(file, "second")
    second.put(stock_new_pack_1_seconds=6.0)
    second.derive("ratio", "stock_new_pack_1_seconds", "switch_ms")
    second.derive("unknown", "stock_new_pack_1_seconds", "never_measured")
    figures = json.loads(file.read_text())["figures"]
    assert figures == {"switch_ms": 5.0, "stock_new_pack_1_seconds": 6.0, "ratio": 1.2}


def test_it_refuses_a_part_it_does_not_have(capsys):
    with pytest.raises(SystemExit):
        command.main(["--parts", "switch,speed"])
    assert "there is no part 'speed'; choose from switch" in capsys.readouterr().err


def test_it_leaves_out_what_the_budget_does_not_reach(tmp_path, capsys, monkeypatch):
    def explode(bench):
        raise AssertionError

    monkeypatch.setitem(command.PARTS, "mix", command.Part(explode, 10**6))
    bench = command.Bench(None, Sheet(tmp_path / "engine.json", ""), tmp_path)
    assert command._measured(bench, "mix", budget=10)
    assert "mix is left out" in capsys.readouterr().out


def test_it_goes_on_after_a_part_that_failed(tmp_path, capsys, monkeypatch):
    def explode(bench):
        raise RuntimeError("the card fell off the bus")

    monkeypatch.setitem(command.PARTS, "mix", command.Part(explode, 1))
    bench = command.Bench(None, Sheet(tmp_path / "engine.json", ""), tmp_path)
    assert not command._measured(bench, "mix", budget=0)
    assert "the card fell off the bus" in capsys.readouterr().err


@pytest.mark.parametrize(("edge", "tflop"), [(128, 6.76), (64, 1.59)])
def test_it_counts_the_work_of_sdxl(edge, tflop):
    unet = random_sdxl.unet_on("meta")
    assert sum(weight.numel() for weight in unet.parameters()) == 2_567_463_684
    assert flops.of_unet_pass(unet, edge) / 1e12 == pytest.approx(tflop, abs=0.01)


def test_it_counts_the_work_of_flux():
    model = flux.build(flux.TRUE_SIZE, "meta")
    assert sum(weight.numel() for weight in model.parameters()) == 11_901_408_320
    told = flux.inputs(flux.TRUE_SIZE, flux.EDGE_TOKENS, flux.WORDS, "meta")
    assert flops.counted(model, **told) / 1e12 == pytest.approx(74.4, abs=0.1)


def test_its_packs_change_the_722_layers_that_trainers_adapt(tmp_path):
    folder = tmp_path / "sdxl" / "unet"
    random_sdxl.unet_on("meta").save_config(folder)
    assert len(random_sdxl.lora_shapes(folder.parent)) == 722


def test_it_counts_overlapping_intervals_once():
    assert covered([(10, 20), (0, 5), (15, 30), (16, 18)]) == 25


def test_it_reads_the_profilers_intervals():
    activities = [torch.profiler.ProfilerActivity.CPU]
    with torch.profiler.profile(activities=activities) as profiler:
        torch.randn(256, 256) @ torch.randn(256, 256)
    spans = device_spans(profiler, "CPU")
    assert spans
    assert 0 < covered(spans) <= max(end for _, end in spans) - min(start for start, _ in spans)
    assert device_spans(profiler) == []


def test_it_counts_single_bits():
    weights = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float16)
    other = weights.clone()
    other.view(torch.int16)[1] ^= 0b101
    assert differing_bits(weights, weights) == 0
    assert differing_bits(other, weights) == 2
    assert differing_bits(-weights.float(), weights) == 3


def test_its_psnr_is_the_usual_one():
    black, grey = np.zeros((4, 4, 3)), np.full((4, 4, 3), 255.0)
    assert psnr(black, grey) == pytest.approx(0)
    assert psnr(black, black + 1) == pytest.approx(48.13, abs=0.01)
