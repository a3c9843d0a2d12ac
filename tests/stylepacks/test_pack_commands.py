import json

import pytest
from django.core.management import CommandError, call_command

from stylepacks import checkpoints, publishing
from tests.stylepacks.factories import make_checkpoint, make_pack, write_checkpoint

pytestmark = pytest.mark.django_db
LISTED = {"slug", "name", "kind", "family", "version", "digest", "license"}


def told(capsys, *command):
    call_command(*command)
    return capsys.readouterr().out


def test_it_lists_the_published_packs(capsys):
    make_pack("ink")
    make_pack("draft", published=False)
    (row,) = json.loads(told(capsys, "list_packs", "--json"))
    assert set(row) == LISTED
    assert (row["slug"], row["family"], row["version"]) == ("ink", "sd15", 1)
    table = told(capsys, "list_packs").splitlines()
    assert table[1].split()[:2] == ["ink", "Ink"]


def test_it_says_so_when_there_is_nothing_to_list(capsys):
    assert "No pack is published yet" in told(capsys, "list_packs")
    assert json.loads(told(capsys, "list_packs", "--json")) == []


def test_it_finds_a_sound_pack_sound(capsys):
    make_checkpoint(location="owner/model")
    make_pack()
    report = json.loads(told(capsys, "check_pack", "ink", "--json"))
    assert (report["ok"], report["problems"], report["version"]) == (True, [], 1)
    assert "not on this machine" in report["warnings"][-1]


def test_it_reports_a_file_that_was_tampered_with(capsys):
    lora = make_pack().live_version.loras.get().lora
    with lora.file.storage.open(lora.file.name, "ab") as stored:
        stored.write(b"x")
    with pytest.raises(CommandError, match="not the one that was taken in"):
        call_command("check_pack", "ink")


def test_it_reports_a_row_that_was_tampered_with(capsys):
    make_checkpoint(location="owner/model")
    version = make_pack().live_version
    type(version)._base_manager.filter(pk=version.pk).update(steps=20)
    with pytest.raises(CommandError, match="no longer what was published"):
        call_command("check_pack", "ink")
    assert "1 problem" in capsys.readouterr().out


def test_it_reports_a_checkpoint_whose_files_changed(tmp_path):
    folder = write_checkpoint(tmp_path / "model")
    facts = checkpoints.read(str(folder))
    make_checkpoint(location=str(folder), digest=facts.digest, files=facts.files)
    make_pack()
    call_command("check_pack", "ink")
    (folder / "vae" / "config.json").write_text("{}")
    with pytest.raises(CommandError, match=r"\(vae/config\.json\) are not the ones"):
        call_command("check_pack", "ink")
    (folder / "model_index.json").write_text("{}")
    with pytest.raises(CommandError, match=r"model_index\.json"):
        call_command("check_pack", "ink")


def test_it_knows_no_pack_by_an_unknown_name():
    for command in (["check_pack", "nothing"], ["export_pack", "nothing", "x.pack"]):
        with pytest.raises(CommandError, match="There is no"):
            call_command(*command)


def test_it_carries_a_pack_in_a_file(capsys, tmp_path):
    make_pack()
    file = tmp_path / "ink.pack"
    assert "written to" in told(capsys, "export_pack", "ink", str(file))
    assert "was here already" in told(capsys, "import_pack", str(file))
    with pytest.raises(CommandError, match="could not be read"):
        call_command("import_pack", str(tmp_path / "missing"))


def test_it_lists_packs_for_programs(client):
    pack = make_pack("ink")
    make_pack("draft", published=False)
    (row,) = client.get("/api/packs").json()
    assert row["slug"] == "ink"
    assert row["digest"] == pack.live_version.digest


def test_it_shows_one_pack_to_programs(client):
    make_pack("ink", field_policy={"strength": {"policy": "range", "min": 40, "max": 90}})
    shown = client.get("/api/packs/ink").json()
    assert shown["fields"]["strength"] == {"policy": "range", "minimum": 40, "maximum": 90}
    assert shown["examples"] == ["a red boat by the sea at sunset"]
    assert "template" not in shown


def test_it_tells_programs_why_a_pack_is_not_offered(client, curator):
    assert client.get("/api/packs/nothing").status_code == 404
    publishing.retire(make_pack("ink"), curator)
    answer = client.get("/api/packs/ink")
    assert answer.status_code == 410
    assert "retired" in answer.json()["detail"]


def test_it_lists_packs_in_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    for number in range(4):
        make_pack(f"pack-{number}")
    with django_assert_max_num_queries(4):
        assert len(client.get("/api/packs").json()) == 4
