"""One pack's page: look sheet, dial, history, tags; and the counting of its use."""

from datetime import timedelta

import pytest
from django.utils import timezone

from generation import popularity
from generation.models import Generation
from stylepacks import publishing
from stylepacks.look_pictures import install_look
from stylepacks.models import LookPicture, StylePack
from tests.stylepacks.factories import make_pack

BOAT = {"prompt": "a boat & a “bird”", "seed": 5}
ENTRY = {
    "samples": [{"place": 1, "prompt": "a red cat", "seed": 6}],
    "dial": [{"place": stop, **BOAT} for stop in (0, 50, 100)],
}


@pytest.fixture
def folder(tmp_path):
    for name in ("samples/ink-1", "dial/ink-0", "dial/ink-50", "dial/ink-100"):
        path = tmp_path / f"{name}.webp"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


@pytest.fixture
def shown(ink, folder):
    install_look(ink, ENTRY, folder)
    return ink


def test_it_shows_the_look_sheet_and_leads_to_the_studio(client, shown):
    page = client.get("/packs/ink/").content.decode()
    assert 'href="/create/?pack=ink&amp;prompt=a%20red%20cat&amp;seed=6"' in page
    sample = shown.look_pictures.get(role="sample")
    response = client.get(f"/packs/ink/looks/{sample.pk}")
    assert (response.content, response["Content-Type"]) == (b"samples/ink-1", "image/webp")


def test_it_shows_real_pictures_at_each_stop_of_the_dial(client, shown):
    page = client.get("/packs/ink/").content.decode()
    assert 'max="2" value="2" step="1"' in page
    assert "rendered at three strengths with one seed" in page
    assert "a%20boat%20%26%20a%20%E2%80%9Cbird%E2%80%9D&amp;seed=5&amp;strength=50" in page


def test_it_offers_no_strength_that_the_curator_withholds(client, db, folder):
    within = {"strength": {"policy": "range", "min": 40, "max": 100}}
    pack = make_pack("ink", field_policy=within)
    install_look(pack, ENTRY, folder)
    page = client.get("/packs/ink/").content.decode()
    assert "strength=0" not in page
    assert 'max="1"' in page


def test_it_shows_the_cover_alone_where_the_dial_is_fixed(client, db, folder):
    pack = make_pack("ink", strength=100, field_policy={"strength": {"policy": "fixed"}})
    install_look(pack, ENTRY, folder)
    assert "data-turn" not in client.get("/packs/ink/").content.decode()


def test_it_hides_the_pictures_of_packs_not_on_offer(client, db):
    draft = make_pack("sketch", published=False)
    hidden = LookPicture.objects.create(pack=draft, role="dial", place=0, **BOAT, file="x.webp")
    assert client.get(f"/packs/sketch/looks/{hidden.pk}").status_code == 404
    assert client.get(f"/packs/ink/looks/{hidden.pk}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_it_replaces_what_changed_and_drops_what_is_no_longer_named(folder, media_folder):
    pack = make_pack("ink")
    install_look(pack, ENTRY, folder)
    before = list(LookPicture.objects.values())
    install_look(pack, ENTRY, folder)
    assert list(LookPicture.objects.values()) == before
    (folder / "samples" / "ink-1.webp").write_bytes(b"better")
    install_look(pack, {"samples": ENTRY["samples"]}, folder)
    assert [each.file.read() for each in pack.look_pictures.all()] == [b"better"]
    assert len(list((media_folder / "looks").iterdir())) == 1


def test_it_tells_what_each_version_changed(client, ink):
    draft = publishing.draft_from(ink.live_version)
    draft.steps, draft.license, draft.notes = 20, "CC-BY-4.0", "Calmer skies."
    draft.save()
    publishing.publish(draft, None)
    publishing.draft_from(draft)
    page = client.get("/packs/ink/").content.decode()
    assert "How long it paints and the licence." in page
    assert "Calmer skies." in page
    assert "The first version." in page
    assert page.index("Version 2") < page.index("In use now") < page.index("Version 1")
    assert "Version 3" not in page


def test_it_asks_as_often_for_many_versions(client, shown, django_assert_max_num_queries):
    for _ in range(4):
        publishing.publish(publishing.draft_from(shown.live_version), None)
        shown.refresh_from_db()
    client.get("/packs/ink/")
    with django_assert_max_num_queries(11):
        client.get("/packs/ink/")


def test_it_counts_finished_generations_of_late(client, alice, ink, fox, make_generation):
    for _ in range(2):
        make_generation(alice)
    stacked = make_generation(alice)
    Generation.objects.filter(pk=stacked.pk).update(second_version=fox.live_version)
    make_generation(alice, state="failed")
    trial, old = make_generation(alice), make_generation(alice)
    Generation.objects.filter(pk=trial.pk).update(is_trial=True)
    long_ago = timezone.now() - popularity.COUNTED - timedelta(days=1)
    Generation.objects.filter(pk=old.pk).update(created_at=long_ago)
    assert popularity.count_again() == 2
    assert StylePack.objects.get(slug="ink").popularity == 3
    assert StylePack.objects.get(slug="fox").popularity == 1
    assert "used 3 times this month" in client.get("/packs/ink/").content.decode()
    assert popularity.count_again() == 0
