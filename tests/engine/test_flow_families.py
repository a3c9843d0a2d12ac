"""FLUX.1, Qwen-Image and Z-Image: the pictures diffusers gives, with packs and without."""

from dataclasses import replace
from pathlib import Path

import diffusers
import numpy as np
import pytest
import torch

from generation.engine.contract import EngineError, ImageOrder, LoraRefused, RenderRequest
from generation.engine.renderer import Renderer
from tests.engine import tiny_flow, tiny_model
from tests.engine.test_matching_diffusers import pixels, psnr

FAMILIES = ("flux", "qwen-image", "z-image")
GUIDED = ("qwen-image", "z-image")


class Kit:
    """One family's checkpoint, two LoRAs and a renderer; shared, so what stays would show."""

    def __init__(self, family: str, folder: Path) -> None:
        self.family = family
        self.model = tiny_flow.build(family, folder / family)
        self.brass = self.lora(folder / f"{family}-brass.safetensors", seed=1)
        self.chalk = self.lora(folder / f"{family}-chalk.safetensors", seed=2, rank=2)
        self.renderer = Renderer()

    def lora(self, path: Path, **options):
        return tiny_flow.save_lora(self.family, self.model, path, **options)

    def ask(self, *loras, seeds=(7,), prompt="a red cat", negative="", **fields) -> RenderRequest:
        images = tuple(ImageOrder(f"image-{seed}", prompt, negative, seed) for seed in seeds)
        given = {"width": 64, "height": 64, "steps": 4, "sampler": "euler", **fields}
        return RenderRequest(str(self.model), self.family, images, loras, **given)

    def picture(self, *loras, **fields) -> np.ndarray:
        return pixels(self.renderer.render(self.ask(*loras, **fields)))

    def by_diffusers(self, request: RenderRequest) -> np.ndarray:
        pipe = diffusers.DiffusionPipeline.from_pretrained(request.checkpoint)
        pipe.set_progress_bar_config(disable=True)
        for lora in request.loras:
            path = Path(lora.path)
            pipe.load_lora_weights(path.parent, weight_name=path.name, adapter_name=lora.name)
        if request.loras:
            names, weights = zip(*((it.name, it.weight) for it in request.loras), strict=True)
            pipe.set_adapters(list(names), list(weights))
        return by_pipeline(pipe, request)


def by_pipeline(pipe, request: RenderRequest) -> np.ndarray:
    order, scale = request.images[0], pipe.vae_scale_factor
    shape = (1, 4, request.height // scale, request.width // scale)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(order.seed))
    told = {"guidance_scale": request.guidance, "negative_prompt": order.negative}
    if request.family == "flux":
        told = {"guidance_scale": request.guidance}
        told["max_sequence_length"] = 512 if pipe.transformer.config.guidance_embeds else 256
    if request.family == "qwen-image":
        told = {"true_cfg_scale": request.guidance, "negative_prompt": order.negative}
    if request.family != "z-image":
        noise = pipe._pack_latents(noise, *shape)
    image = pipe(
        order.prompt,
        latents=noise,
        num_inference_steps=request.steps,
        width=request.width,
        height=request.height,
        output_type="np",
        **told,
    ).images[0]
    return image.astype(np.float64) * 255


@pytest.fixture(scope="module")
def kits(weights):
    return {family: Kit(family, weights) for family in FAMILIES}


@pytest.fixture(params=FAMILIES)
def kit(request, kits):
    return kits[request.param]


@pytest.fixture
def flux(kits):
    return kits["flux"]


@pytest.mark.parametrize(
    "fields",
    [{}, {"guidance": 0.0}, {"width": 96, "height": 32}, {"negative": "dull", "steps": 2}],
    ids=["plain", "no guidance", "another size", "negative"],
)
def test_it_renders_the_bare_checkpoint_like_diffusers(kit, fields):
    request = kit.ask(**fields)
    assert psnr(pixels(kit.renderer.render(request)), kit.by_diffusers(request)) > 50


@pytest.mark.parametrize("fields", [{"prompt": "a blue boat"}, {"guidance": 8.0}])
def test_it_hears_every_word_and_its_guidance(kit, fields):
    # A picture that hardly heard its words would match diffusers' without them.
    assert psnr(kit.picture(**fields), kit.picture()) < 35


@pytest.mark.parametrize("family", GUIDED)
def test_it_leads_away_from_the_negative(kits, family):
    assert psnr(kits[family].picture(negative="a dull sky"), kits[family].picture()) < 35


def test_flux_reads_no_negative(flux):
    plain = flux.renderer.render(flux.ask()).images
    assert flux.renderer.render(flux.ask(negative="a dull sky")).images == plain
    assert flux.ask().denoiser_passes == 4


def test_it_renders_a_lora_like_diffusers(kit):
    request = kit.ask(kit.brass)
    wanted = kit.by_diffusers(request)
    assert psnr(pixels(kit.renderer.render(request)), wanted) > 50
    assert psnr(kit.picture(), wanted) < 30


def test_it_sums_two_loras_like_diffusers(kit):
    request = kit.ask(replace(kit.brass, weight=0.6), replace(kit.chalk, weight=0.9))
    assert psnr(pixels(kit.renderer.render(request)), kit.by_diffusers(request)) > 50


def test_it_returns_bit_for_bit_to_the_checkpoint(kit):
    studio = kit.renderer.prepare(str(kit.model), kit.family)
    bare = kit.renderer.render(kit.ask()).images
    for loras in ([kit.brass], [kit.chalk, replace(kit.brass, weight=0.3)]):
        kit.renderer.render(kit.ask(*loras, steps=1))
        assert not all(torch.equal(b.live, b.pristine) for b in studio.switch.buffers)
    assert kit.renderer.render(kit.ask()).images == bare
    assert all(torch.equal(b.live, b.pristine) for b in studio.switch.buffers)


def test_it_gives_an_image_the_same_bytes_alone_and_in_a_batch(kit):
    together = kit.renderer.render(kit.ask(kit.brass, seeds=(1, 2))).images
    alone = [kit.renderer.render(kit.ask(kit.brass, seeds=(seed,))).images[0] for seed in (1, 2)]
    assert list(together) == alone


def test_it_shows_previews_that_grow_into_the_picture(kit):
    seen = []
    kit.renderer.render(kit.ask(preview_every=1), lambda it: seen.append(it.previews))
    assert [len(previews) for previews in seen] == [1, 1, 1, 0]


def test_it_refuses_another_sampler(kit):
    with pytest.raises(EngineError, match="choose euler"):
        kit.renderer.render(kit.ask(sampler="dpmpp_2m"))


def test_it_refuses_the_other_families_loras(kits, ink):
    for family, other in [(a, b) for a in FAMILIES for b in FAMILIES if a != b]:
        kit, lora = kits[family], kits[other].brass
        bare = kit.renderer.render(kit.ask()).images
        with pytest.raises(LoraRefused, match=f"'{lora.name}'"):
            kit.renderer.render(kit.ask(lora))
        with pytest.raises(LoraRefused, match="'ink'"):
            kit.renderer.render(kit.ask(ink))
        assert kit.renderer.render(kit.ask()).images == bare


def test_schnell_is_told_no_guidance(tmp_path):
    model = tiny_flow.build("flux", tmp_path / "schnell", guidance_embeds=False, shift=1.0)
    images = (ImageOrder("one", "a red cat", "", 7),)
    request = RenderRequest(
        str(model), "flux", images, width=64, height=64, steps=4, guidance=0.0, sampler="euler"
    )
    pipe = diffusers.DiffusionPipeline.from_pretrained(model)
    assert psnr(pixels(Renderer().render(request)), by_pipeline(pipe, request)) > 50
    louder = Renderer().render(replace(request, guidance=9.0)).images
    assert louder == Renderer().render(request).images


def test_it_reads_peft_and_comfy_names(kit, tmp_path):
    tensors = tiny_flow.lora_tensors(kit.family, kit.model, seed=1)["transformer"]
    plain = tiny_model.save(
        {f"transformer.{key}": value for key, value in tensors.items()}, tmp_path / "p.safetensors"
    )
    wanted = kit.renderer.render(kit.ask(plain)).images
    for root in ("base_model.model.", "diffusion_model.", ""):
        if kit.family == "flux" and root == "diffusion_model.":
            continue
        named = {f"{root}{key}": value for key, value in tensors.items()}
        lora = tiny_model.save(named, tmp_path / "named.safetensors")
        assert kit.renderer.render(kit.ask(lora)).images == wanted
