"""Home, the grid, one pack, its cover: open to everybody."""

from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stylepacks import publishing
from tests.stylepacks.factories import make_pack


def test_it_lets_a_visitor_generate_from_home(client, ink):
    page = client.get("/").content.decode()
    assert 'action="/create/"' in page
    assert 'name="prompt"' in page
    assert 'value="ink"' in page


def test_it_says_so_when_no_pack_is_published(client, db):
    for path in ("/", "/packs/", "/create/"):
        response = client.get(path)
        assert response.status_code == 200
        assert "No pack is published yet" in response.content.decode()


def test_it_finds_packs_by_word_and_kind(client, ink, fox):
    by_word = client.get("/packs/", {"q": "INK"}).content.decode()
    by_kind = client.get("/packs/", {"kind": "character"}).content.decode()
    assert "/packs/ink/" in by_word
    assert "/packs/fox/" not in by_word
    assert "/packs/fox/" in by_kind
    assert "/packs/ink/" not in by_kind


def test_it_offers_a_way_out_of_an_empty_search(client, ink):
    page = client.get("/packs/", {"q": "<script>zebra"}).content.decode()
    assert "Show all packs" in page
    assert "&lt;script&gt;zebra" in page


def test_it_shows_a_pack_with_its_examples_and_version(client, ink):
    page = client.get("/packs/ink/").content.decode()
    assert "a red boat by the sea at sunset" in page
    assert ink.live_version.digest[:12] in page
    assert "commercial use" in page


def test_it_keeps_the_page_of_a_retired_pack_and_names_others(client, ink, fox):
    publishing.retire(ink, None)
    response = client.get("/packs/ink/")
    assert response.status_code == 410
    assert "is retired" in response.content.decode()
    assert "/packs/fox/" in response.content.decode()


def test_it_hides_unknown_and_draft_packs(client, db):
    make_pack("sketch", published=False)
    assert client.get("/packs/nothing/").status_code == 404
    assert client.get("/packs/sketch/").status_code == 404
    assert client.get("/packs/sketch/cover").status_code == 404


def test_it_serves_a_cover_from_the_folder(client, ink):
    assert client.get("/packs/ink/cover").status_code == 404
    ink.cover.save("ink.webp", ContentFile(b"cover"))
    response = client.get("/packs/ink/cover")
    assert response.content == b"cover"
    assert response["Content-Type"] == "image/webp"
    assert "max-age" in response["Cache-Control"]


def test_it_answers_404_when_the_covers_file_is_gone(client, ink):
    ink.cover.save("ink.webp", ContentFile(b"cover"))
    ink.cover.storage.delete(ink.cover.name)
    assert client.get("/packs/ink/cover").status_code == 404


def test_it_asks_the_database_as_often_for_many_packs(client, ink):
    few = _queries(client)
    for number in range(4):
        make_pack(f"more-{number}")
    assert _queries(client) == few


def _queries(client):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get("/packs/")
    return len(captured)
