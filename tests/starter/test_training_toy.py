"""The whole training at toy size: every phase runs, and what comes out loads in plain diffusers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline

from starter.training import (
    distil_draft,
    encode,
    export,
    polish_vae,
    train_base,
    train_loras,
    train_vae,
)
from starter.training.store import Store

TOY_VAE = ("--toy", "--seconds", "1", "--crop", "64", "--batch", "2", "--whole-from", "1",
           "--first-pictures", "64")  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("training")
    threads = torch.get_num_threads()
    # Toy layers are so small that threads only wait for each other, for minutes on a busy machine.
    torch.set_num_threads(1)
    data, out = str(work / "data"), str(work / "out")
    drawing = [sys.executable, "-m", "starter.training.draw", data, "--workers", "2"]
    counts = [
        "--scenes",
        "64",
        "--characters",
        "64",
        "--looks",
        "64",
        "--names",
        "pip",
        "pixel-art",
    ]
    subprocess.run([*drawing, *counts], check=True, timeout=120)
    with pytest.MonkeyPatch.context() as patch:
        run(patch, train_vae, data, out, *TOY_VAE)
        run(patch, encode, data, out)
        run(patch, train_base, data, out, "--toy", "--seconds", "2", "--batch", "4")
        again = ("--from", f"{out}/base.pt", "--seconds", "1", "--batch", "4")
        run(patch, train_base, data, out, "--toy", *again)
        run(patch, train_loras, data, out, "--toy", "--seconds", "1", "--batch", "4")
        draft = ("--seconds", "2", "--batch", "4", "--paths", "8")
        run(patch, distil_draft, data, out, "--toy", *draft)
        polish = ("--seconds", "1", "--batch", "2", "--scenes", "4", "--others", "1")
        run(patch, polish_vae, data, out, "--toy", *polish)
        run(patch, export, out, str(work / "weights"), "--toy")
    torch.set_num_threads(threads)
    return work


def run(patch: pytest.MonkeyPatch, phase: object, *arguments: str) -> None:
    patch.setattr(sys, "argv", ["phase", *arguments])
    phase.main()


def render(pipeline: StableDiffusionPipeline) -> np.ndarray:
    noise = torch.Generator().manual_seed(1)
    made = pipeline("a red boat", num_inference_steps=2, generator=noise, output_type="np")
    return made.images[0]


def test_it_draws_every_section(trained: Path) -> None:
    store = Store(trained / "data")
    assert [section.name for section in store.sections] == ["scenes", "pip", "pixel-art"]
    assert store.done.all()
    assert len({row.tobytes() for row in store.pixels[::16]}) == store.rows // 16


def test_it_leaves_latents_of_unit_deviation(trained: Path) -> None:
    latents = encode.open_latents(Store(trained / "data"), trained / "out")[:64].float()
    assert latents.shape == (64, 16, 32, 32)
    assert latents.std().item() == pytest.approx(1, abs=0.3)


def test_it_makes_a_pipeline_and_loras_that_load(trained: Path) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(
        trained / "weights" / "starter", local_files_only=True
    )
    pipeline.set_progress_bar_config(disable=True)
    plain = render(pipeline)
    pipeline.load_lora_weights(trained / "weights" / "loras" / "pixel-art.safetensors")
    changed = render(pipeline)
    pipeline.unload_lora_weights()
    assert np.isfinite(plain).all()
    assert np.abs(changed - plain).max() > 0
    assert np.array_equal(render(pipeline), plain)


def test_it_exports_the_same_bytes_again(trained: Path, tmp_path: Path) -> None:
    export.export_lora(trained / "out" / "loras" / "pip.pt", tmp_path / "pip.safetensors")
    first = (trained / "weights" / "loras" / "pip.safetensors").read_bytes()
    assert (tmp_path / "pip.safetensors").read_bytes() == first
