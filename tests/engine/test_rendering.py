"""What a render promises: the same bytes, progress with previews, cancelling, plain refusals."""

import io
import random
from dataclasses import replace

import pytest
from PIL import Image

from generation.engine.contract import CheckpointMissing, EngineError
from generation.engine.renderer import Renderer
from generation.engine.samplers import SAMPLERS


def test_it_gives_the_same_bytes_for_the_same_seed(tiny, renderer, ask, ink, neon):
    first = renderer.render(ask(ink)).images
    renderer.render(ask(neon, seeds=(9,)))
    assert renderer.render(ask(ink)).images == first
    assert Renderer().render(ask(ink)).images == first


def test_it_gives_other_pictures_for_other_seeds_prompts_and_packs(renderer, ask, ink):
    requests = [ask(), ask(seeds=(8,)), ask(prompt="a blue boat"), ask(ink)]
    assert len({renderer.render(request).images[0].rgb for request in requests}) == 4


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_it_gives_an_image_the_same_bytes_alone_and_in_a_batch(renderer, ask, ink, sampler):
    together = renderer.render(ask(ink, seeds=(1, 2, 3), sampler=sampler)).images
    alone = [renderer.render(ask(ink, seeds=(seed,), sampler=sampler)) for seed in (1, 2, 3)]
    assert [result.images[0] for result in alone] == list(together)


def test_it_renders_the_bare_checkpoint_at_weight_zero(renderer, ask, ink):
    renderer.render(ask(ink))
    off = renderer.render(ask(replace(ink, weight=0.0))).images
    assert off == renderer.render(ask()).images == Renderer().render(ask()).images


def test_it_survives_a_render_that_dies_at_any_step(renderer, ask, ink, neon):
    wanted = {lora.name: renderer.render(ask(lora)).images for lora in (ink, neon)}
    chance = random.Random(4)
    for _ in range(6):
        dies_at, lora = chance.randint(1, 5), chance.choice([ink, neon])

        def die(progress, dies_at=dies_at):
            if progress.step == dies_at:
                raise ConnectionError("the worker is gone")

        with pytest.raises(ConnectionError):
            renderer.render(ask(lora), die)
        other = chance.choice([ink, neon])
        assert renderer.render(ask(other)).images == wanted[other.name]


def test_it_reports_every_step_with_small_previews(renderer, ask):
    seen = []
    renderer.render(ask(seeds=(1, 2), steps=5, preview_every=2), seen.append)
    assert [(progress.step, progress.total) for progress in seen] == [(n, 5) for n in range(1, 6)]
    assert [sorted(progress.previews) for progress in seen] == [
        [], ["image-1", "image-2"], [], ["image-1", "image-2"], [],
    ]  # fmt: skip
    preview = seen[1].previews["image-1"]
    assert len(preview) < 5000
    assert Image.open(io.BytesIO(preview)).size == (128, 128)


def test_it_shows_in_a_preview_what_the_picture_becomes(renderer, ask):
    seen = []
    image = renderer.render(ask(steps=6, preview_every=5), seen.append).images[0]
    final = Image.frombytes("RGB", (64, 64), image.rgb).resize((4, 4), Image.Resampling.BOX)
    early = Image.open(io.BytesIO(seen[4].previews["image-7"])).convert("RGB")
    early = early.resize((4, 4), Image.Resampling.BOX)
    pairs = zip(final.tobytes(), early.tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / 48 < 40


def test_it_drops_cancelled_images_and_keeps_the_rest_unchanged(renderer, ask, ink):
    whole = renderer.render(ask(ink, seeds=(1, 2, 3))).images

    def cancel(progress):
        return frozenset({"image-2"}) if progress.step == 2 else None

    kept = renderer.render(ask(ink, seeds=(1, 2, 3)), cancel).images
    assert kept == (whole[0], whole[2])


def test_it_stops_when_everything_is_cancelled(renderer, ask):
    steps = []

    def cancel(progress):
        steps.append(progress.step)
        return frozenset({"image-1", "image-2"}) if progress.step == 3 else frozenset()

    assert renderer.render(ask(seeds=(1, 2)), cancel).images == ()
    assert steps == [1, 2, 3]


def test_it_tells_its_seconds_and_what_is_loaded(tiny, ask, ink):
    renderer = Renderer()
    assert renderer.loaded is None
    result = renderer.render(ask(ink))
    assert renderer.loaded == str(tiny)
    assert result.switch_seconds > 0
    assert result.denoise_seconds > 0
    assert result.decode_seconds > 0


def test_it_renders_other_sizes(renderer, ask):
    image = renderer.render(ask(width=96, height=40)).images[0]
    assert (image.width, image.height, len(image.rgb)) == (96, 40, 96 * 40 * 3)


@pytest.mark.parametrize("size", [(60, 64), (64, 0), (-64, 64)])
def test_it_refuses_sizes_the_model_cannot_make(renderer, ask, size):
    with pytest.raises(EngineError, match="multiples of 8 pixels"):
        renderer.render(ask(width=size[0], height=size[1]))


def test_it_refuses_an_unknown_sampler(renderer, ask):
    with pytest.raises(EngineError, match="no sampler 'magic'; choose one of dpmpp_2m"):
        renderer.render(ask(sampler="magic"))


def test_it_refuses_an_unknown_family(ask):
    with pytest.raises(EngineError, match="cannot render the model family 'dall-e'"):
        Renderer().render(ask(family="dall-e"))


def test_it_says_when_the_checkpoint_is_missing(tmp_path, ask):
    with pytest.raises(CheckpointMissing, match="There is no model at"):
        Renderer().render(ask(checkpoint=str(tmp_path / "nowhere")))


@pytest.mark.parametrize("name", ["somebody/no-such-model", "relative/folder/deep", "", "\0"])
def test_it_downloads_nothing_for_an_unknown_name(ask, name):
    with pytest.raises(CheckpointMissing, match="There is no model at"):
        Renderer().render(ask(checkpoint=name))


def test_it_finds_a_hub_snapshot_that_was_fetched_before(tmp_path, tiny, ask, monkeypatch):
    import shutil

    from huggingface_hub import constants

    kept = tmp_path / "models--somebody--tiny"
    shutil.copytree(tiny, kept / "snapshots" / "abc")
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    by_name = Renderer().render(ask(checkpoint="somebody/tiny"))
    assert by_name.images == Renderer().render(ask()).images


def test_it_says_what_to_do_with_a_single_file(tmp_path, ask):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(CheckpointMissing, match="add_checkpoint"):
        Renderer().render(ask(checkpoint=str(tmp_path / "model.safetensors")))


def test_it_says_when_the_checkpoint_is_damaged(tmp_path, tiny, ask):
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    next((broken / "unet").glob("*.safetensors")).write_bytes(b"no weights")
    with pytest.raises(CheckpointMissing, match="could not be loaded"):
        Renderer().render(ask(checkpoint=str(broken)))


def test_it_refuses_pickled_weights(tmp_path, tiny, ask):
    import shutil

    import torch

    pickled = tmp_path / "pickled"
    shutil.copytree(tiny, pickled)
    next((pickled / "unet").glob("*.safetensors")).unlink()
    torch.save({}, pickled / "unet" / "diffusion_pytorch_model.bin")
    with pytest.raises(CheckpointMissing):
        Renderer().render(ask(checkpoint=str(pickled)))


def test_it_spares_the_neighbours_of_an_image_that_did_not_come_out(renderer, ask, monkeypatch):
    from generation.engine import lanes

    whole = renderer.render(ask(seeds=(1, 2))).images
    real = lanes.draw_noise

    def spoiled(model, request, chance):
        noise = real(model, request, chance)
        return noise * float("nan") if chance.initial_seed() == 1 else noise

    monkeypatch.setattr(lanes, "draw_noise", spoiled)
    result = renderer.render(ask(seeds=(1, 2)))
    assert result.images == whole[1:]
    assert list(result.failures) == ["image-1"]
    assert "not numbers" in result.failures["image-1"]


def test_it_refuses_to_deliver_values_that_are_not_numbers(renderer, tiny, ask):
    decoder = renderer.prepare(str(tiny), "sd15").model.pipe.vae.post_quant_conv
    kept = decoder.bias.data.clone()
    decoder.bias.data.fill_(float("nan"))
    try:
        with pytest.raises(EngineError, match="not numbers"):
            renderer.render(ask())
    finally:
        decoder.bias.data.copy_(kept)
