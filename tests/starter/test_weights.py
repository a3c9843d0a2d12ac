"""The weights that ship: ordinary diffusers files that load, render and change the image."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from safetensors import safe_open

from starter.pack_files import read_packs
from starter.tokenizer import known_texts, load_tokenizer
from starter.tokenizer_encoder import load_fast_encoder

WEIGHTS = Path("starter/weights")
MIB = 2**20
SLUGS = [pack.slug for pack in read_packs()]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def pipeline() -> StableDiffusionPipeline:
    made = StableDiffusionPipeline.from_pretrained(WEIGHTS / "starter", local_files_only=True)
    made.set_progress_bar_config(disable=True)
    return made


def render(pipeline: StableDiffusionPipeline, prompt: str, steps: int = 4) -> np.ndarray:
    noise = torch.Generator().manual_seed(7)
    made = pipeline(prompt, num_inference_steps=steps, guidance_scale=4.0, generator=noise,
                    output_type="np")  # fmt: skip
    return made.images[0]


def test_it_holds_no_large_file_and_no_path() -> None:
    files = [path for path in WEIGHTS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 120 * MIB
    assert max(path.stat().st_size for path in files) < 16 * MIB
    assert not [path for path in files if path.suffix in (".bin", ".pt", ".ckpt")]
    for path in files:
        if path.name == "config.json":
            assert "_name_or_path" not in json.loads(path.read_text())


def test_it_renders_the_same_picture_again(pipeline: StableDiffusionPipeline) -> None:
    first = render(pipeline, "a red boat by the sea at sunset")
    assert first.shape == (512, 512, 3)
    assert np.isfinite(first).all()
    assert first.std() > 0.05
    assert np.array_equal(render(pipeline, "a red boat by the sea at sunset"), first)


def test_it_follows_colour_words(pipeline: StableDiffusionPipeline) -> None:
    for word, channel in (("red", 0), ("blue", 2)):
        picture = render(pipeline, f"a {word} car on green hills in daylight", steps=10)
        subject = picture[240:400, 170:340].reshape(-1, 3)
        vivid = subject[np.ptp(subject, axis=1) > 0.35]
        assert (vivid.argmax(axis=1) == channel).mean() > 0.5, word


@pytest.mark.parametrize("prompt", ["", "🦊" * 60, "مرحبا بالعالم", "{prompt} $& # <script>"])
def test_it_renders_any_text(pipeline: StableDiffusionPipeline, prompt: str) -> None:
    assert np.isfinite(render(pipeline, prompt, steps=2)).all()


def test_it_knows_every_word_as_one_token() -> None:
    tokenizer = load_tokenizer()
    words = {word for text in known_texts() for word in text.split() if word.isalpha()}
    assert [word for word in words if len(tokenizer.tokenize(word)) > 1] == []
    assert tokenizer.model_max_length == 48
    text = "A red boat 🦊, neon outline style"
    padded = tokenizer(text, padding="max_length", max_length=48)["input_ids"]
    assert load_fast_encoder().encode(text).ids == padded


def test_it_samples_with_other_schedulers(pipeline: StableDiffusionPipeline) -> None:
    usual = pipeline.scheduler
    expected = render(pipeline, "a red boat by the sea at sunset", steps=8)
    pipeline.scheduler = DDIMScheduler.from_config(usual.config)
    picture = render(pipeline, "a red boat by the sea at sunset", steps=8)
    pipeline.scheduler = usual
    assert pipeline.scheduler.config.prediction_type == "v_prediction"
    assert np.abs(picture - expected).mean() < 0.12


@pytest.mark.parametrize("slug", SLUGS)
def test_it_ships_a_lora_for_each_pack(slug: str) -> None:
    pack = next(pack for pack in read_packs() if pack.slug == slug)
    file = WEIGHTS / "loras" / pack.loras[0].file
    assert file.stat().st_size < 2 * MIB
    with safe_open(file, "pt") as opened:
        told = opened.metadata()
        assert all(opened.get_tensor(name).isfinite().all() for name in opened.keys())  # noqa: SIM118
    assert told["trigger"] == pack.trigger
    assert (told["base"], told["family"]) == ("housestyle-starter", "sd15")
    assert told["license"] == pack.license


@pytest.mark.parametrize("slug", ["neon-outline", "pip"])
def test_it_changes_the_image_with_a_lora(pipeline: StableDiffusionPipeline, slug: str) -> None:
    plain = render(pipeline, "a red boat by the sea at sunset")
    pipeline.load_lora_weights(WEIGHTS / "loras" / f"{slug}.safetensors")
    changed = render(pipeline, "a red boat by the sea at sunset")
    pipeline.unload_lora_weights()
    assert np.abs(changed - plain).mean() > 0.02
    assert np.array_equal(render(pipeline, "a red boat by the sea at sunset"), plain)
