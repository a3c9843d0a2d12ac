"""The evaluation at toy size: its sums are right, and every figure comes out of one command."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline
from hypothesis import given
from hypothesis import strategies as some
from safetensors.torch import load_file, save_file
from torch import nn

from starter import evaluate
from starter.architecture import TOY, assemble, build_text_encoder, build_unet, build_vae
from starter.evaluation import calibrate, judge, lessons
from starter.evaluation.dial import even_curve, rising, spearman, step_error, style_change
from starter.evaluation.drawings import Drawing, draw
from starter.evaluation.examination import Counts
from starter.evaluation.judge import Judge, JudgeError
from starter.evaluation.lora_rack import DOWN, UP, LoraError, LoraRack
from starter.evaluation.memorisation import memorisation, nearest
from starter.evaluation.painting import Manner, Studio
from starter.evaluation.prompts import evaluation_prompts
from starter.evaluation.recognition import recognition
from starter.evaluation.report import GATES, passes
from starter.evaluation.style_space import fit_style_space
from starter.evaluation.wardrobe import Outfit, at_strength, chosen_packs, order
from starter.pack_files import FOLDER, read_pack
from starter.scenes import COLOURS, PLACES, SUBJECTS, TIMES, WEATHERS, held_out
from starter.scenes.characters import CHARACTERS
from starter.tokenizer import load_tokenizer
from starter.training.store import BLOCK, create_store

STYLES = ("watercolour", "ink-wash")
TINY = Counts(4, 2, 1, 2, 2, 1, 1, 3, 6)
ISSUE_KEYS = (
    *GATES, "packs", "characters", "weights_mib", "per_pack",
)  # fmt: skip
CPU = torch.device("cpu")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    # Threads of toy layers only wait for each other on a busy machine.
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy pipeline, never trained, with a random LoRA for two styles and a character."""
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(3)
    tokenizer = load_tokenizer()
    text = build_text_encoder(TOY, tokenizer)
    assemble(build_vae(TOY), text, tokenizer, build_unet(TOY)).save_pretrained(folder / "starter")
    (folder / "loras").mkdir()
    for name in (*STYLES, "pip"):
        save_lora(build_unet(TOY), folder / "loras" / f"{name}.safetensors")
    return folder


@pytest.fixture(scope="module")
def toy_judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judge taught for a moment on one drawn block of each kind."""
    work = tmp_path_factory.mktemp("judge")
    counts = [("scenes", "scene", BLOCK), ("pip", "character", BLOCK), ("ink-wash", "look", BLOCK)]
    store = create_store(work / "data", counts)
    kinds = ({}, {"character": "pip"}, {"look": "ink-wash"})
    for section, kind in zip(store.sections, kinds, strict=True):
        store.pixels[section.start : section.start + BLOCK] = draw(
            Drawing(section.start, side=512, **kind)
        )
    store.done[:] = 1
    with pytest.MonkeyPatch.context() as patch:
        # One character and two looks are enough to go through every line.
        patch.setattr(lessons, "CHARACTERS", {"pip": CHARACTERS["pip"]})
        patch.setattr(lessons, "LOOKS", dict.fromkeys(STYLES))
        run(patch, judge, str(work / "data"), str(work), "--toy", "--seconds", "0.1")
    return work / "judge.safetensors"


def save_lora(unet: nn.Module, file: Path, rank: int = 2) -> None:
    state = {}
    for name, layer in unet.named_modules():
        if name.endswith(("to_q", "to_out.0", "conv1", "conv_in")):
            outputs, inputs = layer.weight.shape[0], layer.weight.shape[1:]
            state[f"unet.{name}{DOWN}"] = torch.randn(rank, *inputs) * 0.1
            shape = (outputs, rank, *(1 for _ in inputs[1:]))
            state[f"unet.{name}{UP}"] = torch.randn(shape) * 0.1
    save_file(state, file)


def run(patch: pytest.MonkeyPatch, script: ModuleType, *arguments: str) -> None:
    patch.setattr(sys, "argv", ["script", *arguments])
    script.main()


def test_it_asks_for_every_word_in_combinations_that_training_never_saw() -> None:
    asked = evaluation_prompts(160, 1)
    facts = [one.facts for one in asked]
    assert all(held_out(fact) for fact in facts)
    assert {fact.subject for fact in facts} == set(SUBJECTS)
    assert {fact.colour for fact in facts} == set(COLOURS)
    assert {fact.place for fact in facts} == set(PLACES)
    assert {fact.time for fact in facts} == set(TIMES)
    assert {fact.weather for fact in facts} == {None, *WEATHERS}
    assert evaluation_prompts(160, 1) == asked
    first = asked[0]
    assert f"{first.facts.colour} {first.facts.subject} " in first.text


def test_it_adds_a_lora_exactly_and_takes_it_off_exactly(weights: Path) -> None:
    torch.manual_seed(1)
    unet = build_unet(TOY).eval()
    file = weights / "loras" / "pip.safetensors"
    rack = LoraRack(unet, {"pip": file, "ink-wash": weights / "loras" / "ink-wash.safetensors"},
                    CPU, torch.float32)  # fmt: skip
    given = (torch.randn(3, 16, 32, 32), torch.tensor(500), torch.randn(3, 48, 32))
    with torch.no_grad():
        plain, before = unet(*given).sample, copy.deepcopy(unet.state_dict())
        rack.wear([{"pip": 0.7}, {}, {"pip": 0.3, "ink-wash": 0.5}])
        worn = unet(*given).sample
        rack.wear([{}] * 3)
        assert torch.equal(unet(*given).sample, plain)
        assert torch.equal(worn[1], plain[1])
        merge(unet, file, 0.7)
        merged = unet(*given).sample
        assert not torch.equal(merged, plain)
        unet.load_state_dict(before)
        rack.wear([{"pip": 0.7}] * 3)
        assert torch.allclose(unet(*given).sample, merged, atol=1e-5)
        rack.wear([{}] * 3)
        assert torch.equal(unet(*given).sample, plain)
    assert torch.allclose(worn[0], merged[0], atol=1e-4)
    assert (worn[2] - plain[2]).abs().max() > 1e-3


def merge(unet: nn.Module, file: Path, weight: float) -> None:
    state, layers = load_file(file), dict(unet.named_modules())
    for key in [key for key in state if key.endswith(DOWN)]:
        layer = layers[key[len("unet.") : -len(DOWN)]]
        down, up = state[key], state[key.replace(DOWN, UP)]
        change = weight * up.flatten(1) @ down.flatten(1)
        layer.weight.data += change.view_as(layer.weight)


def test_it_refuses_a_lora_that_does_not_fit(weights: Path, tmp_path: Path) -> None:
    state = load_file(weights / "loras" / "pip.safetensors")
    save_file({**state, "unet.attic.lora_A.weight": torch.ones(1)}, tmp_path / "odd.safetensors")
    for name, words in (("odd", "attic"), ("gone", "train it")):
        with pytest.raises(LoraError, match=words):
            LoraRack(build_unet(TOY), {name: tmp_path / f"{name}.safetensors"}, CPU, torch.float32)


def test_it_paints_as_the_pipeline_does(weights: Path) -> None:
    studio = Studio(weights / "starter", {}, CPU, Manner(steps=2, batch=2))
    orders = [order(text, 7) for text in ("a red boat", "a blue cat", "a red boat")]
    painted = studio.paint(orders)
    pipeline = StableDiffusionPipeline.from_pretrained(weights / "starter", local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.Generator().manual_seed(7)
    made = pipeline("a red boat", num_inference_steps=2, guidance_scale=4.0, generator=noise,
                    output_type="pt").images  # fmt: skip
    small = nn.functional.interpolate(made, (192, 192), mode="bilinear", antialias=True)
    # A batch of another size may round differently.
    assert (painted[0].int() - painted[2].int()).abs().max() <= 1
    assert (painted[0].permute(2, 0, 1).float() - 255 * small[0]).abs().max() < 3


def test_it_fills_a_pack_and_reads_its_dial() -> None:
    pip, style = chosen_packs(["pip", "watercolour"])
    outfits = [Outfit(pip, 1.0), Outfit(style, 0.5)]
    made = order("by the sea", 1, outfits)
    assert made.prompt == f"{pip.trigger}, by the sea, {style.trigger}"
    half = 0.5 * style.loras[0].weight_max
    assert made.wearing == {"pip": pip.loras[0].weight_max, "watercolour": half}
    assert order("by the sea", 1, [at_strength(pip, 0)]) == order("by the sea", 1)
    assert at_strength(pip, 100).share == 1


@given(some.lists(some.floats(-100, 100), min_size=1, max_size=30))
def test_it_finds_rising_values(values: list[float]) -> None:
    risen = rising(values)
    assert (np.diff(risen) >= -1e-9).all()
    assert np.isclose(risen.sum(), np.sum(values))
    assert np.allclose(rising(sorted(values)), sorted(values))


@given(some.floats(0.3, 4), some.integers(5, 30))
def test_it_evens_out_any_smooth_dial(bend: float, points: int) -> None:
    shares = np.linspace(0, 1, points)
    curve = np.array(even_curve(shares.tolist(), shares**bend))
    assert (curve[0] == (0, 0)).all()
    assert (curve[-1] == (100, 1)).all()
    assert (np.diff(curve[:, 1]) >= 0).all()
    if 0.6 < bend < 2 and points > 15:
        strengths = np.arange(0, 101, 10)
        assert step_error(np.interp(strengths, *curve.T) ** bend) < 0.35


def test_it_evens_out_a_dial_that_starts_with_a_jump() -> None:
    shares = calibrate.measured_shares(np.linspace(0, 1, 21))
    changes = [0.0 if not share else 0.08 + 0.92 * share**1.5 for share in shares]
    curve = np.array(even_curve(shares, changes))
    reached = [0.0, *(0.08 + 0.92 * np.interp(range(10, 101, 10), *curve.T) ** 1.5)]
    assert step_error(reached) < 0.1


def test_it_evens_out_what_is_left_of_a_dial() -> None:
    curve = [[float(s), (s / 100) ** 2] for s in range(0, 101, 5)]
    positions = calibrate.measured_shares(np.linspace(0, 1, 11))
    reached = [calibrate.share_at(curve, at) ** 1.5 for at in positions]
    again = calibrate.refined_curve(curve, positions, reached)
    stops = [calibrate.share_at(again, at) ** 1.5 for at in np.linspace(0, 1, 11)]
    assert step_error(stops) < 0.1
    assert again[0] == [0, 0.0]
    assert again[-1] == [100, 1.0]


def test_it_leaves_a_dead_dial_straight() -> None:
    assert even_curve([0, 0.5, 1], [0, 0, 0]) == [[0, 0.0], [100, 1.0]]
    assert step_error([0, 0, 0]) == float("inf")
    assert spearman([1, 2, 3], [5, 5, 5]) == 0


def test_it_measures_a_dial() -> None:
    assert spearman(range(11), np.arange(11) ** 3) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(0.8)
    assert step_error([0, 1, 2, 3]) == pytest.approx(0)
    assert step_error([0, 1, 3]) == pytest.approx(1 / 3)
    places = torch.arange(3.0).view(3, 1, 1) * torch.ones(3, 2, 4)
    assert style_change(places) == pytest.approx([0, 2, 4])


def test_it_leaves_chance_out_of_a_dial() -> None:
    chance = torch.randn(500, 3, 8, 40, generator=torch.Generator().manual_seed(3))
    look = torch.tensor([0.0, 1.0, 6.0]).view(3, 1, 1) / 40**0.5
    squared = np.mean([style_change(one + look) ** 2 for one in chance], axis=0)
    # Without the correction the second stop would read 11 = 1 + 2 x 40 / 8.
    assert squared[1] < 4
    assert squared[2] == pytest.approx(36, rel=0.05)


def test_it_recognises_packs_that_lie_apart() -> None:
    torch.manual_seed(0)
    centres = {"one": torch.zeros(4), "two": 9 * torch.ones(4), "odd": -9 * torch.ones(4)}
    places = {name: centre + torch.randn(20, 4) for name, centre in centres.items()}
    drawn = {name: centre + torch.randn(20, 4) for name, centre in centres.items()}
    found = recognition(places, drawn)
    assert {row["recognised"] for row in found.values()} == {1.0}
    assert {row["recognised_by_drawing"] for row in found.values()} == {1.0}
    assert all(row["distance"] > 0 for row in found.values())
    mixed = recognition({**places, "odd": places["one"]}, drawn)
    assert mixed["odd"]["recognised_by_drawing"] == 0


def test_it_straightens_style_on_what_one_look_varies_in() -> None:
    torch.manual_seed(0)
    looks = torch.arange(300) % 3
    # The first direction is only noise, and loud; the second tells the looks apart.
    noise = torch.randn(300, 1) * 50
    statistics = torch.cat([noise, looks[:, None] + 0.1 * torch.randn(300, 1)], 1)
    places = fit_style_space(statistics, looks).place(statistics)
    centres = torch.stack([places[looks == look].mean(0) for look in range(3)])
    assert (torch.cdist(places, centres).argmin(1) == looks).float().mean() > 0.95


def test_it_sees_a_copy_of_a_training_scene() -> None:
    scenes = np.stack([draw(Drawing(seed, side=64)) for seed in range(4)])
    copies = torch.from_numpy(np.stack([draw(Drawing(2)), draw(Drawing(900))]))
    found = nearest(copies, iter([scenes[:3], scenes[3:]]), CPU)
    assert found.rows[0] == 2
    assert found.distances[0] < 2 < found.distances[1]
    assert memorisation(found, found)["minimum"] == found.distances.min()


def test_it_teaches_a_judge_that_loads_and_is_small(toy_judge: Path) -> None:
    made = Judge.load(toy_judge, CPU)
    assert toy_judge.stat().st_size < 3 * 2**20
    verdict = made.read(np.stack([draw(Drawing(5)), draw(Drawing(6))]))
    assert len(verdict.said["subject"]) == len(verdict.style) == 2
    assert set(verdict.said["place"]) <= set(PLACES)
    assert "styled" in json.loads((toy_judge.parent / "judge.json").read_text())


def test_it_refuses_a_judge_that_is_not_there_or_knows_too_little(
    toy_judge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(JudgeError, match="train one"):
        Judge.load(tmp_path / "none.safetensors", CPU)
    monkeypatch.setattr(judge, "known_names", lambda: {"subject": ("zeppelin",)})
    with pytest.raises(JudgeError, match="zeppelin"):
        Judge.load(toy_judge, CPU)


def test_it_writes_every_figure(
    weights: Path, toy_judge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "QUICK", TINY)
    places = ("--weights", str(weights), "--judge", str(toy_judge))
    chosen = ("--packs", ",".join([*STYLES, "pip"]), "--device", "cpu", "--steps", "1")
    run(monkeypatch, evaluate, *places, *chosen, "--quick", "--out", str(tmp_path / "E.json"))
    record = json.loads((tmp_path / "E.json").read_text())
    assert [key for key in ISSUE_KEYS if record.get(key) is None] == []
    assert (record["packs"], record["characters"]) == (2, 1)
    assert set(record["per_pack"]) == {*STYLES, "pip"}
    assert {"recognised", "coherence", "distance", "prompt_kept", "dial_spearman",
            "dial_step_error"} <= set(record["per_pack"]["ink-wash"])  # fmt: skip
    assert set(record["per_pack"]["pip"]["under"]) == set(STYLES)
    assert record["pictures_painted"] == 4 + 2 * 2 + (2 + 2) * 11 + 2 + 2
    assert (tmp_path / "nearest.jpg").exists()
    assert "| ink-wash" in (tmp_path / "E.md").read_text()


def test_it_says_what_is_wrong_with_a_command(
    weights: Path, toy_judge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = ("--weights", str(weights), "--judge", str(toy_judge), "--device", "cpu")
    for packs, words in (("nobody", "no pack 'nobody'"), ("mosaic", "no LoRA")):
        with pytest.raises(SystemExit, match=words):
            run(monkeypatch, evaluate, *places, "--packs", packs)


def test_it_calibrates_one_line_of_a_pack(
    weights: Path, toy_judge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (FOLDER / "ink-wash.toml").read_text()
    (tmp_path / "ink-wash.toml").write_text(before)
    places = ("--weights", str(weights), "--judge", str(toy_judge), "--device", "cpu")
    counts = ("--packs", "ink-wash", "--points", "2", "--stops", "3", "--prompts", "1",
              "--first-prompts", "1", "--steps", "1")  # fmt: skip
    run(monkeypatch, calibrate, *places, *counts, "--json", str(tmp_path / "curves.json"))
    run(monkeypatch, calibrate, "--apply", str(tmp_path / "curves.json"), "--folder", str(tmp_path))
    after = (tmp_path / "ink-wash.toml").read_text()
    changed = [a for a, b in zip(after.splitlines(), before.splitlines(), strict=True) if a != b]
    assert len(changed) == 1
    assert changed[0].startswith("strength_curve = [[0, 0.0], ")
    assert read_pack(tmp_path / "ink-wash.toml").strength_curve[-1] == (100, 1)


def test_it_knows_which_gates_hold() -> None:
    assert passes("subject", 0.96) is True
    assert passes("vae_delta_e", 3.5) is False
    assert passes("judge_accuracy", 0.5) is None
