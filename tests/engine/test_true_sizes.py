"""The denoisers that are measured on a GPU are as large as the published models."""

import diffusers
import pytest
import torch

from benchmarks.engine import families
from tests.engine import tiny_flow

BILLIONS = {"flux": 11.90, "z-image": 6.15, "qwen-image": 20.43}


@pytest.mark.parametrize("family", families.DENOISERS)
def test_it_has_the_published_number_of_parameters(family):
    model = families.build_denoiser(family, "meta", torch.bfloat16)
    assert families.parameter_count(model) / 1e9 == pytest.approx(BILLIONS[family], abs=0.01)


@pytest.mark.parametrize("family", families.DENOISERS)
def test_what_it_builds_can_be_asked(family, monkeypatch, tmp_path):
    model = tiny_flow.build(family, tmp_path / family)
    pipe = diffusers.DiffusionPipeline.from_pretrained(model)
    name, _ = families.DENOISERS[family]
    monkeypatch.setitem(families.DENOISERS, family, (name, dict(pipe.transformer.config)))
    pipe.transformer = families.build_denoiser(family, "cpu", torch.float32)
    assert all(weight.device.type == "cpu" for weight in pipe.transformer.parameters())
    images = pipe("a cat", num_inference_steps=2, width=64, height=64, output_type="pt").images
    assert torch.isfinite(images).all()
