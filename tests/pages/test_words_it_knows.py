"""Every prompt box tells which words the picked pack's model knows; the studio, which it lacks."""

import html
import re

import pytest

from stylepacks.models import Checkpoint
from stylepacks.rules.vocabulary import unknown_words
from tests.stylepacks.factories import make_checkpoint, make_pack

WORDS = {
    "subjects": ["fox", "lighthouse"],
    "subject_synonyms": ["kitten"],
    "colours": ["red", "orange"],
    "places": ["by the sea", "in the forest"],
    "times": ["at night", "at dawn"],
    "skies": ["at night under the stars"],
    "characters": ["waving"],
    "quiet": ["a", "an"],
}
BOXES = ("/", "/packs/ink/", "/create/")
SENTENCE = "Starter does not know “zeppelin” and will mostly pass over it."


@pytest.fixture
def starter(ink, fox):
    Checkpoint.objects.update(vocabulary=WORDS)
    return ink.live_version.checkpoint


@pytest.fixture
def foreign(db):
    """A pack of a model that has no list of words."""
    return make_pack("alien", checkpoint=make_checkpoint("foreign"))


def page_of(client, path="/create/", **asked):
    return html.unescape(client.get(path, asked).content.decode())


def prompt_in(page):
    return re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)[1]


@pytest.mark.parametrize("path", BOXES)
def test_it_lists_the_known_words_by_group(client, starter, path):
    page = page_of(client, path)
    assert "Words it knows" in page
    assert page.index(">Colours<") < page.index(">Things<") < page.index(">Places<")
    assert '<span class="chip">by the sea</span>' in page
    assert '<option value="kitten">' in page
    assert '<span class="chip">waving</span>' not in page


@pytest.mark.parametrize("path", ["/", "/create/"])
def test_it_shows_the_words_of_the_picked_packs_model_alone(client, starter, foreign, path):
    hidden = re.compile(rf'data-shelf="{starter.pk}"\s+hidden')
    assert not hidden.search(page_of(client, path, pack="ink"))
    assert hidden.search(page_of(client, path, pack="alien"))
    assert f'data-checkpoint="{foreign.live_version.checkpoint_id}"' in page_of(client, path)


def test_it_tells_a_packs_page_which_model_the_pack_is_of(client, starter, foreign):
    assert f'value="ink" data-checkpoint="{starter.pk}"' in page_of(client, "/packs/ink/")
    assert "data-shelf" not in page_of(client, "/packs/alien/")


@pytest.mark.parametrize("path", BOXES)
def test_it_offers_no_words_of_a_model_without_a_list(client, ink, path):
    page = page_of(client, path)
    assert "Words it knows" not in page
    assert "Surprise me" not in page


def test_it_keeps_quiet_for_a_model_without_a_list(client, ink):
    assert "does not know" not in page_of(client, prompt="a zeppelin")
    final = page_of(client, "/create/final-prompt", pack="ink", prompt="a zeppelin")
    assert "does not know" not in final
    assert "not known" not in final


def test_it_surprises_with_known_words(client, starter):
    page = page_of(client, surprise="1", pack="ink")
    assert prompt_in(page)
    assert unknown_words(prompt_in(page), WORDS) == ()
    words = client.get("/create/surprise", {"pack": "ink"})
    assert words["Content-Type"].startswith("text/plain")
    assert unknown_words(words.content.decode(), WORDS) == ()
    assert re.search("fox|lighthouse", words.content.decode())


@pytest.mark.parametrize("path", BOXES)
def test_it_surprises_from_every_box_without_a_script(client, starter, path):
    link = re.search(r'href="(/create/\?surprise=1[^"]*)"', page_of(client, path, pack="ink"))[1]
    assert "pack=ink" in link
    after = html.unescape(client.get(link).content.decode())
    assert prompt_in(after)
    assert 'value="ink"' in after


def test_it_leaves_the_subject_to_a_picked_character(client, starter):
    for asked in ({"pack": "fox"}, {"pack": "ink", "second": "fox"}):
        words = client.get("/create/surprise", asked).content.decode()
        assert words
        assert not re.search("fox|lighthouse", words)


def test_it_keeps_everything_else_when_it_surprises(client, starter):
    page = page_of(client, pack="ink", second="fox", seed="5", strength="40", prompt="old words")
    link = re.search(r'href="(/create/\?surprise=1[^"]*)"', page)[1]
    after = html.unescape(client.get(link).content.decode())
    assert prompt_in(after) != "old words"
    assert 'value="5"' in after
    assert 'value="40"' in after
    assert 'name="second" value="fox" checked' in after


def test_it_surprises_the_first_pack_when_none_is_named(client, starter):
    assert client.get("/create/surprise").status_code == 200


def test_it_has_no_surprise_without_a_list(client, foreign):
    assert client.get("/create/surprise", {"pack": "alien"}).status_code == 404
    assert client.get("/create/surprise", {"pack": "nothing"}).status_code == 404
    assert prompt_in(page_of(client, surprise="1", pack="alien", prompt="mine")) == "mine"


def test_it_says_what_it_does_not_know_under_the_prompt(client, starter):
    assert SENTENCE in page_of(client, pack="ink", prompt="a red zeppelin by the sea")
    assert "does not know" not in page_of(client, pack="ink", prompt="a red fox by the sea")


def test_it_says_so_beside_the_final_prompt_and_marks_the_words(client, starter):
    asked = {"pack": "ink", "prompt": "a red zeppelin by the sea"}
    page = page_of(client, "/create/final-prompt", **asked)
    assert SENTENCE in page
    assert 'a red <span class="strange">zeppelin</span> by the sea' in page
    assert 'hx-swap-oob="innerMorph"' in page


def test_it_clears_the_note_when_every_word_is_known(client, starter):
    page = page_of(client, "/create/final-prompt", pack="ink", prompt="a red fox")
    assert 'id="unknown-words"' in page
    assert "does not know" not in page
    refused = page_of(client, "/create/final-prompt", pack="ink", prompt="zeppelin", seed="x")
    assert 'id="unknown-words"' in refused
    assert "does not know" not in refused


def test_it_offers_what_is_spelt_nearly_alike(client, starter):
    page = page_of(client, "/create/final-prompt", pack="ink", prompt="a lighthose")
    assert 'data-replace="lighthose" data-known="lighthouse"' in page


def test_it_knows_the_packs_own_words(client, starter):
    page = page_of(client, "/create/final-prompt", pack="fox", prompt="fox style waving")
    assert "does not know" not in page


def test_it_shows_strange_words_as_text(client, starter):
    asked = {"pack": "ink", "prompt": "<script>alert(1)</script>"}
    page = client.get("/create/final-prompt", asked).content.decode()
    assert "<script>" not in page
    assert "“script”" in page


def test_it_keeps_the_note_after_a_refusal(as_alice, starter):
    asked = {"prompt": "a zeppelin", "pack": "ink", "seed": "abc"}
    response = as_alice.post("/create/", asked)
    assert response.status_code == 422
    assert SENTENCE in response.content.decode()


def test_it_reads_the_list_once_however_many_packs(client, starter, django_assert_max_num_queries):
    for number in range(6):
        make_pack(f"more-{number}")
    Checkpoint.objects.update(vocabulary=WORDS)
    with django_assert_max_num_queries(14):
        client.get("/create/", {"pack": "ink", "prompt": "a zeppelin"})
    with django_assert_max_num_queries(8):
        client.get("/")


def test_it_shows_curators_the_words_without_letting_them_edit(admin_client, starter):
    page = page_of(admin_client, f"/admin/stylepacks/checkpoint/{starter.pk}/change/")
    assert "words it knows" in page.lower()
    assert "<strong>subject synonyms</strong>: kitten" in page
    assert 'name="vocabulary"' not in page


def test_it_tells_curators_when_there_is_no_list(admin_client, foreign):
    key = foreign.live_version.checkpoint_id
    assert "no such list" in page_of(admin_client, f"/admin/stylepacks/checkpoint/{key}/change/")
