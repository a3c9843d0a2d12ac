"""Structured data, sitemap, robots.txt, canonical links and social cards."""

import io
import json
import re
from xml.etree import ElementTree

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from learn.structured_data import as_script
from stylepacks import publishing
from tests.stylepacks.factories import make_pack

DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)
PLACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def ink(db):
    return make_pack("ink")


def graph_of(client, path):
    blocks = DATA.findall(client.get(path).content.decode())
    assert len(blocks) == 1
    told = json.loads(blocks[0])
    assert told["@context"] == "https://schema.org"
    return {part["@type"]: part for part in told["@graph"]}


def test_it_describes_every_term(client, glossary):
    for term in glossary:
        graph = graph_of(client, f"/learn/{term.slug}/")
        told = graph["DefinedTerm"]
        assert (told["name"], told["description"]) == (term.name, term.definition)
        assert told["url"] == f"http://testserver/learn/{term.slug}/"
        assert told["inDefinedTermSet"]["@type"] == "DefinedTermSet"
        assert all(address.startswith("http://testserver/") for address in told["image"])
        assert "[[" not in json.dumps(graph["FAQPage"])


def test_it_tells_the_questions_that_the_page_shows(client, glossary):
    page = client.get("/learn/lora/").content.decode()
    questions = graph_of(client, "/learn/lora/")["FAQPage"]["mainEntity"]
    assert len(questions) == 3
    for row in questions:
        assert (row["@type"], row["acceptedAnswer"]["@type"]) == ("Question", "Answer")
        assert row["name"] in page


def test_it_describes_the_set_with_all_its_terms(client, glossary):
    told = graph_of(client, "/learn/")["DefinedTermSet"]
    assert len(told["hasDefinedTerm"]) == glossary.count()


def test_it_tells_the_way_as_the_page_shows_it(client, glossary):
    steps = graph_of(client, "/learn/seed/")["BreadcrumbList"]["itemListElement"]
    assert [(step["position"], step["name"]) for step in steps] == [
        (1, "Home"),
        (2, "Learn"),
        (3, "Seed"),
    ]


def test_it_lets_no_text_out_of_the_data_block(make_term, client):
    make_term("seed", definition="</script><script>alert(1)</script> & more")
    graph = graph_of(client, "/learn/seed/")
    assert graph["DefinedTerm"]["description"].startswith("</script>")
    assert "<" not in as_script([{"name": "<&>"}])[len("<script") : -len("</script>")]


@pytest.mark.parametrize("path", ["/", "/packs/", "/packs/ink/", "/learn/", "/learn/seed/"])
def test_it_names_the_pages_address_and_card(client, ink, make_term, path):
    make_term("seed")
    page = client.get(path, {"from": "somewhere"}).content.decode()
    assert f'<link rel="canonical" href="http://testserver{path}">' in page
    card = re.search(r'property="og:image" content="http://testserver([^"]+)"', page)
    assert card is not None
    response = client.get(card[1])
    assert response["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).size == (1200, 630)


def test_it_lists_what_is_open_to_everybody(client, ink, make_term):
    make_term("seed")
    make_term("noise", is_published=False)
    publishing.retire(make_pack("old"), None)
    response = client.get("/sitemap.xml")
    places = ElementTree.fromstring(response.content).findall("s:url/s:loc", PLACE)
    assert {place.text.removeprefix("http://testserver") for place in places} == {
        "/",
        "/gallery/",
        "/packs/",
        "/create/",
        "/learn/",
        "/packs/ink/",
        "/learn/seed/",
    }


def test_it_asks_the_database_as_often_for_a_long_sitemap(
    client, ink, glossary, django_assert_num_queries
):
    make_pack("fox")
    with django_assert_num_queries(4):
        client.get("/sitemap.xml")


def test_it_points_machines_to_the_sitemap_and_away_from_people(client, db):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in text
    assert "Disallow: /images/" in text
    assert "Disallow: /learn" not in text


def test_it_draws_a_card_once_and_anew_when_its_words_change(client, make_term):
    term = make_term("seed")
    first = client.get("/learn/seed/card.png").content
    assert client.get("/learn/seed/card.png").content == first
    term.definition = "Another sentence."
    term.save()
    assert client.get("/learn/seed/card.png").content != first
    assert len(default_storage.listdir("cards/learn/seed")[1]) == 1


def test_it_draws_a_card_for_long_words_and_a_spoilt_cover(client, ink):
    ink.cover.save("ink.webp", ContentFile(b"no picture"))
    ink.name = "Donaudampfschifffahrtsgesellschaftskapitän " * 2
    ink.promise = "Ω " * 70
    ink.save()
    assert client.get("/packs/ink/card.png").status_code == 200


def test_it_has_no_card_for_what_is_not_on_offer(client, ink, make_term):
    make_term("noise", is_published=False)
    publishing.retire(ink, None)
    for path in ("/learn/noise/card.png", "/packs/ink/card.png", "/learn/none/card.png"):
        assert client.get(path).status_code == 404
