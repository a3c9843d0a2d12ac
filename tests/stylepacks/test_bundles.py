import json
import random
import shutil
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from stylepacks import publishing
from stylepacks.bundles import export_pack, import_pack
from stylepacks.errors import BundleRefused, PackError, PackUnknown
from stylepacks.models import Checkpoint, Lora, StylePack
from stylepacks.rules.digests import canonical_json, digest
from tests.stylepacks.factories import make_checkpoint, make_pack
from tests.stylepacks.test_previews import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def bundle(tmp_path, media_folder):
    """A bundle from another house: here is its checkpoint, and nothing else of it."""
    file = tmp_path / "ink.pack"
    with transaction.atomic():
        pack = make_pack("ink", strength=70, guidance=5, notes="First", negative="blur")
        pack.cover.save("ink.webp", ContentFile(png()))
        export_pack("ink", file)
        transaction.set_rollback(True)
    shutil.rmtree(media_folder)
    make_checkpoint()
    return file


def digest_in(bundle):
    with zipfile.ZipFile(bundle) as archive:
        return json.loads(archive.read("manifest.json"))["digest"]


def test_it_has_the_same_digest_after_a_journey(bundle):
    imported = import_pack(bundle)
    assert imported.is_new
    assert imported.version.digest == digest_in(bundle)
    assert imported.version.number == 1
    pack = StylePack.objects.get(slug="ink")
    assert (pack.live_version, pack.state) == (imported.version, "published")
    assert pack.cover.read()[:4] == b"\x89PNG"


def test_it_gives_the_same_bundle_again(bundle, tmp_path):
    import_pack(bundle)
    export_pack("ink", tmp_path / "again.pack")
    assert (tmp_path / "again.pack").read_bytes() == bundle.read_bytes()


def test_it_finds_a_pack_that_is_here_already(bundle):
    import_pack(bundle)
    imported = import_pack(bundle)
    assert not imported.is_new
    assert StylePack.objects.get().versions.count() == 1


def test_it_becomes_a_new_version_of_a_pack_of_the_same_name(bundle):
    make_pack("ink", steps=40)
    imported = import_pack(bundle)
    assert (imported.version.number, imported.version.steps) == (2, 16)


def test_it_needs_the_checkpoint_it_was_made_for(bundle):
    Checkpoint.objects.all().delete()
    make_checkpoint("other", digest="d" * 64)
    with pytest.raises(BundleRefused, match="add that checkpoint"):
        import_pack(bundle)
    assert not Lora.objects.exists()


def rewritten(bundle, tmp_path, change):
    """The bundle with its members passed through `change(names -> bytes)`."""
    with zipfile.ZipFile(bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    changed = change(members) or members
    path = tmp_path / "changed.pack"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in changed.items():
            archive.writestr(name, content)
    return path


def with_manifest(change):
    def apply(members):
        manifest = json.loads(members["manifest.json"])
        change(manifest)
        members["manifest.json"] = canonical_json(manifest)

    return apply


def lora_member(members):
    return next(name for name in members if name.startswith("loras/"))


def damaged(members):
    name = lora_member(members)
    members[name] = members[name][:-1] + b"\x01"


def bomb(members):
    members[lora_member(members)] += b"\0" * 50_000_000


def evil_path(members):
    members["../../evil.py"] = b"print()"


def renamed_path(members):
    name = lora_member(members)
    members["../" + name] = members.pop(name)


def no_manifest(members):
    del members["manifest.json"]


def huge_manifest(members):
    members["manifest.json"] = random.Random(1).randbytes(2 << 20)


def unfit_version(manifest):
    manifest["version"]["steps"] = 1000
    manifest["digest"] = digest(manifest["version"])


def odd_version(manifest):
    manifest["version"]["steps"] = "many"
    manifest["digest"] = digest(manifest["version"])


def huge_number(manifest):
    manifest["version"]["strength"] = 2**70
    manifest["digest"] = digest(manifest["version"])


def no_notes(manifest):
    manifest["version"]["notes"] = None
    manifest["digest"] = digest(manifest["version"])


def without_template(manifest):
    del manifest["version"]["template"]
    manifest["digest"] = digest(manifest["version"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (damaged, "damaged"),
        (bomb, "unpacks to more"),
        (evil_path, "other files"),
        (renamed_path, "other files"),
        (no_manifest, "no manifest.json"),
        (huge_manifest, "larger than"),
        (lambda members: members.update({"manifest.json": b"{"}), "cannot be read"),
        (lambda members: members.update({"manifest.json": b"[]"}), "not a table"),
        (lambda members: members.update({"cover.webp": b"other"}), "cover in the bundle"),
        (with_manifest(lambda m: m["version"].update(steps=17)), "digest does not match"),
        (with_manifest(lambda m: m.update(format="other/9")), "not a housestyle.pack/1"),
        (with_manifest(lambda m: m["pack"].update(slug="../x")), "no usable slug"),
        (with_manifest(lambda m: m["pack"].pop("name")), "incomplete"),
        (with_manifest(lambda m: m.update(loras=[])), "not the ones"),
        (with_manifest(unfit_version), "Steps must be"),
        (with_manifest(odd_version), "cannot be used"),
        (with_manifest(huge_number), "cannot be used"),
        (with_manifest(no_notes), "cannot be used"),
        (with_manifest(lambda m: m["version"].update(checkpoint=[])), "which checkpoint"),
        (with_manifest(lambda m: m["version"].update(checkpoint=7)), "which checkpoint"),
        (with_manifest(without_template), "cannot be used"),
    ],
)
def test_it_refuses_a_changed_bundle_and_leaves_nothing_behind(
    bundle, tmp_path, media_folder, change, words
):
    with pytest.raises(PackError, match=words):
        import_pack(rewritten(bundle, tmp_path, change))
    assert not StylePack.objects.exists()
    assert not Lora.objects.exists()
    assert not [path for path in media_folder.rglob("*") if path.is_file()]


def test_it_refuses_what_is_no_zip_file(tmp_path):
    (tmp_path / "x.pack").write_bytes(b"hello")
    with pytest.raises(BundleRefused, match="not a bundle"):
        import_pack(tmp_path / "x.pack")
    with pytest.raises(BundleRefused, match="could not be read"):
        import_pack(tmp_path / "missing.pack")


def test_it_exports_only_what_is_published_and_whole(tmp_path):
    with pytest.raises(PackUnknown):
        export_pack("nothing", tmp_path / "x.pack")
    pack = make_pack()
    with pytest.raises(BundleRefused, match="could not be written"):
        export_pack("ink", tmp_path / "missing" / "x.pack")
    lora = pack.live_version.loras.get().lora
    lora.file.storage.delete(lora.file.name)
    with pytest.raises(BundleRefused, match="missing from storage"):
        export_pack("ink", tmp_path / "x.pack")
    assert not list(tmp_path.glob("*.pack"))
    assert publishing.problems(pack.live_version)


def zipped(path, members, how=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("members", "how", "words"),
    [
        ({f"{i}.txt": b"" for i in range(19)}, zipfile.ZIP_STORED, "holds 19 files"),
        ({f"{i:0200}": b"" for i in range(5000)}, zipfile.ZIP_STORED, "list of files is too long"),
        ({"manifest.json": bytes(4 << 20)}, zipfile.ZIP_DEFLATED, "100 times its own size"),
        ({"manifest.json": b"{}"}, zipfile.ZIP_LZMA, "packed in a way"),
        ({"manifest.json": b"{}"}, zipfile.ZIP_BZIP2, "packed in a way"),
    ],
)
def test_it_tells_a_zip_bomb_before_it_unpacks_it(tmp_path, members, how, words):
    with pytest.raises(BundleRefused, match=words):
        import_pack(zipped(tmp_path / "bomb.pack", members, how))


def test_it_refuses_a_cover_of_too_many_pixels(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr("stylepacks.pictures.opened.__defaults__", (16,))
    with pytest.raises(BundleRefused, match="all of it 0 million"):
        import_pack(bundle)
    assert not StylePack.objects.exists()
