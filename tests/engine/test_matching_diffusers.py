"""The merged weights give the pictures that diffusers' own unmerged LoRAs give."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline

from generation.engine.samplers import SAMPLERS, fresh_scheduler
from tests.engine import tiny_model


def pixels(result) -> np.ndarray:
    image = result.images[0]
    shape = (image.height, image.width, 3)
    return np.frombuffer(image.rgb, np.uint8).reshape(shape).astype(np.float64)


def by_diffusers(request, *loras) -> np.ndarray:
    pipe = StableDiffusionPipeline.from_pretrained(request.checkpoint)
    for lora in loras:
        path = Path(lora.path)
        pipe.load_lora_weights(path.parent, weight_name=path.name, adapter_name=lora.name)
    if loras:
        pipe.set_adapters([lora.name for lora in loras], [lora.weight for lora in loras])
    return by_pipeline(pipe, request)


def by_pipeline(pipe, request) -> np.ndarray:
    pipe.set_progress_bar_config(disable=True)
    order = request.images[0]
    pipe.scheduler = fresh_scheduler(
        request.sampler, pipe.scheduler.config, request.steps, torch.device("cpu")
    )
    scale = 2 ** (len(pipe.vae.config.block_out_channels) - 1)
    shape = (1, pipe.unet.config.in_channels, request.height // scale, request.width // scale)
    image = pipe(
        order.prompt,
        negative_prompt=order.negative,
        latents=torch.randn(shape, generator=torch.Generator().manual_seed(order.seed)),
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        width=request.width,
        height=request.height,
        output_type="np",
    ).images[0]
    return image.astype(np.float64) * 255


def psnr(ours: np.ndarray, theirs: np.ndarray) -> float:
    return 10 * math.log10(255**2 / max(np.mean((ours - theirs) ** 2), 1e-12))


@pytest.mark.parametrize("sampler", [name for name in SAMPLERS if name != "lcm"])
def test_it_renders_the_bare_checkpoint_like_diffusers(renderer, ask, sampler):
    request = ask(sampler=sampler)
    assert psnr(pixels(renderer.render(request)), by_diffusers(request)) > 50


@pytest.mark.parametrize("dialect", ["ink", "neon", "kohya"])
def test_it_renders_a_lora_like_diffusers(renderer, ask, dialect, request):
    lora = request.getfixturevalue(dialect)
    wanted = by_diffusers(ask(lora), lora)
    assert psnr(pixels(renderer.render(ask(lora))), wanted) > 50
    # It should be a change that is plainly seen, or the comparison says nothing.
    assert psnr(pixels(renderer.render(ask())), wanted) < 30


def test_it_sums_two_loras_like_diffusers(renderer, ask, ink, neon):
    both = (replace(ink, weight=0.6), replace(neon, weight=0.9))
    assert psnr(pixels(renderer.render(ask(*both))), by_diffusers(ask(*both), *both)) > 50


def test_it_renders_without_guidance_like_diffusers(renderer, ask, ink):
    request = ask(ink, guidance=1.0)
    assert psnr(pixels(renderer.render(request)), by_diffusers(request, ink)) > 50


def test_it_reads_the_older_diffusers_layout(renderer, ask, tiny, ink, tmp_path):
    unet, text = tiny_model.lora_tensors(tiny, seed=1)
    named = {f"unet.{key}".replace("lora_A", "lora.down").replace("lora_B", "lora.up"): value
             for key, value in unet.items()}  # fmt: skip
    for key, value in text.items():
        old = key.replace("lora_A", "lora_linear_layer.down")
        old = old.replace("lora_B", "lora_linear_layer.up")
        named[f"text_encoder.text_model.{old}"] = value
    old = tiny_model.save(named, tmp_path / "old.safetensors")
    assert renderer.render(ask(old)).images == renderer.render(ask(ink)).images


def test_it_reads_a_bare_peft_file(renderer, ask, tiny, tmp_path):
    unet, _ = tiny_model.lora_tensors(tiny, seed=1, text=False)
    bare = tiny_model.save(
        {f"base_model.model.{key}": value for key, value in unet.items()},
        tmp_path / "bare.safetensors",
    )
    named = tiny_model.save(
        {f"unet.{key}": value for key, value in unet.items()}, tmp_path / "named.safetensors"
    )
    assert renderer.render(ask(bare)).images == renderer.render(ask(named)).images


def test_it_obeys_the_scale_in_the_file_header(renderer, ask, tiny, ink, tmp_path):
    unet, text = tiny_model.lora_tensors(tiny, seed=1)
    pipe = StableDiffusionPipeline.from_pretrained(tiny)
    from peft import LoraConfig

    settings = LoraConfig(r=4, lora_alpha=2, target_modules=["to_q"]).to_dict()
    settings["target_modules"] = sorted(settings["target_modules"])
    pipe.save_lora_weights(
        tmp_path,
        unet_lora_layers=unet,
        text_encoder_lora_layers=text,
        weight_name="half.safetensors",
        unet_lora_adapter_metadata=settings,
        text_encoder_lora_adapter_metadata=settings,
    )
    half = tiny_model.use(tmp_path / "half.safetensors")
    expected = pixels(renderer.render(ask(replace(ink, weight=0.5))))
    assert np.abs(pixels(renderer.render(ask(half))) - expected).max() <= 1


@pytest.mark.parametrize("sampler", list(SAMPLERS))
def test_every_picture_has_a_scheduler_of_its_own(ask, sampler):
    request = ask(sampler=sampler)
    config = StableDiffusionPipeline.from_pretrained(request.checkpoint).scheduler.config
    one, other = (fresh_scheduler(sampler, config, 4, torch.device("cpu")) for _ in range(2))
    assert dict(one.config) == dict(other.config)
    assert torch.equal(one.timesteps, other.timesteps)
    one.timesteps[0] = one.alphas_cumprod[0] = -1
    assert other.timesteps[0] > 0
    assert other.alphas_cumprod[0] > 0
