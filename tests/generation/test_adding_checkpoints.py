"""Checkpoints as operators have them: a folder, a single file, a model on the hub."""

import contextlib
import json
import shutil
import sqlite3

import pytest
from diffusers import DiffusionPipeline
from django.core.management import CommandError, call_command
from huggingface_hub import constants

from generation.engine.contract import ImageOrder, RenderRequest
from generation.engine.renderer import Renderer
from generation.weight_files import checkpoint_location
from stylepacks.models import Checkpoint
from stylepacks.rules.digests import digest
from tests.engine import original_layout, tiny_flow, tiny_model, tiny_sdxl
from tests.house import House
from tests.hub_server import COMMIT, Hub


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """By family, a tiny model as a folder, and as a single file beside it."""
    root = tmp_path_factory.mktemp("models")
    folders = {
        "sd15": tiny_model.build(root / "sd15"), "sdxl": tiny_sdxl.build(root / "sdxl")
    }  # fmt: skip
    for family, folder in folders.items():
        pipe = DiffusionPipeline.from_pretrained(folder)
        original_layout.save(pipe, root / f"{family}.safetensors")
    return folders


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    return settings.DATA_DIR


def add(source, slug="mine", **options) -> Checkpoint:
    options.setdefault("license", "MIT")
    call_command("add_checkpoint", str(source), slug=slug, **options)
    return Checkpoint.objects.get(slug=slug)


def refusal(source, **options) -> str:
    with pytest.raises(CommandError) as refused:
        add(source, **options)
    return str(refused.value)


def render(location, family, **fields):
    order = ImageOrder("image", "a red cat", "", 7)
    place = checkpoint_location(str(location))
    request = RenderRequest(place, family, (order,), (), 64, 64, steps=5, **fields)
    return Renderer().render(request).images[0].rgb


@pytest.mark.django_db
@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_single_file_renders_as_its_folder_does(models, family, data_folder):
    folder = models[family]
    kept = add(folder, "folder")
    single = folder.with_suffix(".safetensors")
    converted = add(single, "single", config=str(folder))
    assert (kept.location, kept.family) == (str(folder), family)
    assert (converted.family, converted.default_width) == (family, 64)
    assert converted.cross_attention_width == kept.cross_attention_width > 0
    assert converted.location.startswith(str(data_folder / "checkpoints" / family))
    assert converted.source.startswith(f"{family}.safetensors, SHA-256 ")
    assert converted.digest == digest(converted.files)
    assert render(converted.location, family) == render(kept.location, family)


@pytest.mark.django_db
def test_the_same_again_keeps_what_an_operator_set(models, capsys):
    first = add(models["sd15"], name="Mine")
    Checkpoint.objects.update(default_width=128)
    again = add(models["sd15"], license="")
    assert (again.pk, again.name, again.license) == (first.pk, "Mine", "MIT")
    assert again.default_width == 128
    assert "mine: Stable Diffusion 1.5, 128 x 64" in capsys.readouterr().out


@pytest.mark.django_db
def test_another_model_leaves_the_old_one_to_its_packs(models):
    first = add(models["sd15"])
    second = add(models["sdxl"])
    first.refresh_from_db()
    assert (second.pk != first.pk, second.slug, second.family) == (True, "mine", "sdxl")
    assert first.slug == f"mine-{first.digest[:8]}"


@pytest.mark.django_db
def test_it_says_what_to_do_instead(models, tmp_path):
    folder, single = models["sd15"], models["sd15"].with_suffix(".safetensors")
    assert "There is no model at" in refusal(tmp_path / "nowhere")
    assert "valid “slug”" in refusal(folder, slug="two words")
    assert "name it with --license" in refusal(folder, license="")
    assert "not an SPDX identifier" in refusal(folder, license="my own!")
    assert "--revision is for a model on the hub" in refusal(folder, revision=COMMIT)
    assert "--config is for a single file" in refusal(folder, config=str(folder))
    assert "no model_index.json" in refusal(single, config=str(tmp_path))
    assert "--config FOLDER" in refusal(single)
    (tmp_path / "old.ckpt").write_bytes(b"\x80\x02}q\x00.")
    assert "This is a Python pickle" in refusal(tmp_path / "old.ckpt")
    assert not Checkpoint.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("family", "tokens", "guidance"),
    [("flux", 511, 1.0), ("z-image", 500, 0.0), ("qwen-image", 512, 1.0)],
)
def test_it_takes_in_the_families_that_flow(tmp_path, family, tokens, guidance):
    added = add(tiny_flow.build(family, tmp_path / family))
    assert (added.family, added.max_prompt_tokens, added.default_width) == (family, tokens, 1024)
    assert (added.draft_sampler, added.draft_guidance) == ("euler", guidance)
    picture = render(added.location, family, sampler="euler")
    assert len(picture) == 64 * 64 * 3


@pytest.mark.django_db
def test_it_counts_the_tokens_that_schnell_reads(tmp_path):
    folder = tiny_flow.build("flux", tmp_path / "schnell", guidance_embeds=False)
    assert add(folder).max_prompt_tokens == 255


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("family", "sister"),
    [("flux", "FluxKontextPipeline"), ("qwen-image", "QwenImageEditPipeline")],
)
def test_it_refuses_a_sister_that_edits_pictures(tmp_path, family, sister):
    folder = tiny_flow.build(family, tmp_path / family)
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps({**index, "_class_name": sister}))
    assert f"model_index.json says {sister}" in refusal(folder)


@pytest.mark.django_db
def test_it_asks_for_a_model_of_the_hub_by_its_name(monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set, so owner/model cannot be fetched" in refusal("owner/model")


def test_a_model_of_the_hub_renders_as_its_folder_does(models, tmp_path):
    published = shutil.copytree(models["sdxl"], tmp_path / "published")
    for extra in ("whole.safetensors", "unet/pytorch_model.bin", "unet/x.fp16.safetensors"):
        (published / extra).write_bytes(b"not wanted")
    house = House(tmp_path / "data", HF_HOME=str(tmp_path / "hf"), HF_TOKEN="")
    house.manage("migrate", "--verbosity", "0")
    with Hub(published) as hub:
        house.environment["HF_ENDPOINT"] = hub.address
        ended = house.manage("add_checkpoint", "owner/model", "--slug", "theirs", check=False)
    assert ended.returncode == 0, ended.stderr
    kept = tmp_path / "data" / "checkpoints" / f"owner--model@{COMMIT[:12]}"
    assert f"owner/model is the revision {COMMIT}." in ended.stdout
    assert ended.stdout.splitlines()[-1].endswith(f"at {kept}")
    assert files_in(kept) == files_in(models["sdxl"])
    assert render(kept, "sdxl") == render(models["sdxl"], "sdxl")
    with contextlib.closing(sqlite3.connect(house.folder / "housestyle.db")) as database:
        row = database.execute("SELECT source, license FROM stylepacks_checkpoint").fetchone()
    assert row == (f"owner/model@{COMMIT}", "Apache-2.0")


def files_in(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)
