"""The glossary's pages, as a visitor reads them."""

import re
from itertools import pairwise

import pytest
from django.core.files.base import ContentFile

from learn.models import Term
from learn.rules.prose import paragraphs, parts, without_links
from tests.stylepacks.factories import make_pack


def test_it_shows_every_term_by_topic(client, glossary):
    page = client.get("/learn/").content.decode()
    assert all(f'href="/learn/{term.slug}/"' in page for term in glossary)
    assert page.index("Start here</h2>") < page.index("Inside the model</h2>")


def test_it_shows_every_term_from_a_to_z(client, glossary):
    page = client.get("/learn/", {"order": "a-z"}).content.decode()
    names = re.findall(r'class="word__name">([^<]+)<', page)
    assert names == sorted(names, key=str.casefold)
    assert len(names) == glossary.count()
    assert 'href="#letter-s"' in page
    assert 'id="letter-s"' in page


def test_it_finds_terms_by_another_name_and_the_named_ones_first(client, glossary):
    page = client.get("/learn/", {"q": "C2PA"}).content.decode()
    assert "1 of" in page
    assert "/learn/content-credentials/" in page
    lora = client.get("/learn/", {"q": "lora", "order": "a-z"}).content.decode()
    assert 'class="word" href="/learn/lora-weight/"' in lora
    assert 'class="word" href="/learn/vae/"' not in lora


def test_it_offers_a_way_out_of_an_empty_search(client, glossary):
    page = client.get("/learn/", {"q": "<script>zebra"}).content.decode()
    assert "No word like that yet" in page
    assert "&lt;script&gt;zebra" in page
    assert 'href="/learn/"' in page


def test_it_says_so_while_there_is_no_term(client, db):
    response = client.get("/learn/")
    assert response.status_code == 200
    assert "Nothing to read yet" in response.content.decode()


def test_it_answers_every_shipped_term(client, glossary):
    for term in glossary:
        response = client.get(f"/learn/{term.slug}/")
        page = response.content.decode()
        assert response.status_code == 200, term.slug
        assert term.definition in page.replace("&#x27;", "'").replace("&amp;", "&")
        assert "[[" not in page


def test_it_reads_in_order(client, glossary):
    page = client.get("/learn/seed/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    levels = [int(level) for level in re.findall(r"<h(\d)", main)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    order = ["A seed is the number", "How it works", "Why it matters", "What it is used for"]
    places = [main.index(words) for words in [*order, ">Questions<", ">Try it<", "Related words"]]
    assert places == sorted(places)


def test_it_opens_the_studio_filled_in(client, glossary):
    page = client.get("/learn/stacking/").content.decode()
    link = "/create/?pack=pip&amp;second=watercolour&amp;prompt=in+the+forest+at+night&amp;seed=11"
    assert f'class="button button--primary button--wide" href="{link}"' in page


def test_it_shows_what_the_studio_made_of_the_link(client, ink):
    page = client.get("/create/?pack=ink&prompt=a+boat&seed=1&strength=40").content.decode()
    assert ">a boat</textarea>" in page
    assert 'name="seed" inputmode="numeric" autocomplete="off" value="1"' in page


@pytest.fixture
def ink(db):
    return make_pack("ink")


def test_it_leaves_hidden_terms_out_everywhere(client, make_term, curator):
    make_term("noise", is_published=False)
    make_term("seed", related=["noise", "grain"], how_it_works="It picks the [[noise]].")
    page = client.get("/learn/seed/").content.decode()
    assert "/learn/noise/" not in page
    assert "It picks the noise." in page
    assert client.get("/learn/noise/").status_code == 404
    assert "/learn/noise/" not in client.get("/learn/").content.decode()
    client.force_login(curator)
    assert "not published" in client.get("/learn/noise/").content.decode()


def test_it_shows_a_packs_cover_and_leaves_a_missing_picture_out(client, make_term, ink):
    ink.cover.save("ink.webp", ContentFile(b"cover"))
    gone = [{"show": "pack:none", "caption": "Gone"}, {"show": "no-file", "caption": "Gone too"}]
    make_term("look", pictures=[{"show": "pack:ink", "caption": "Ink"}, *gone])
    page = client.get("/learn/look/").content.decode()
    assert 'src="/packs/ink/cover"' in page
    assert "Gone" not in page


def test_it_writes_an_admins_text_as_text(client, make_term):
    make_term("seed", how_it_works="<b>bold</b> & [[x|<i>]]", questions=[])
    page = client.get("/learn/seed/").content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;i&gt;" in page


def test_it_asks_the_database_as_often_for_many_terms(client, glossary, django_assert_num_queries):
    client.get("/learn/")
    with django_assert_num_queries(1):
        client.get("/learn/")
    with django_assert_num_queries(2):
        client.get("/learn/style-pack/")


def test_it_explains_words_in_the_studio_where_there_is_a_term(client, ink, glossary):
    page = client.get("/create/").content.decode()
    assert 'class="explain" href="/learn/seed/"' in page
    Term.objects.get(slug="seed").delete()
    assert 'href="/learn/seed/"' not in client.get("/create/").content.decode()


def test_it_leads_to_learn_from_every_page(client, db):
    assert client.get("/").content.decode().count('href="/learn/"') == 2


def test_it_parts_paragraphs_and_links():
    assert paragraphs("One\nline.\n\n  Two. \n") == ["One line.", "Two."]
    assert parts("A [[seed|number]] and [[b-c]].", {"seed"}.__contains__) == [
        ("A ", ""),
        ("number", "seed"),
        (" and ", ""),
        ("b c", ""),
        (".", ""),
    ]
    assert without_links("A [[seed|number]].") == "A number."
