import errno
import pickle

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from stylepacks import previews, publishing
from stylepacks.models import Checkpoint, Lora, PackVersion, Preview, StylePack
from stylepacks.rules.aspects import ASPECTS
from stylepacks.signals import preview_requested
from tests.stylepacks.factories import (
    lora_file,
    make_checkpoint,
    make_lora,
    make_pack,
    write_checkpoint,
)
from tests.stylepacks.test_previews import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, curator):
    client.force_login(curator)
    return client


def address(name, *args):
    return reverse(f"admin:stylepacks_{name}", args=args)


def upload(desk, content, name="Ink", license="Apache-2.0"):
    file = SimpleUploadedFile("ink.safetensors", content)
    fields = {"file": file, "name": name, "license": license}
    return desk.post(address("lora_add"), fields, follow=True)


def version_fields(version, *uses, **changed):
    """What the browser sends for a version's form, with its LoRA rows."""
    fields = {
        "pack": version.pack_id,
        "checkpoint": version.checkpoint_id,
        "template": version.template,
        "negative": "",
        "strength": 85,
        "strength_policy": "free",
        "strength_from": 0,
        "strength_to": 100,
        "strength_curve": "0: 0, 100: 1",
        "width": 512,
        "height": 512,
        "aspects": list(ASPECTS),
        "steps": 16,
        "guidance": 4,
        "sampler": "dpmpp_2m",
        "examples": "a red boat\n\na blue fish",
        "license": "Apache-2.0",
        "notes": "",
        "preview_prompt": "a red boat",
        "loras-TOTAL_FORMS": len(uses),
        "loras-INITIAL_FORMS": 0,
        **changed,
    }
    for index, use in enumerate(uses):
        row = {"trigger": "ink style", "trigger_position": "end", "trigger_required": "on",
               "weight_min": 0, "weight_max": 0.8, "order": index, **use}  # fmt: skip
        fields.update({f"loras-{index}-{name}": value for name, value in row.items()})
    return fields


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def test_it_takes_in_a_lora(desk):
    upload(desk, lora_file(metadata={"trigger": "ink style"}).read())
    lora = Lora.objects.get()
    assert (lora.name, lora.family, lora.suggested_trigger) == ("Ink", "sd15", "ink style")
    page = desk.get(address("lora_change", lora.pk))
    assert lora.sha256 in page.content.decode()
    assert "no pack yet" in page.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pickle.dumps([1] * 50), "pickle"),
        (lora_file().read()[:-9], "cut short"),
        (b"not a lora at all, just words in a file", "not a safetensors file"),
        (b"", "empty"),
    ],
)
def test_it_says_at_the_field_why_a_file_is_refused(desk, media_folder, content, words):
    answer = upload(desk, content)
    assert answer.status_code == 200
    assert words in str(answer.context["adminform"].form.errors["file"])
    assert not Lora.objects.exists()
    assert not [path for path in media_folder.rglob("*") if path.is_file()]


def test_it_names_the_lora_that_a_file_is_already(desk):
    upload(desk, lora_file().read())
    answer = upload(desk, lora_file().read(), name="Again")
    assert "it is the LoRA “Ink”" in str(answer.context["adminform"].form.errors["file"])


def test_it_says_so_when_the_disk_is_full(desk, monkeypatch):
    def full(name, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    answer = upload(desk, lora_file().read())
    assert "disk may be full" in told(answer)[0]
    assert not Lora.objects.exists()


def test_it_refuses_an_unwritten_license(desk):
    answer = upload(desk, lora_file().read(), license="yes please")
    assert "SPDX" in str(answer.context["adminform"].form.errors["license"])


def test_it_changes_only_the_words_of_a_lora(desk):
    lora = make_lora()
    fields = {"name": "Ink 2", "license": "MIT", "suggested_trigger": "ink", "family": "sdxl"}
    desk.post(address("lora_change", lora.pk), fields)
    lora.refresh_from_db()
    assert (lora.name, lora.license, lora.family) == ("Ink 2", "MIT", "sd15")


def test_it_makes_a_pack_with_its_first_draft(desk):
    make_checkpoint()
    fields = {
        "name": "Ink Lines", "slug": "ink-lines", "kind": "style", "look_family": "print",
        "promise": "Ink on paper.", "description": "", "tags": "ink, bold ,", "suits": "",
        "position": 100, "_save": "Save",
    }  # fmt: skip
    answer = desk.post(address("stylepack_add"), fields, follow=True)
    pack = StylePack.objects.get()
    assert (pack.tags, pack.state) == (["ink", "bold"], "draft")
    assert answer.redirect_chain[-1][0] == address("packversion_change", pack.versions.get().pk)


def test_it_sets_up_previews_and_publishes_a_version(
    desk, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []

    def receiver(version, prompt, **_):
        asked.append((version.loras.get().weight_max, prompt))

    monkeypatch.setattr(preview_requested, "receivers", [])
    preview_requested.sender_receivers_cache.clear()
    preview_requested.connect(receiver)
    lora = make_lora()
    version = make_pack(published=False).versions.get()
    version.loras.all().delete()
    change = address("packversion_change", version.pk)
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(
            change, version_fields(version, {"lora": lora.pk}, _preview="1"), follow=True
        )
    assert asked == [(0.8, "a red boat")]
    assert "on its way" in told(answer)[-1]

    previews.deliver(version, [png()])
    picture = version.preview_requests.get().images.get()
    assert desk.get(address("picture", picture.pk)).getvalue()[:4] == b"\x89PNG"
    desk.post(address("use_as_cover", picture.pk))

    use = version.loras.get()
    rows = version_fields(version, {"lora": lora.pk, "id": use.pk, "version": version.pk},
                          _publish="1", **{"loras-INITIAL_FORMS": 1})  # fmt: skip
    answer = desk.post(change, rows, follow=True)
    assert "is live" in told(answer)[-1]
    version.refresh_from_db()
    assert version.is_published
    assert version.examples == ["a red boat", "a blue fish"]
    assert StylePack.objects.get().live_version == version
    assert StylePack.objects.get().cover


def test_it_lists_what_keeps_a_version_from_being_published(desk):
    version = make_pack(published=False).versions.get()
    version.loras.all().delete()
    big = make_lora("Big", width=2048)
    change = address("packversion_change", version.pk)
    answer = desk.post(change, version_fields(version, {"lora": big.pk}, _publish="1"), follow=True)
    assert any("made for SDXL (width 2048)" in message for message in told(answer))
    assert not PackVersion.objects.get().is_published
    assert "Before it can be previewed or published" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"template": "no slot"}, "template", "no {prompt}"),
        ({"strength_curve": "0: 0, 50: 2, 100: 1"}, "strength_curve", "falls"),
        ({"strength_curve": "up and up"}, "strength_curve", "Write the curve"),
        ({"steps": 900}, "__all__", "Steps must be"),
        ({"width": 500}, "__all__", "multiple of 16"),
        ({"sampler": "magic"}, "sampler", "valid choice"),
        ({"strength_policy": "range", "strength_from": 90, "strength_to": 20}, "strength_from",
         "start below its end"),
        ({"license": "whatever you like"}, "license", "SPDX"),
    ],
)  # fmt: skip
def test_it_says_at_the_field_what_is_wrong(desk, changed, field, words):
    version = make_pack(published=False).versions.get()
    answer = desk.post(
        address("packversion_change", version.pk), version_fields(version, **changed)
    )
    assert words in str(answer.context["adminform"].form.errors[field])


def test_it_holds_makers_to_a_range(desk):
    version = make_pack(published=False).versions.get()
    policy = {"strength_policy": "range", "strength_from": 40, "strength_to": 90}
    desk.post(address("packversion_change", version.pk), version_fields(version, **policy))
    version.refresh_from_db()
    assert version.field_policy == {"strength": {"policy": "range", "min": 40, "max": 90}}


@pytest.mark.parametrize(
    ("ticked", "rule"),
    [
        ([], {"policy": "fixed"}),
        (["portrait", "square"], {"policy": "range", "of": ["square", "portrait"]}),
        (list(ASPECTS), None),
    ],
)
def test_it_holds_makers_to_the_ticked_shapes(desk, ticked, rule):
    version = make_pack(published=False).versions.get()
    where = address("packversion_change", version.pk)
    desk.post(where, version_fields(version, aspects=ticked))
    version.refresh_from_db()
    assert version.field_policy == ({"aspect": rule} if rule else {})
    shown = desk.get(where).context["adminform"].form.initial["aspects"]
    assert set(shown) == set(ticked)


def test_it_brings_the_trigger_from_the_file(desk):
    upload(desk, lora_file(value=7, metadata={"trigger": "gouache style"}).read(), "Gouache")
    version = make_pack(published=False).versions.get()
    version.loras.all().delete()
    row = {"lora": Lora.objects.get(name="Gouache").pk, "trigger": ""}
    desk.post(address("packversion_change", version.pk), version_fields(version, row))
    assert version.loras.get().trigger == "gouache style"


def test_it_shows_a_published_version_and_changes_nothing_of_it(desk):
    version = make_pack().live_version
    change = address("packversion_change", version.pk)
    page = desk.get(change).content.decode()
    assert "New version from this one" in page
    assert "Save draft" not in page
    assert desk.post(change, version_fields(version, steps=40)).status_code == 403
    assert PackVersion.objects.get().steps == 16


def test_it_makes_a_new_version_and_goes_back_to_an_old_one(desk):
    first = make_pack().live_version
    desk.post(address("new_version", first.pk))
    second = PackVersion.objects.get(number=2)
    publishing.publish(second, None)
    desk.post(address("make_live", first.pk))
    assert StylePack.objects.get().live_version == first


def test_it_retires_a_pack_and_offers_it_again(desk):
    pack = make_pack()
    desk.post(address("retire_pack", pack.pk))
    assert StylePack.objects.get().state == "retired"
    desk.post(address("offer_pack", pack.pk))
    assert StylePack.objects.get().state == "published"
    desk.post(address("draft_pack", pack.pk))
    assert pack.versions.count() == 2


def test_it_does_nothing_on_a_mere_visit(desk):
    pack = make_pack()
    for name in ("retire_pack", "offer_pack", "draft_pack"):
        assert desk.get(address(name, pack.pk)).status_code == 405
    assert desk.get(address("new_version", pack.live_version_id)).status_code == 405


def test_it_keeps_everybody_else_out(client, alice):
    pack = make_pack()
    client.force_login(alice)
    answer = client.post(address("retire_pack", pack.pk))
    assert answer.status_code == 302
    assert "/admin/login/" in answer.url
    assert StylePack.objects.get().state == "published"


def test_it_keeps_staff_without_the_right_out(client, bob):
    bob.is_staff = True
    bob.save()
    pack = make_pack()
    client.force_login(bob)
    assert client.post(address("retire_pack", pack.pk)).status_code == 403
    assert client.post(address("new_version", pack.live_version_id)).status_code == 403


def test_it_opens_every_page_of_the_desk(desk):
    pack, draft = make_pack(), make_pack("draft", published=False)
    previews.request(pack.live_version, "a boat", None)
    previews.fail(pack.live_version, "The worker was stopped.")
    pages = [
        address("stylepack_changelist"), address("stylepack_change", pack.pk),
        address("stylepack_change", draft.pk), address("stylepack_add"),
        address("packversion_changelist"), address("packversion_add"),
        address("packversion_change", draft.versions.get().pk),
        address("packversion_change", pack.live_version_id),
        address("lora_changelist"), address("lora_add"),
        address("checkpoint_changelist"), address("checkpoint_add"),
        address("checkpoint_change", Checkpoint.objects.get().pk),
    ]  # fmt: skip
    for page in pages:
        assert desk.get(page).status_code == 200, page
    assert "The worker was stopped." in desk.get(pages[7]).content.decode()
    assert Preview.objects.get().state == "failed"


def test_it_reads_a_checkpoint_when_it_is_added(desk, tmp_path):
    fields = {
        "name": "Somebody's", "slug": "other", "family": "sd15", "license": "MIT",
        "location": str(write_checkpoint(tmp_path / "model", width=768)), "default_width": 512,
        "default_height": 512, "max_prompt_tokens": 75, "draft_steps": 4, "draft_guidance": 1,
        "draft_sampler": "ddim",
    }  # fmt: skip
    desk.post(address("checkpoint_add"), fields)
    checkpoint = Checkpoint.objects.get()
    assert (checkpoint.cross_attention_width, len(checkpoint.digest)) == (768, 64)
    assert "unet/diffusion_pytorch_model.safetensors" in checkpoint.files
    assert checkpoint.draft_lora is None
    lora = make_lora()
    Lora.objects.update(family="sdxl")
    page = address("checkpoint_change", checkpoint.pk)
    answer = desk.post(page, {**fields, "draft_lora": lora.pk, "family": "flux"})
    errors = answer.context["adminform"].form.errors
    assert "is a sdxl LoRA" in str(errors["draft_lora"])
    assert "this is a sd15 model" in str(errors["family"])


@pytest.mark.parametrize(
    "location", ["/nowhere/at all", "owner/model", "{folder}/model.safetensors"]
)
def test_it_tells_how_other_checkpoints_are_brought_in(desk, tmp_path, location):
    (tmp_path / "model.safetensors").write_bytes(b"whatever")
    fields = {"name": "XL", "slug": "xl", "family": "sdxl", "license": "MIT"}
    location = location.format(folder=tmp_path)
    answer = desk.post(address("checkpoint_add"), {**fields, "location": location})
    errors = answer.context["adminform"].form.errors
    assert "add_checkpoint" in str(errors["location"])


def test_it_does_not_swap_the_weights_under_published_packs(desk, tmp_path):
    make_pack()
    checkpoint = Checkpoint.objects.get()
    fields = {
        "name": "Starter", "slug": "starter", "family": "sd15",
        "location": str(write_checkpoint(tmp_path / "other")),
        "license": "Apache-2.0", "default_width": 512, "default_height": 512,
        "max_prompt_tokens": 46,
    }  # fmt: skip
    answer = desk.post(address("checkpoint_change", checkpoint.pk), fields)
    assert "as a new checkpoint" in str(answer.context["adminform"].form.errors["location"])
    checkpoint.refresh_from_db()
    assert checkpoint.digest == "c" * 64
