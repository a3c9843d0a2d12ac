import pytest
from django.db import transaction
from django.db.models import ProtectedError

from stylepacks import library, publishing
from stylepacks.errors import PackRetired, PackUnknown, PublishingRefused, VersionFrozen
from stylepacks.models import PackLora, PackVersion
from stylepacks.rules.digests import digest
from tests.stylepacks.factories import make_checkpoint, make_lora, make_pack

pytestmark = pytest.mark.django_db


def test_it_publishes_a_version_and_puts_it_on_the_shelf(curator):
    pack = make_pack(published=False)
    version = publishing.publish(pack.versions.get(), curator)
    assert version.digest == digest(publishing.version_content(version))
    assert version.published_by == curator
    assert library.live_version("ink") == version
    assert [found.slug for found in library.published_packs()] == ["ink"]


def test_it_gives_equal_content_the_same_digest_whatever_the_pack_is_called():
    lora = make_lora()
    first, second = make_pack("one", lora=lora), make_pack("two", lora=lora)
    second_use = second.live_version.loras.get()
    assert second_use.trigger == "two style"
    assert first.live_version.digest != second.live_version.digest
    content = publishing.version_content(second.live_version)
    content["loras"][0]["trigger"] = "one style"
    assert digest(content) == first.live_version.digest


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("template", "{trigger} {prompt}"),
        ("negative", "blur"),
        ("sampler", "euler"),
        ("steps", 17),
        ("guidance", 4.5),
        ("width", 528),
        ("height", 528),
        ("strength", 84),
        ("strength_curve", [[0, 0], [50, 0.6], [100, 1]]),
        ("field_policy", {"strength": {"policy": "fixed"}}),
        ("examples", ["a blue fish"]),
        ("license", "MIT"),
        ("notes", "Softer"),
    ],
)
def test_it_changes_the_digest_with_every_field(field, value):
    version = make_pack(published=False).versions.get()
    before = digest(publishing.version_content(version))
    setattr(version, field, value)
    assert digest(publishing.version_content(version)) != before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"template": "no slot"}, "no {prompt}"),
        ({"template": "{prompt} {prompt}"}, "more than once"),
        ({"steps": 0}, "Steps must be from 1 to 100"),
        ({"steps": 101}, "Steps must be from 1 to 100"),
        ({"guidance": -1.0}, "Guidance"),
        ({"width": 500}, "multiple of 16"),
        ({"height": 4096}, "multiple of 16"),
        ({"sampler": "magic"}, "no sampler"),
        ({"strength": 101}, "Strength"),
        ({"strength_curve": [[0, 0], [50, 0.9], [100, 0.5]]}, "must start at [0, 0] and end"),
        ({"strength_curve": [[0, 0], [50, 0.9], [60, 0.5], [100, 1]]}, "falls"),
        ({"field_policy": {"steps": {"policy": "free"}}}, "Makers cannot change"),
        ({"examples": [""]}, "example"),
        ({"license": "free for all!"}, "SPDX"),
        ({"template": "{prompt}" + ", word" * 60}, "alone take about"),
    ],
)
def test_it_refuses_what_cannot_be_rendered_as_promised(fields, words):
    pack = make_pack(published=False, **fields)
    with pytest.raises(PublishingRefused) as refused:
        publishing.publish(pack.versions.get(), None)
    assert words in str(refused.value)
    pack.refresh_from_db()
    assert pack.state == "draft"
    assert pack.live_version is None


def test_it_refuses_a_lora_that_was_made_for_another_model():
    pack = make_pack(published=False, lora=make_lora("Big", width=2048))
    with pytest.raises(PublishingRefused, match=r"made for SDXL \(width 2048\)"):
        publishing.publish(pack.versions.get(), None)


def test_it_refuses_a_lora_of_the_right_family_and_the_wrong_width():
    pack = make_pack(published=False, lora=make_lora("Full", width=768))
    with pytest.raises(PublishingRefused, match="checkpoint has width 256"):
        publishing.publish(pack.versions.get(), None)


def test_it_refuses_a_lora_whose_file_is_gone():
    pack = make_pack(published=False)
    lora = pack.versions.get().loras.get().lora
    lora.file.storage.delete(lora.file.name)
    with pytest.raises(PublishingRefused, match="missing from storage"):
        publishing.publish(pack.versions.get(), None)


def test_it_keeps_a_published_version_as_it_is():
    version = make_pack().live_version
    version.steps = 3
    with pytest.raises(VersionFrozen, match="make a new version"):
        version.save()
    with pytest.raises(VersionFrozen):
        PackVersion.objects.filter(pk=version.pk).update(steps=3)
    with pytest.raises(VersionFrozen), transaction.atomic():
        PackVersion.objects.filter(pk=version.pk).delete()
    with pytest.raises(VersionFrozen):
        version.delete()
    assert PackVersion.objects.get(pk=version.pk).steps == 16


def test_it_keeps_the_loras_of_a_published_version_as_they_are():
    version = make_pack().live_version
    use = version.loras.get()
    use.weight_max = 0.1
    for forbidden in (
        use.save,
        use.delete,
        PackLora.objects.all().delete,
        lambda: PackLora.objects.update(weight_max=0.1),
        lambda: PackLora.objects.create(version=version, lora=make_lora("Another")),
        lambda: PackLora.objects.bulk_update([use], ["weight_max"]),
    ):
        with pytest.raises(VersionFrozen), transaction.atomic():
            forbidden()
    assert version.loras.get().weight_max == 1.0


def test_it_does_not_move_a_frozen_lora_into_a_draft():
    version = make_pack().live_version
    draft = publishing.draft_from(version)
    use = version.loras.get()
    use.version = draft
    with pytest.raises(VersionFrozen):
        use.save()


def test_it_does_not_delete_a_pack_that_was_published():
    pack = make_pack()
    with pytest.raises((VersionFrozen, ProtectedError)), transaction.atomic():
        pack.delete()
    assert pack.versions.count() == 1


def test_it_drafts_a_new_version_from_a_published_one():
    version = make_pack(steps=20).live_version
    draft = publishing.draft_from(version)
    assert (draft.number, draft.steps, draft.is_published) == (2, 20, False)
    assert draft.loras.get().trigger == "ink style"
    assert library.live_version("ink") == version
    publishing.publish(draft, None)
    assert library.live_version("ink") == draft


def test_it_retires_a_pack_and_offers_it_again(curator):
    pack = make_pack()
    publishing.retire(pack, curator)
    assert not library.published_packs()
    with pytest.raises(PackRetired, match="retired"):
        library.live_version("ink")
    publishing.republish(pack.live_version, curator)
    assert library.live_version("ink").pack == pack


def test_it_knows_no_pack_by_an_unknown_name():
    with pytest.raises(PackUnknown, match="no pack called"):
        library.live_version("nothing")
    make_pack("sketch", published=False)
    with pytest.raises(PackUnknown, match="no pack called"):
        library.live_version("sketch")


def test_it_warns_when_little_room_is_left_for_words():
    checkpoint = make_checkpoint("short", max_prompt_tokens=10)
    version = make_pack(checkpoint=checkpoint, published=False).versions.get()
    warned = " ".join(publishing.warnings(version))
    assert "leaves the maker about" in warned
    assert "a red boat by the sea" in warned


def test_it_warns_when_a_pack_has_nothing_to_show():
    version = make_pack(published=False, examples=[]).versions.get()
    warned = " ".join(publishing.warnings(version))
    assert "no example prompts" in warned
    assert "no cover" in warned


def test_it_allows_a_pack_of_template_and_settings_alone():
    pack = make_pack(published=False)
    version = pack.versions.get()
    version.loras.all().delete()
    assert "has no LoRA" in publishing.warnings(version)[0]
    assert publishing.publish(version, None).is_published
