"""The grid of one's own pictures, their files, and deleting them."""

import re
from html import unescape

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generation.models import Generation
from generation.pictures.history import Place, older
from generation.pictures.own import own_generations
from tests.pages.conftest import PNG


def test_it_shows_a_visitor_the_first_step(client, db):
    page = client.get("/images/").content.decode()
    assert "Nothing here yet" in page
    assert "/create/" in page


def test_it_shows_only_ones_own_newest_first(as_alice, alice, bob, make_generation):
    old, new = make_generation(alice), make_generation(alice)
    foreign = make_generation(bob)
    page = as_alice.get("/images/").content.decode()
    assert page.index(str(new.pk)) < page.index(str(old.pk))
    assert str(foreign.pk) not in page


def test_it_shows_what_is_on_its_way(as_alice, alice, make_generation):
    row = make_generation(alice, "rendering")
    page = as_alice.get("/images/").content.decode()
    assert f'hx-get="/generations/{row.pk}/tile"' in page
    assert "Painting" in page
    assert (
        "hx-get"
        not in as_alice.get(f"/generations/{make_generation(alice).pk}/tile").content.decode()
    )


def test_it_tells_a_guest_how_to_keep_them(client, ink):
    client.post("/create/", {"key": "k", "prompt": "a red boat", "pack": "ink"})
    page = client.get("/images/").content.decode()
    assert "Create an account" in page
    assert str(Generation.objects.get().pk) in page


def test_it_walks_through_everything_once(as_alice, alice, make_generation):
    made = [str(make_generation(alice, "cancelled").pk) for _ in range(50)]
    # Two rows of one moment must be neither skipped nor shown twice.
    Generation.objects.filter(pk__in=made[20:30]).update(created_at=timezone.now())
    seen, at = [], "/images/"
    while at:
        page = as_alice.get(at).content.decode()
        seen += re.findall(r'tile__link--plain" href="/generations/([^/]+)/"', page)
        found = re.search(r'rel="next" href="(\?before=[^"]+)"', page)
        at = found and f"/images/{unescape(found[1])}"
    assert len(seen) == 50
    assert set(seen) == set(made)


def test_it_sends_htmx_the_next_pictures_alone(as_alice, alice, make_generation):
    for _ in range(25):
        make_generation(alice)
    first = as_alice.get("/images/").content.decode()
    asked = unescape(re.search(r'hx-get="(\?before=[^"]+)"', first)[1])
    more = as_alice.get(f"/images/{asked}", headers={"HX-Request": "true"}).content.decode()
    assert more.count('class="tile"') == 1
    assert "<html" not in more


@pytest.mark.parametrize("odd", ["nonsense", "2026-11-24~x", "0001-01-01T00:00:00+23:59~1", "~"])
def test_it_takes_an_odd_place_for_the_newest(as_alice, alice, make_generation, odd):
    row = make_generation(alice)
    response = as_alice.get("/images/", {"before": odd})
    assert response.status_code == 200
    assert str(row.pk) in response.content.decode() or "Nothing older" in response.content.decode()


def test_it_asks_the_database_as_often_for_many_images(as_alice, alice, make_generation):
    make_generation(alice)
    few = _queries(as_alice)
    for count in (1, 4, 2):
        make_generation(alice, count=count)
    assert _queries(as_alice) == few


def test_it_serves_files_privately_and_for_ever(as_alice, alice, make_generation):
    row = make_generation(alice)
    response = as_alice.get(f"/generations/{row.pk}/0.png")
    assert response.content == PNG
    assert response["Content-Type"] == "image/png"
    assert "private" in response["Cache-Control"]
    assert "immutable" in response["Cache-Control"]
    saved = as_alice.get(f"/generations/{row.pk}/0.png?download")
    assert saved["Content-Disposition"] == 'attachment; filename="ink-7.png"'
    assert as_alice.get(f"/generations/{row.pk}/0.webp")["Content-Type"] == "image/webp"
    assert as_alice.get(f"/generations/{row.pk}/9.png").status_code == 404


def test_it_answers_404_when_a_file_is_gone(as_alice, alice, make_generation):
    row = make_generation(alice)
    default_storage.delete(row.images.get().file.name)
    assert as_alice.get(f"/generations/{row.pk}/0.png").status_code == 404


def test_it_finds_a_page_deep_in_the_past_by_its_index(alice, make_generation):
    row = make_generation(alice)
    rows = older(own_generations(alice), Place(row.created_at, row.pk))[:25]
    plan = rows.explain()
    assert "shown_of_person" in plan
    assert "TEMP B-TREE" not in plan


def _queries(client):
    with CaptureQueriesContext(connection) as captured:
        client.get("/images/")
    return len(captured)
