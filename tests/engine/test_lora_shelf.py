"""LoRAs are parsed once per file, ahead of time where that is possible, and stay by bytes."""

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from generation.engine import lora_files
from generation.engine.contract import LoraRefused
from generation.engine.model_shelf import MemoryBudget
from generation.engine.renderer import Renderer


@pytest.fixture
def own(tiny):
    """A renderer of this test alone, with the tiny model loaded."""
    renderer = Renderer()
    renderer.prepare(str(tiny), "sd15")
    return renderer


@pytest.fixture
def parsed(monkeypatch):
    """The names of the LoRAs that were read and parsed, in order."""
    names, real = [], lora_files.parsed

    def counted(begun, *rest):
        names.append(begun.use.name)
        return real(begun, *rest)

    monkeypatch.setattr(lora_files, "parsed", counted)
    return names


def copy_of(lora, folder):
    path = shutil.copy(lora.path, folder / "copy.safetensors")
    return replace(lora, path=str(path))


def test_it_parses_a_file_once_wherever_it_lies(own, ask, ink, neon, parsed, tmp_path):
    for lora in (ink, neon, replace(copy_of(ink, tmp_path), weight=0.5), neon, ink):
        own.render(ask(lora))
    assert parsed == ["ink", "neon"]
    counts = own.models.loras.counts
    assert (counts.hits, counts.misses, counts.evictions) == (3, 2, 0)
    assert 0 < counts.held_bytes <= counts.budget_bytes


def test_it_keeps_a_whole_batch_that_exceeds_the_budget(tiny, ask, ink, neon, kohya, parsed):
    renderer = Renderer(memory=MemoryBudget(loras_bytes=1))
    renderer.render(ask(ink, neon))
    shelf = renderer.prepare(str(tiny), "sd15").shelf
    assert ink.sha256 in shelf
    assert neon.sha256 in shelf
    renderer.render(ask(replace(ink, weight=0.5), neon))
    assert sorted(parsed) == ["ink", "neon"]
    renderer.render(ask(kohya))
    assert ink.sha256 not in shelf


def test_it_applies_one_file_twice_at_two_weights(own, ask, ink):
    twice = own.render(ask(replace(ink, weight=0.25), replace(ink, weight=0.25))).images
    assert twice != own.render(ask(replace(ink, weight=0.25))).images


def test_it_needs_no_file_for_what_was_read_ahead(own, tiny, ask, ink, parsed, tmp_path):
    wanted = Renderer().render(ask(ink)).images
    parsed.clear()
    lora = copy_of(ink, tmp_path)
    own.read_ahead(str(tiny), "sd15", [lora])
    Path(lora.path).unlink()
    assert own.render(ask(lora)).images == wanted
    assert parsed == ["ink"]


def test_it_reads_nothing_ahead_that_is_there_or_has_no_checkpoint(own, tiny, ask, ink, parsed):
    own.render(ask(ink))
    own.read_ahead(str(tiny), "sd15", [ink])
    own.read_ahead("another checkpoint", "sd15", [ink])
    assert parsed == ["ink"]


def test_it_forgets_what_was_read_ahead_for_a_batch_that_did_not_come(
    own, tiny, ask, ink, neon, parsed
):
    own.read_ahead(str(tiny), "sd15", [ink])
    own.read_ahead(str(tiny), "sd15", [neon])
    own.render(ask(ink))
    assert parsed == ["ink", "neon", "ink"]


def test_it_waits_for_a_file_that_is_being_read_ahead(own, tiny, ask, ink, monkeypatch):
    wanted = Renderer().render(ask(ink)).images
    real, reading, may_end, parsed = lora_files.parsed, threading.Event(), threading.Event(), []

    def slow(begun, *rest):
        parsed.append(begun.use.name)
        reading.set()
        assert may_end.wait(20)
        return real(begun, *rest)

    monkeypatch.setattr(lora_files, "parsed", slow)
    ahead = threading.Thread(target=own.read_ahead, args=(str(tiny), "sd15", [ink]))
    ahead.start()
    assert reading.wait(20)
    threading.Timer(0.2, may_end.set).start()
    assert own.render(ask(ink)).images == wanted
    ahead.join()
    assert parsed == ["ink"]


def test_it_refuses_when_the_lora_is_used_not_when_it_is_read_ahead(own, tiny, ask, ink):
    damaged = replace(ink, sha256="0" * 64)
    own.read_ahead(str(tiny), "sd15", [damaged])
    with pytest.raises(LoraRefused, match="SHA-256 differs"):
        own.render(ask(damaged))
    with pytest.raises(LoraRefused, match="SHA-256 differs"):
        own.render(ask(damaged))


def test_it_opens_all_files_of_a_pack_before_it_parses_one(own, ask, ink, neon, monkeypatch):
    wanted, steps = Renderer().render(ask(ink, neon)).images, []
    for step in ("opened", "parsed"):
        real = getattr(lora_files, step)

        def noted(given, *rest, step=step, real=real):
            steps.append(step)
            return real(given, *rest)

        monkeypatch.setattr(lora_files, step, noted)
    assert own.render(ask(ink, neon)).images == wanted
    assert steps == ["opened", "opened", "parsed", "parsed"]


def test_it_keeps_nothing_of_a_file_that_is_refused(own, tiny, ask, ink, neon, parsed):
    other = replace(ink, sha256="0" * 64)
    with pytest.raises(LoraRefused, match="SHA-256 differs"):
        own.render(ask(other, neon))
    shelf = own.prepare(str(tiny), "sd15").shelf
    assert shelf._staged == {}
    assert other.sha256 not in shelf
    own.render(ask(neon))
    assert sorted(parsed) == ["ink", "neon"]


def test_another_file_is_found_out_before_anything_is_told(own, ask, ink, tiny, tmp_path):
    told = []
    with pytest.raises(LoraRefused, match="SHA-256 differs"):
        own.render(ask(replace(ink, sha256="0" * 64)), told.append)
    assert told == []
    assert own.prepare(str(tiny), "sd15").switch.applied_key is None


def test_the_right_file_is_taken_after_another_one(own, ask, ink, neon, tmp_path):
    wanted = Renderer().render(ask(ink)).images
    lora = copy_of(ink, tmp_path)
    right = Path(lora.path).read_bytes()
    shutil.copy(neon.path, lora.path)
    with pytest.raises(LoraRefused, match="SHA-256 differs"):
        own.render(ask(lora))
    Path(lora.path).write_bytes(right)
    assert own.render(ask(lora)).images == wanted
