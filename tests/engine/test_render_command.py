"""`render` and `verify_image`: files from the command line, one JSON object, plain refusals."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from PIL import Image

from generation.engine.image_files import read_metadata
from generation.engine.provenance import Signer
from stylepacks.intake import add_lora
from tests.engine import tiny_model
from tests.stylepacks.factories import make_checkpoint, make_pack

KEYS = ["pack", "version", "digest", "seed", "seconds", "files"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("command")
    tiny_model.build(folder / "model", context_width=256)
    tiny_model.save_lora(folder / "model", folder / "ink.safetensors", text=False)
    return folder


@pytest.fixture(autouse=True)
def pack(db, model, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    content = ContentFile((model / "ink.safetensors").read_bytes(), "ink.safetensors")
    return make_pack(
        "ink",
        lora=add_lora(content, "Ink", "Apache-2.0"),
        checkpoint=make_checkpoint("tiny", location=str(model / "model")),
        width=64,
        height=64,
        steps=3,
    )


def run(name: str, *arguments) -> dict:
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out)
    return json.loads(out.getvalue())


def render(out: Path, *more) -> dict:
    return run("render", "--pack", "ink", "--prompt", "a red cat", "--out", out, *more)


def test_it_writes_one_file_and_says_what_it_is(tmp_path, pack):
    said = render(tmp_path / "cat.png", "--seed", 7)
    assert list(said) == KEYS
    assert (said["pack"], said["version"], said["seed"]) == ("ink", 1, 7)
    assert said["digest"] == pack.live_version.digest
    assert said["files"] == [str(tmp_path / "cat.png")]
    assert Image.open(tmp_path / "cat.png").size == (64, 64)


def test_it_writes_the_same_bytes_for_the_same_seed(tmp_path):
    render(tmp_path / "one.png", "--seed", 7)
    render(tmp_path / "two.png", "--seed", 7)
    render(tmp_path / "other.png", "--seed", 8)
    one = (tmp_path / "one.png").read_bytes()
    assert one == (tmp_path / "two.png").read_bytes()
    assert one != (tmp_path / "other.png").read_bytes()


def test_it_writes_several_images_with_consecutive_seeds(tmp_path):
    said = render(tmp_path / "some", "--seed", 7, "--count", 3)
    assert len(said["files"]) == 3
    render(tmp_path / "second.png", "--seed", 8)
    second, alone = (Image.open(path) for path in (said["files"][1], tmp_path / "second.png"))
    assert second.tobytes() == alone.tobytes()


def test_it_renders_the_bare_checkpoint_at_strength_0(tmp_path):
    pixels = []
    for strength in (0, 50, 100):
        path = tmp_path / f"{strength}.png"
        render(path, "--seed", 7, "--strength", strength)
        pixels.append(Image.open(path).tobytes())
        recipe = json.loads(read_metadata(path)["recipe"])
        assert recipe["packs"][0]["strength"] == strength
        assert (recipe["prompt"] == recipe["user_prompt"]) == (strength == 0)
    assert len(set(pixels)) == 3


def test_it_keeps_the_recipe_in_the_file(tmp_path):
    render(tmp_path / "cat.png", "--seed", 7)
    metadata = read_metadata(tmp_path / "cat.png")
    recipe = json.loads(metadata["recipe"])
    assert (metadata["seed"], recipe["seed"], recipe["user_prompt"]) == ("7", 7, "a red cat")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--pack", "nothing"], "no pack called"),
        (["--prompt", "  "], "few words"),
        (["--strength", "101"], "0 to 100"),
        (["--count", "3"], "name a folder"),
        (["--checkpoint", "nowhere"], "installed: tiny"),
        (["--with", "ink"], "do not go together"),
        (["--out", "cat.jpg"], "end cat.jpg in .png"),
    ],
)
def test_it_refuses_in_one_plain_sentence(tmp_path, arguments, reason):
    with pytest.raises(CommandError, match=reason) as caught:
        render(tmp_path / "cat.png", *arguments)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "cat.png").exists()


def test_it_says_when_the_checkpoint_is_not_installed(tmp_path, pack):
    checkpoint = pack.live_version.checkpoint
    checkpoint.location = str(tmp_path / "gone")
    checkpoint.save(update_fields=["location"])
    with pytest.raises(CommandError, match="There is no model at"):
        render(tmp_path / "cat.png")


def test_it_verifies_what_the_house_signed(tmp_path, settings):
    render(tmp_path / "cat.png")
    plain = (tmp_path / "cat.png").read_bytes()
    signer = Signer(settings.DATA_DIR / "provenance")
    (tmp_path / "signed.png").write_bytes(signer.sign_png(plain, "ink", {"seed": "7"}))
    said = run("verify_image", tmp_path / "signed.png", "--json")
    assert (said["state"], said["summary"]) == ("trusted", {"seed": "7"})


def test_it_fails_on_an_unsigned_file(tmp_path):
    render(tmp_path / "cat.png")
    with pytest.raises(CommandError, match=r"cat.png is unsigned: It carries no credential"):
        call_command("verify_image", str(tmp_path / "cat.png"))


def test_it_fails_on_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_image", str(tmp_path / "nothing.png"))


@pytest.mark.parametrize("name", ["float32", "bfloat16"])
def test_it_renders_in_the_precision_that_is_set_and_says_so(tmp_path, settings, name):
    settings.RENDER_PRECISION = name
    render(tmp_path / "cat.png", "--seed", 7)
    assert read_metadata(tmp_path / "cat.png")["precision"] == name


def test_it_renders_a_draft_with_the_checkpoints_draft_lora(tmp_path, pack, model):
    tiny_model.save_lora(model / "model", tmp_path / "quick.safetensors", seed=5, text=False)
    checkpoint = pack.live_version.checkpoint
    content = ContentFile((tmp_path / "quick.safetensors").read_bytes(), "quick.safetensors")
    checkpoint.draft_lora = add_lora(content, "Quick", "Apache-2.0")
    checkpoint.save()
    for name, more in {
        "final": (),
        "draft": ("--quality", "draft"),
        "named": ("--quality", "draft", "--checkpoint", "tiny"),
    }.items():
        render(tmp_path / f"{name}.png", "--seed", 7, *more)
    made = {name: (tmp_path / f"{name}.png").read_bytes() for name in ("final", "draft", "named")}
    assert made["draft"] == made["named"] != made["final"]
    recipe = json.loads(read_metadata(made["draft"])["recipe"])
    assert (recipe["quality"], recipe["steps"], recipe["sampler"]) == ("draft", 4, "ddim")


def test_it_says_when_there_are_no_drafts(tmp_path):
    with pytest.raises(CommandError, match="makes no drafts: ask for final quality"):
        render(tmp_path / "cat.png", "--quality", "draft")
