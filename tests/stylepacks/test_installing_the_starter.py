import json
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from stylepacks import publishing
from stylepacks.models import Checkpoint, Lora, StylePack
from tests.stylepacks.factories import lora_file, safetensors_bytes, unet_tensors, write_checkpoint

pytestmark = pytest.mark.django_db
PACKS = Path(__file__).resolve().parents[2] / "starter" / "packs"
CHOSEN = ("linocut", "pip")


@pytest.fixture
def starter(tmp_path):
    """The real pack files of two packs, with tiny weights in the starter's shape."""
    folder = tmp_path / "starter"
    (folder / "packs").mkdir(parents=True)
    for slug in CHOSEN:
        shutil.copy(PACKS / f"{slug}.toml", folder / "packs")
    write_checkpoint(folder / "weights" / "starter")
    (folder / "weights" / "loras").mkdir()
    for value, slug in enumerate(CHOSEN, start=1):
        write_lora(folder, slug, value)
    (folder / "covers").mkdir()
    (folder / "covers" / "pip.webp").write_bytes(b"RIFF cover")
    return folder


def write_lora(folder: Path, slug: str, value: float, width: int = 256) -> None:
    path = folder / "weights" / "loras" / f"{slug}.safetensors"
    path.write_bytes(lora_file(width, value).read())


def install(folder: Path, capsys) -> tuple[list[str], str]:
    call_command("install_starter", folder=folder)
    said = capsys.readouterr()
    return said.out.splitlines(), said.err


def test_it_registers_the_checkpoint_and_publishes_every_pack(starter, capsys):
    lines, _ = install(starter, capsys)
    assert [line.split(" (")[0] for line in lines] == [
        "linocut: version 1 published",
        "pip: version 1 published",
    ]
    checkpoint = Checkpoint.objects.get(slug="starter")
    assert (checkpoint.family, checkpoint.cross_attention_width) == ("sd15", 256)
    assert (checkpoint.max_prompt_tokens, checkpoint.is_default) == (46, True)
    pip = StylePack.objects.get(slug="pip")
    assert (pip.kind, pip.state, pip.look_family) == ("character", "published", "character")
    assert pip.cover.read() == b"RIFF cover"
    assert pip.live_version.loras.get().trigger == "pip"


def test_it_changes_nothing_the_second_time(starter, capsys):
    install(starter, capsys)
    before = list(StylePack.objects.values())
    lines, _ = install(starter, capsys)
    assert all("version 1 unchanged" in line for line in lines)
    assert list(StylePack.objects.values()) == before
    assert (Checkpoint.objects.count(), Lora.objects.count()) == (1, 2)


def test_it_publishes_a_new_version_of_a_changed_pack_alone(starter, capsys):
    install(starter, capsys)
    file = starter / "packs" / "pip.toml"
    file.write_text(file.read_text().replace("steps = 12", "steps = 20"))
    lines, _ = install(starter, capsys)
    assert "linocut: version 1 unchanged" in lines[0]
    assert "pip: version 2 published" in lines[1]
    assert StylePack.objects.get(slug="pip").live_version.steps == 20


def test_it_publishes_a_new_version_for_changed_weights(starter, capsys):
    install(starter, capsys)
    write_lora(starter, "pip", 9.0)
    lines, _ = install(starter, capsys)
    assert "pip: version 2 published" in lines[1]
    assert Lora.objects.filter(slug="pip-2").exists()


def test_it_keeps_old_versions_on_the_old_checkpoint(starter, capsys):
    install(starter, capsys)
    old = StylePack.objects.get(slug="pip").live_version
    content = safetensors_bytes({**unet_tensors(), "conv_norm_out.weight": ((8,), 2.0)})
    (starter / "weights/starter/unet/diffusion_pytorch_model.safetensors").write_bytes(content)
    lines, _ = install(starter, capsys)
    assert all("version 2 published" in line for line in lines)
    new = Checkpoint.objects.get(slug="starter")
    old.refresh_from_db()
    assert old.checkpoint.slug == f"starter-{old.checkpoint.digest[:8]}"
    assert old.checkpoint != new
    assert (new.is_default, old.checkpoint.is_default) == (True, False)
    assert "unchanged" in install(starter, capsys)[0][0]


def test_it_leaves_a_curators_own_version_live(starter, capsys, curator):
    install(starter, capsys)
    draft = publishing.draft_from(StylePack.objects.get(slug="pip").live_version)
    draft.steps = 30
    draft.save()
    publishing.publish(draft, curator)
    install(starter, capsys)
    assert StylePack.objects.get(slug="pip").live_version == draft


def test_it_does_not_offer_a_retired_pack_again(starter, capsys, curator):
    install(starter, capsys)
    publishing.retire(StylePack.objects.get(slug="pip"), curator)
    write_lora(starter, "pip", 9.0)
    install(starter, capsys)
    assert StylePack.objects.get(slug="pip").state == "retired"


def test_it_says_which_weights_are_missing(starter, capsys):
    (starter / "weights" / "loras" / "pip.safetensors").unlink()
    lines, errors = install(starter, capsys)
    assert len(lines) == 1
    assert "pip: skipped. Its weights are missing" in errors
    assert not StylePack.objects.filter(slug="pip").exists()


def test_it_skips_a_pack_whose_lora_does_not_fit(starter, capsys):
    write_lora(starter, "pip", 3.0, width=2048)
    _, errors = install(starter, capsys)
    assert "pip: skipped." in errors
    assert "made for SDXL (width 2048)" in errors
    assert not StylePack.objects.filter(slug="pip").exists()


def test_it_says_so_when_there_is_no_model_at_all(starter):
    shutil.rmtree(starter / "weights")
    with pytest.raises(CommandError, match="weights are missing"):
        call_command("install_starter", folder=starter)


def test_it_keeps_the_words_that_the_starter_knows(starter, capsys):
    install(starter, capsys)
    assert Checkpoint.objects.get(slug="starter").vocabulary == {}
    vocabulary = {"subjects": ["fox", "boat"]}
    (starter / "vocabulary.json").write_text(json.dumps(vocabulary))
    install(starter, capsys)
    assert Checkpoint.objects.get(slug="starter").vocabulary == vocabulary


def test_it_refuses_a_spoilt_list_of_words(starter, capsys):
    (starter / "vocabulary.json").write_text("{")
    with pytest.raises(CommandError, match=r"python -m starter\.vocabulary"):
        install(starter, capsys)
    assert not Checkpoint.objects.exists()
