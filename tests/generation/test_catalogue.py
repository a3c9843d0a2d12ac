"""`render_covers`: covers, examples and sheets by one command, and the same bytes again."""

import json
import shutil
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from PIL import Image

from generation.catalogue.plan import PlanError, read_plan
from generation.engine.image_files import thumbnail_webp
from stylepacks.intake import add_lora
from tests.engine import tiny_model
from tests.stylepacks.factories import make_checkpoint, make_pack

STARTER = Path(__file__).resolve().parents[2] / "starter"
PLAN = """
seed = 5
[[sheet]]
subject = "a red cat"
setting = "in the snow"
seed = 6
"""
EXAMPLES = ["a boat", "a cat"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalogue")
    tiny_model.build(folder / "model", context_width=256)
    tiny_model.save_lora(folder / "model", folder / "ink.safetensors", text=False)
    return folder


@pytest.fixture
def ink(db, model, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    content = ContentFile((model / "ink.safetensors").read_bytes(), "ink.safetensors")
    return make_pack(
        "ink",
        lora=add_lora(content, "Ink", "Apache-2.0"),
        checkpoint=make_checkpoint("tiny", location=str(model / "model")),
        width=64,
        height=64,
        steps=2,
        examples=EXAMPLES,
    )


@pytest.fixture
def folder(tmp_path):
    """A starter folder that names one pack."""
    folder = tmp_path / "starter"
    (folder / "packs").mkdir(parents=True)
    (folder / "packs" / "ink.toml").touch()
    (folder / "pictures.toml").write_text(PLAN)
    return folder


def render(folder: Path, *more: str) -> None:
    call_command("render_covers", "--into", str(folder), *more)


def pictures(folder: Path) -> dict[str, bytes]:
    found = sorted(folder.rglob("*.webp"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_it_renders_all_pictures_and_the_same_bytes_again(ink, folder, capsys):
    render(folder, "--sheets", str(folder / "sheets"))
    first = pictures(folder)
    assert list(first) == [
        "covers/ink.webp",
        *(f"dial/ink-{stop}.webp" for stop in (0, 100, 25, 50, 75)),
        "examples/ink-1.webp",
        "examples/ink-2.webp",
        "samples/ink-1.webp",
        "sheets/sheet-style.webp",
    ]
    assert "9 pictures rendered, 1 taken from earlier" in capsys.readouterr().out
    render(folder, "--sheets", str(folder / "sheets"))
    assert pictures(folder) == first


def test_it_makes_the_picture_that_render_makes(ink, folder, tmp_path, settings):
    settings.RENDER_THREADS, settings.RENDER_PRECISION = 2, "float32"
    render(folder)
    asked = ["--prompt", "a boat", "--seed", "5", "--out", str(tmp_path / "boat.png")]
    call_command("render", "--pack", "ink", *asked)
    picture = Image.open(tmp_path / "boat.png").convert("RGB")
    webp = thumbnail_webp(picture.tobytes(), *picture.size, edge=512)
    assert (folder / "covers" / "ink.webp").read_bytes() == webp


def test_it_goes_on_where_it_was_interrupted(ink, folder, capsys):
    blocked = folder / "file"
    blocked.touch()
    with pytest.raises(CommandError, match="could not be written"):
        render(folder, "--sheets", str(blocked))
    render(folder, "--sheets", str(folder / "sheets"))
    assert "0 pictures rendered, 10 taken from earlier" in capsys.readouterr().out


def test_it_tells_which_cover_differs(ink, folder, capsys):
    with pytest.raises(CommandError, match=r"missing: run `make covers`"):
        render(folder, "--check")
    render(folder)
    render(folder, "--check")
    assert "ink: the same" in capsys.readouterr().out
    Image.new("RGB", (64, 64)).save(folder / "covers" / "ink.webp")
    with pytest.raises(CommandError, match=r"differently \(by up to \d+ of 255 levels\)"):
        render(folder, "--check")


def test_it_leaves_nothing_out_silently(ink, folder, capsys):
    (folder / "packs" / "gone.toml").touch()
    render(folder)
    assert "Not installed, so left out: gone; run `manage.py" in capsys.readouterr().err
    with pytest.raises(CommandError, match="Not installed: gone"):
        render(folder, "--only", "ink", "gone")


def test_it_draws_no_sheet_of_half_a_family(ink, folder, capsys):
    render(folder, "--only", "ink", "--sheets", str(folder / "sheets"))
    assert "none drawn, because of --only" in capsys.readouterr().err
    assert not (folder / "sheets").exists()


def test_it_takes_a_better_seed_from_the_plan(ink, folder):
    render(folder)
    before = pictures(folder)
    chosen = '[covers.ink]\nprompt = "a cat"\nseed = 9\n[examples.ink]\nseeds = [6, 8]\n'
    (folder / "pictures.toml").write_text(PLAN + chosen)
    render(folder)
    after = pictures(folder)
    changed = [name for name in after if after[name] != before[name]]
    assert "covers/ink.webp" in changed
    assert [name for name in changed if name.startswith("examples")] == ["examples/ink-2.webp"]


def test_it_turns_the_dial_on_the_cover_and_says_what_each_picture_shows(ink, folder):
    render(folder)
    looks = json.loads((folder / "looks.json").read_text())
    boat = {"prompt": "a boat", "seed": 5}
    assert looks["ink"]["dial"] == [{"place": stop, **boat} for stop in (0, 25, 50, 75, 100)]
    assert looks["ink"]["samples"] == [{"place": 1, "prompt": "a red cat in the snow", "seed": 6}]
    dial = pictures(folder / "dial")
    assert len(set(dial.values())) == 5


def test_it_keeps_what_is_said_of_other_packs(ink, folder):
    (folder / "looks.json").write_text('{"fox": {"samples": [], "dial": []}}')
    render(folder)
    assert list(json.loads((folder / "looks.json").read_text())) == ["fox", "ink"]


def test_it_says_that_an_example_has_no_seed(ink, folder):
    (folder / "pictures.toml").write_text(PLAN + "[examples.ink]\nseeds = [6]\n")
    with pytest.raises(CommandError, match="2 examples and the plan 1 seeds"):
        render(folder)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("seed = 1", "at least one"),
        ("seed = 'x'\n" + PLAN.replace("seed = 5", ""), "whole number"),
        ("size = 3", "unknown field 'size'"),
        ("seed = ", "cannot be read as TOML"),
        (PLAN + "[covers.ink]\nsteps = 3\n", "may hold 'prompt' and 'seed' only"),
        (PLAN + "[examples.ink]\nseeds = 3\n", "a list of whole numbers"),
    ],
)
def test_it_refuses_a_plan_it_cannot_follow(tmp_path, text, complaint):
    (tmp_path / "pictures.toml").write_text(text)
    with pytest.raises(PlanError, match=complaint):
        read_plan(tmp_path / "pictures.toml")


def test_it_says_where_a_plan_should_be(tmp_path):
    with pytest.raises(PlanError, match=r"holds pictures\.toml"):
        read_plan(tmp_path / "pictures.toml")


def test_it_reads_the_plan_that_ships():
    assert len(read_plan(STARTER / "pictures.toml").columns) == 6


@pytest.mark.model
@pytest.mark.django_db
def test_it_renders_a_shipped_pack_the_same_twice(tmp_path, settings, capsys):
    settings.DATA_DIR = tmp_path / "data"
    folder = tmp_path / "starter"
    (folder / "packs").mkdir(parents=True)
    for name in ("pictures.toml", "vocabulary.json"):
        shutil.copy(STARTER / name, folder)
    (folder / "weights").symlink_to(STARTER / "weights")
    quick = (STARTER / "packs" / "pip.toml").read_text().replace("steps = 12", "steps = 2")
    (folder / "packs" / "pip.toml").write_text(quick)
    call_command("install_starter", folder=folder)
    render(folder)
    render(folder, "--check", "--only", "pip")
    assert "pip: the same" in capsys.readouterr().out
    assert len(list((folder / "examples").iterdir())) == 3
