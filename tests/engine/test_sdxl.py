"""SDXL: the pictures diffusers gives, packs over both text encoders, and no other family's LoRA."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionXLPipeline

from generation.engine import pipelines, precision
from generation.engine.contract import (
    CheckpointMissing,
    ImageOrder,
    LoraRefused,
    RenderRequest,
)
from generation.engine.denoisers import SizedUNet
from generation.engine.renderer import Renderer
from generation.engine.samplers import SAMPLERS, fresh_scheduler
from tests.engine import tiny_model, tiny_sdxl
from tests.engine.test_matching_diffusers import pixels, psnr

CONTEXT = tiny_sdxl.FIRST_WIDTH + tiny_sdxl.SECOND_WIDTH
PACKS = ("brass", "chalk", "kohya_xl", "sgm")


@pytest.fixture(scope="module")
def sdxl(weights):
    return tiny_sdxl.build(weights / "sdxl")


@pytest.fixture(scope="module")
def brass(sdxl, weights):
    return tiny_sdxl.save_lora(sdxl, weights / "brass.safetensors", seed=1)


@pytest.fixture(scope="module")
def chalk(sdxl, weights):
    return tiny_sdxl.save_lora(sdxl, weights / "chalk.safetensors", seed=2, rank=2, convs=False)


@pytest.fixture(scope="module")
def kohya_xl(sdxl, weights):
    return tiny_sdxl.save_kohya(sdxl, weights / "kohya_xl.safetensors", seed=3)


@pytest.fixture(scope="module")
def sgm(sdxl, weights):
    path = weights / "sgm.safetensors"
    return tiny_sdxl.save_kohya(sdxl, path, seed=4, blocks="sgm")


@pytest.fixture(scope="module")
def xl_renderer():
    """Shared on purpose: what earlier tests applied must never show."""
    return Renderer()


@pytest.fixture
def ask_xl(sdxl):
    def asked(*loras, seeds=(7,), prompt="a red cat", negative="", **fields):
        images = tuple(ImageOrder(f"image-{seed}", prompt, negative, seed) for seed in seeds)
        request = RenderRequest(str(sdxl), "sdxl", images, loras, 64, 64, steps=5)
        return replace(request, **fields)

    return asked


def by_diffusers(request, *loras):
    pipe = StableDiffusionXLPipeline.from_pretrained(request.checkpoint)
    pipe.set_progress_bar_config(disable=True)
    for lora in loras:
        path = Path(lora.path)
        pipe.load_lora_weights(path.parent, weight_name=path.name, adapter_name=lora.name)
    if loras:
        pipe.set_adapters([lora.name for lora in loras], [lora.weight for lora in loras])
    order = request.images[0]
    pipe.scheduler = fresh_scheduler(
        request.sampler, pipe.scheduler.config, request.steps, torch.device("cpu")
    )
    shape = (1, 4, request.height // 4, request.width // 4)
    image = pipe(
        order.prompt,
        negative_prompt=order.negative or None,
        latents=torch.randn(shape, generator=torch.Generator().manual_seed(order.seed)),
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        width=request.width,
        height=request.height,
        output_type="np",
    ).images[0]
    return image.astype("float64") * 255


@pytest.mark.parametrize("sampler", [name for name in SAMPLERS if name != "lcm"])
def test_it_renders_the_bare_checkpoint_like_diffusers(xl_renderer, ask_xl, sampler):
    request = ask_xl(sampler=sampler)
    assert psnr(pixels(xl_renderer.render(request)), by_diffusers(request)) > 50


@pytest.mark.parametrize(
    "fields",
    [{"negative": "a dull sky"}, {"guidance": 1.0}, {"width": 96, "height": 40}],
    ids=["negative", "no guidance", "another size"],
)
def test_it_is_told_words_and_sizes_like_diffusers(xl_renderer, ask_xl, fields):
    request = ask_xl(**fields)
    assert psnr(pixels(xl_renderer.render(request)), by_diffusers(request)) > 50


@pytest.mark.parametrize("fields", [{"negative": "a dull sky"}, {"prompt": "a blue boat"}])
def test_it_hears_every_word(xl_renderer, ask_xl, fields):
    # A picture that hardly heard its words would match diffusers' without them.
    plain = pixels(xl_renderer.render(ask_xl()))
    assert psnr(pixels(xl_renderer.render(ask_xl(**fields))), plain) < 30


@pytest.mark.parametrize("silenced", ["pooled", "time_ids"])
def test_it_is_told_the_summary_and_the_sizes(xl_renderer, ask_xl, monkeypatch, silenced):
    plain, real = pixels(xl_renderer.render(ask_xl())), SizedUNet.noise

    def deaf(self, pipe, sample, timestep, told):
        zeros = {silenced: torch.zeros_like(told[silenced])}
        return real(self, pipe, sample, timestep, told | zeros)

    monkeypatch.setattr(SizedUNet, "noise", deaf)
    assert psnr(pixels(xl_renderer.render(ask_xl())), plain) < 30


def test_it_reads_no_words_as_its_checkpoint_does(ask_xl, tmp_path, sdxl, xl_renderer):
    spoken = tiny_sdxl.build(tmp_path / "spoken", force_zeros=False)
    request = ask_xl(checkpoint=str(spoken))
    images = Renderer().render(request)
    assert psnr(pixels(images), by_diffusers(request)) > 50
    assert psnr(pixels(images), pixels(xl_renderer.render(ask_xl()))) < 50


def test_it_obeys_the_decoders_mean_and_deviation(ask_xl, tmp_path):
    mean, deviation = [0.4, -0.8, 1.2, 0.1], [2.0, 3.0, 1.5, 4.0]
    moved = tiny_sdxl.build(tmp_path / "moved", latents_mean=mean, latents_std=deviation)
    request = ask_xl(checkpoint=str(moved))
    assert psnr(pixels(Renderer().render(request)), by_diffusers(request)) > 50


@pytest.mark.parametrize("dialect", PACKS)
def test_it_renders_a_lora_like_diffusers(xl_renderer, ask_xl, dialect, request):
    lora = request.getfixturevalue(dialect)
    wanted = by_diffusers(ask_xl(lora), lora)
    assert psnr(pixels(xl_renderer.render(ask_xl(lora))), wanted) > 50
    assert psnr(pixels(xl_renderer.render(ask_xl())), wanted) < 30


def test_it_sums_two_loras_like_diffusers(xl_renderer, ask_xl, brass, chalk):
    both = (replace(brass, weight=0.6), replace(chalk, weight=0.9))
    wanted = by_diffusers(ask_xl(*both), *both)
    assert psnr(pixels(xl_renderer.render(ask_xl(*both))), wanted) > 50


@pytest.mark.parametrize("part", ["unet", "text_encoder", "text_encoder_2"])
def test_it_renders_a_lora_on_one_component_like_diffusers(
    xl_renderer, ask_xl, sdxl, part, tmp_path
):
    tensors = tiny_sdxl.lora_tensors(sdxl, seed=6)[part]
    named = {f"{part}.{key}": value for key, value in tensors.items()}
    lora = tiny_model.save(named, tmp_path / f"{part}.safetensors")
    wanted = by_diffusers(ask_xl(lora), lora)
    assert psnr(pixels(xl_renderer.render(ask_xl(lora))), wanted) > 50
    assert psnr(pixels(xl_renderer.render(ask_xl())), wanted) < 30


def test_it_reads_the_older_diffusers_layout(xl_renderer, ask_xl, sdxl, brass, tmp_path):
    named = {}
    for part, tensors in tiny_sdxl.lora_tensors(sdxl, seed=1).items():
        for key, value in tensors.items():
            plain = part == "unet" or "text_projection" in key
            old = "lora" if plain else "lora_linear_layer"
            key = key.replace("lora_A", f"{old}.down").replace("lora_B", f"{old}.up")
            named[f"{part}.{'text_model.' if part == 'text_encoder' else ''}{key}"] = value
    old = tiny_model.save(named, tmp_path / "old.safetensors")
    assert xl_renderer.render(ask_xl(old)).images == xl_renderer.render(ask_xl(brass)).images


def test_it_returns_bit_for_bit_to_the_checkpoint(xl_renderer, ask_xl, brass, chalk, kohya_xl):
    studio = xl_renderer.prepare(ask_xl().checkpoint, "sdxl")
    bare = xl_renderer.render(ask_xl()).images
    for loras in ([brass], [chalk, replace(kohya_xl, weight=0.3)], [kohya_xl], [brass, chalk]):
        xl_renderer.render(ask_xl(*loras, steps=1))
        assert not all(torch.equal(b.live, b.pristine) for b in studio.switch.buffers)
    assert xl_renderer.render(ask_xl()).images == bare
    assert all(torch.equal(b.live, b.pristine) for b in studio.switch.buffers)


def test_it_gives_an_image_the_same_bytes_alone_and_in_a_batch(xl_renderer, ask_xl, brass):
    together = xl_renderer.render(ask_xl(brass, seeds=(1, 2, 3))).images
    alone = [xl_renderer.render(ask_xl(brass, seeds=(seed,))).images[0] for seed in (1, 2, 3)]
    assert list(together) == alone
    assert alone[0] == Renderer().render(ask_xl(brass, seeds=(1,))).images[0]


@pytest.mark.parametrize("part", ["text_encoder", "text_encoder_2"])
def test_it_remembers_words_apart_for_loras_on_either_encoder(
    xl_renderer, ask_xl, sdxl, part, tmp_path
):
    tensors = tiny_sdxl.lora_tensors(sdxl, seed=8)[part]
    named = {f"{part}.{key}": value for key, value in tensors.items()}
    lora = tiny_model.save(named, tmp_path / "words.safetensors")
    bare = xl_renderer.render(ask_xl()).images
    changed = xl_renderer.render(ask_xl(lora)).images
    assert changed != bare
    assert changed == Renderer().render(ask_xl(lora)).images
    assert xl_renderer.render(ask_xl()).images == bare


@pytest.mark.parametrize(("width", "made_for"), [(768, "Stable Diffusion 1.5"), (32, "another")])
def test_it_refuses_a_lora_for_stable_diffusion_15(xl_renderer, ask_xl, tmp_path, width, made_for):
    other = tiny_model.build(tmp_path / "sd15", context_width=width)
    lora = tiny_model.save_lora(other, tmp_path / "ink.safetensors", text=width < 768)
    bare = xl_renderer.render(ask_xl()).images
    with pytest.raises(LoraRefused, match=f"this checkpoint's is {CONTEXT}") as caught:
        xl_renderer.render(ask_xl(lora))
    assert f"The LoRA 'ink' was made for {made_for}" in str(caught.value)
    assert xl_renderer.render(ask_xl()).images == bare


def test_it_refuses_a_lora_for_sdxl_on_stable_diffusion_15(renderer, ask, brass, sgm):
    bare = renderer.render(ask()).images
    for lora in (brass, sgm):
        with pytest.raises(
            LoraRefused, match=f"its text width is {CONTEXT}, this checkpoint's is 32"
        ):
            renderer.render(ask(lora))
        assert renderer.render(ask()).images == bare


def test_it_knows_sdxl_by_its_second_text_encoder(renderer, ask, sdxl, tmp_path):
    tensors = tiny_sdxl.lora_tensors(sdxl, seed=9)["text_encoder_2"]
    named = {f"text_encoder_2.{key}": value for key, value in tensors.items()}
    lora = tiny_model.save(named, tmp_path / "second.safetensors")
    with pytest.raises(LoraRefused, match="'second' was made for SDXL: it changes a second text"):
        renderer.render(ask(lora))


def test_it_refuses_a_checkpoint_of_the_other_family(sdxl, tiny):
    with pytest.raises(
        CheckpointMissing, match=r"than Stable Diffusion 1\.5: it also has a text_en"
    ):
        pipelines.load(str(sdxl), "sd15")
    with pytest.raises(CheckpointMissing, match="family than SDXL: it has no text_encoder_2"):
        pipelines.load(str(tiny), "sdxl")


def test_it_reads_a_folder_that_holds_half_precision_alone(ask_xl, sdxl, tmp_path):
    pipe = StableDiffusionXLPipeline.from_pretrained(sdxl).to(torch.float16)
    pipe.save_pretrained(tmp_path / "plain")
    pipe.save_pretrained(tmp_path / "named", variant="fp16")
    assert not list((tmp_path / "named").glob("unet/*model.safetensors"))
    plain, named = (
        Renderer().render(ask_xl(checkpoint=str(tmp_path / name))).images
        for name in ("plain", "named")
    )
    assert named == plain


def test_it_refuses_the_refiner(sdxl, tmp_path):
    index = json.loads((Path(sdxl) / "model_index.json").read_text())
    index["text_encoder"] = [None, None]
    (tmp_path / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(CheckpointMissing, match="family than SDXL: it has no text_encoder"):
        pipelines.load(str(tmp_path), "sdxl")


def test_it_decodes_in_single_precision_where_half_overflows(monkeypatch, ask_xl, sdxl, tiny):
    monkeypatch.setitem(precision.PRECISIONS, "float16", torch.float16)
    half = Renderer(precision="float16")
    picture = pixels(half.render(ask_xl()))
    pipe = half.prepare(str(sdxl), "sdxl").model.pipe
    assert (pipe.unet.dtype, pipe.vae.dtype) == (torch.float16, torch.float32)
    assert psnr(picture, pixels(Renderer().render(ask_xl()))) > 35
    # Stable Diffusion 1.x pipelines decode in half precision whatever this setting says.
    assert (
        pipelines.load(str(tiny), "sd15", precision_name="float16").decoder_dtype == torch.float16
    )


def test_it_decodes_in_half_precision_where_the_checkpoint_allows(monkeypatch, tmp_path):
    monkeypatch.setitem(precision.PRECISIONS, "float16", torch.float16)
    safe = tiny_sdxl.build(tmp_path / "safe", force_upcast=False)
    assert (
        pipelines.load(str(safe), "sdxl", precision_name="float16").decoder_dtype == torch.float16
    )


def test_it_makes_the_same_picture_in_bfloat16(xl_renderer, ask_xl, brass):
    coarse = pixels(Renderer(precision="bfloat16").render(ask_xl(brass)))
    assert psnr(coarse, pixels(xl_renderer.render(ask_xl(brass)))) > 25
