"""The packs page: families, tags, words and order, all of it in the address."""

import re

import pytest
from django.utils import timezone

from stylepacks import publishing
from stylepacks.models import StylePack
from stylepacks.shelf import shelf
from tests.stylepacks.factories import make_checkpoint, make_pack


def shelved(slug, **fields):
    pack = make_pack(slug, kind=fields.pop("kind", "style"))
    StylePack.objects.filter(pk=pack.pk).update(**fields)
    return pack


@pytest.fixture
def shop(db):
    shelved("linocut", look_family="print", tags=["bold", "carved"], suits=["labels"], position=1)
    shelved("riso", look_family="print", tags=["bold", "zine"], suits=["posters"], position=2)
    shelved("watercolour", look_family="paint", tags=["soft"], suits=["cards"], position=3)
    shelved("pip", kind="character", look_family="character", tags=["fox"], position=4)


def slugs(client, **query):
    page = client.get("/packs/", query).content.decode()
    return re.findall(r'class="pack-card" href="/packs/([\w-]+)/"', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["linocut", "riso", "watercolour", "pip"]),
        ({"family": "print"}, ["linocut", "riso"]),
        ({"tag": "bold"}, ["linocut", "riso"]),
        ({"tag": "bold", "family": "paint"}, []),
        ({"kind": "character"}, ["pip"]),
        ({"q": "LINOCUT"}, ["linocut"]),
        ({"q": "poster"}, ["riso"]),
        ({"q": "watercolor"}, ["watercolour"]),
        ({"q": "linocot"}, ["linocut"]),
        ({"q": "bold zine"}, ["riso"]),
        ({"q": "bold unicorn"}, ["linocut", "riso"]),
        ({"q": "zebra"}, []),
        ({"q": "???"}, []),
        ({"sort": "name"}, ["linocut", "pip", "riso", "watercolour"]),
        (
            {"sort": "nonsense", "shown": "x", "family": ""},
            ["linocut", "riso", "watercolour", "pip"],
        ),
    ],
)
def test_it_finds_what_was_asked_for(client, shop, query, found):
    assert slugs(client, **query) == found


def test_it_sorts_by_use_and_by_age(client, shop):
    StylePack.objects.filter(slug="riso").update(popularity=7)
    StylePack.objects.filter(slug="pip").update(created_at=timezone.now())
    assert slugs(client, sort="popular")[0] == "riso"
    assert slugs(client, sort="newest")[0] == "pip"


def test_it_says_that_words_fit_only_roughly(client, shop):
    page = client.get("/packs/", {"q": "linocot"}).content.decode()
    assert "Nothing fits “linocot” to the letter. This one comes close." in page


def test_it_offers_ways_out_that_find_something(client, shop):
    page = client.get("/packs/", {"q": "linocut", "family": "paint"}).content.decode()
    assert "Outside Paint: 1" in page
    assert "Without “linocut”: 1" in page
    assert 'href="/packs/?q=linocut"' in page


def test_it_keeps_the_whole_state_in_its_links_and_fields(client, shop):
    page = client.get("/packs/", {"q": "b&ld", "family": "print", "sort": "name"}).content.decode()
    assert 'name="family" value="print" form="filters"' in page
    assert 'value="b&amp;ld"' in page
    assert 'href="/packs/?q=b%26ld&amp;family=paint&amp;sort=name"' in page
    assert '<option value="name" selected>' in page


def test_it_marks_a_chosen_tag_and_leads_back(client, shop):
    page = client.get("/packs/", {"tag": "bold"}).content.decode()
    chip = re.search(r'<a class="chip chip--on" id="tag-bold"[^>]*href="([^"]+)"', page)
    assert chip
    assert chip[1] == "/packs/?"


def test_it_shows_more_on_request(client, shop):
    page = client.get("/packs/", {"shown": "2", "family": ""}).content.decode()
    assert slugs(client, shown="2") == ["linocut", "riso"]
    assert 'href="/packs/?shown=50"' in page
    assert "2 of 4" in page
    assert len(slugs(client, shown="50")) == 4


def test_it_shows_a_change_at_once(client, shop, curator):
    assert "linocut" in slugs(client)
    pack = StylePack.objects.get(slug="linocut")
    pack.name = "Lino, renamed"
    pack.save(update_fields=["name"])
    assert "Lino, renamed" in client.get("/packs/").content.decode()
    publishing.retire(pack, curator)
    assert "linocut" not in slugs(client)
    publishing.republish(pack.live_version, curator)
    assert "linocut" in slugs(client)
    StylePack.objects.filter(slug="riso").update(promise="Now with foil.")
    assert "Now with foil." in client.get("/packs/").content.decode()


def test_it_reads_the_shelf_once_for_many_requests(shop, django_assert_num_queries):
    shelf()
    with django_assert_num_queries(1):
        assert len(shelf().cards) == 4


def test_it_asks_as_often_for_many_packs(client, shop, django_assert_num_queries):
    client.get("/packs/")
    for number in range(9):
        make_pack(f"more-{number}")
    client.get("/packs/")
    with django_assert_num_queries(1):
        client.get("/packs/", {"q": "more"})


def test_it_offers_partners_of_the_same_base_model(client, shop):
    make_pack("stranger", kind="character", checkpoint=make_checkpoint("other", digest="d" * 64))
    page = client.get("/packs/linocut/").content.decode()
    assert 'href="/create/?pack=linocut&amp;second=pip"' in page
    assert "second=stranger" not in page
    assert 'href="/create/?pack=pip&amp;second=riso"' in client.get("/packs/pip/").content.decode()


def test_it_offers_a_few_to_pick_from_and_always_the_named_one(client, shop, monkeypatch):
    monkeypatch.setattr("stylepacks.shelf.PICKED_STYLES", 1)
    monkeypatch.setattr("stylepacks.shelf.PICKED_CHARACTERS", 0)
    for path in ("/", "/create/"):
        page = client.get(path).content.decode()
        assert 'name="pack" value="linocut"' in page
        assert 'name="pack" value="watercolour"' not in page
        assert "All 4 packs" in page
        named = client.get(path, {"pack": "watercolour"}).content.decode()
        assert re.search(r'name="pack" value="watercolour"[^>]* checked', named)
