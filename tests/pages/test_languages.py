"""English and German: who gets which, and that no sentence is left over in either."""

import asyncio
import io
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

from accounts import tokens
from accounts.templatetags import kept
from config import languages
from generation.event_stream import in_this_language
from generation.models import Board, Share
from generation.told_errors import GAVE_UP, KNOWN, told
from learn.models import Term
from stylepacks.models import StylePack
from tests.pages.pseudo import Leftovers, Pseudo
from tests.stylepacks.factories import make_lora

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9,en;q=0.5"}
# Names that are the same in every language, and what the people of these tests wrote.
NAMES = {
    *("Housestyle", "English", "Deutsch", "API", "PNG", "WebP", "JPEG", "UTC", "abc"),
    *("Ink", "ink", "Fox", "red", "boat", "zz", "zzword", "zzzz", "nothinglikeit"),
}
CONTENT = (
    "a red boat by the sea at sunset",
    "a red boat, ink style",
    "ink style",
    "alice@example.org",
    "All in ink.",
    "All in fox.",
    "Apache-2.0",
)


@pytest.fixture
def pseudo(monkeypatch):
    """German, spoken as pseudo. What was drawn in German before stays out of it."""
    monkeypatch.setattr(kept, "_drawn", {})
    monkeypatch.setitem(trans_real._translations, "de", Pseudo("de"))
    cache.clear()


def left_over(html):
    """Words of a page in pseudo that nobody marked."""
    for said in CONTENT:
        html = html.replace(said, "")
    return [word for word in Leftovers(html).found if word not in NAMES]


def choose(client, language, back="/packs/"):
    return client.post("/i18n/setlang/", {"language": language, "next": back})


def test_the_browser_s_language_is_followed(client, ink):
    page = client.get("/", **GERMAN)
    assert '<html lang="de">' in page.text
    assert "Ein Look für jedes Bild." in page.text
    assert page["Content-Language"] == "de"


def test_a_language_nobody_translated_gets_english(client, ink):
    page = client.get("/", HTTP_ACCEPT_LANGUAGE="ja")
    assert '<html lang="en">' in page.text
    assert "One look, every image." in page.text


def test_the_choice_in_the_footer_outweighs_the_browser_and_stays(client, ink):
    answer = choose(client, "de", "/packs/?q=ink")
    assert (answer.status_code, answer["Location"]) == (302, "/packs/?q=ink")
    page = client.get("/packs/?q=ink", HTTP_ACCEPT_LANGUAGE="en")
    assert "Jedes Titelbild hat sein Paket selbst gemacht." in page.text
    choose(client, "en")
    assert "Every cover was made by its pack." in client.get("/packs/", **GERMAN).text


def test_the_footer_offers_the_other_language_and_leads_back_here(client, ink):
    page = client.get("/packs/?q=ink").text
    assert 'name="language" value="de" lang="de">Deutsch</button>' in page
    assert '<span lang="en" aria-current="true">English</span>' in page
    assert '<input type="hidden" name="next" value="/packs/?q=ink">' in page


def test_caches_keep_a_page_apart_by_language_but_not_a_picture(client, ink):
    page = client.get("/packs/")
    assert {"Accept-Language", "Cookie"} <= set(page["Vary"].split(", "))
    ink.cover.save("covers/ink.webp", io.BytesIO(b"w"))
    assert "Accept-Language" not in client.get("/packs/ink/cover", follow=True).get("Vary", "")


def test_what_is_drawn_once_is_drawn_once_a_language(client, ink):
    assert "1 pack" in client.get("/packs/").text
    assert "1 Paket" in client.get("/packs/", **GERMAN).text
    assert "1 pack" in client.get("/packs/").text


def test_programs_and_the_admin_read_english(client, alice, ink):
    key = tokens.issue(alice, "notebook")
    asked = {"pack": "ink", "prompt": ""}
    answer = client.post(
        "/api/generations",
        asked,
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {key}",
        HTTP_IDEMPOTENCY_KEY="k",
        **GERMAN,
    )
    assert answer.json()["error"] == "Describe the picture you want in a few words."
    assert "Accept-Language" not in answer.get("Vary", "")
    assert 'lang="en"' in client.get("/admin/login/", **GERMAN).text


def test_a_refusal_and_its_plural_are_german(as_alice, ink, settings):
    settings.DAILY_ALLOWANCE = 1
    wish = {"pack": "ink", "prompt": "a boat", "count": "3", "key": "k"}
    page = as_alice.post(reverse("submit"), wish, **GERMAN)
    assert page.status_code == 422
    assert "Du hast heute noch 1 Bild frei und wolltest 3." in page.text


def test_mail_is_written_in_the_language_of_the_page(client, db):
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"}, **GERMAN)
    assert mail.outbox[0].subject == "Kein Housestyle-Konto mit dieser E-Mail-Adresse"
    assert "Hast du eine andere benutzt?" in mail.outbox[0].body


def test_dates_are_written_as_the_language_writes_them(client, ink):
    ink.live_version.published_at = ink.live_version.published_at.replace(year=2026, month=3, day=5)
    with translation.override("de"):
        from django.template import Context, Template

        day = Template('{% load i18n %}{{ day|date:_("j F Y") }}')
        assert day.render(Context({"day": ink.live_version.published_at})) == "5. März 2026"


def test_a_stream_keeps_the_language_of_its_request(make_generation, alice):
    with translation.override("de"):
        shown = in_this_language(lambda _: translation.gettext("Painting"))
    assert async_to_sync(lambda: asyncio.to_thread(shown, None))() == "Malt"


def test_a_worker_s_sentence_is_told_in_the_reader_s_language():
    with translation.override("de"):
        assert told(GAVE_UP.format(attempts=3)).startswith("Das hat nach 3 Versuchen")
        assert not any(told(sentence) == sentence for sentence in KNOWN)
        assert told("The file zebra.safetensors is odd.") == "The file zebra.safetensors is odd."


def test_the_sentences_that_are_told_are_those_that_workers_write():
    from generation import parcels, weight_files
    from generation.engine import refusals

    written = {parcels.WENT_WRONG, refusals.OUT_OF_MEMORY, refusals.NO_PICTURE}
    assert written <= KNOWN
    source = Path(weight_files.__file__).read_text(encoding="utf-8")
    assert all(sentence in source for sentence in KNOWN - written)


def test_scripts_bring_their_words_in_german_and_nothing_in_english(client, ink):
    assert "i18n/de" not in client.get("/").text
    page = client.get("/", **GERMAN).text
    address = languages._address("de")
    assert f'<script src="{address}" defer></script>' in page
    words = client.get(address)
    assert "gerade eben" in words.text
    assert words["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(words.content) < 12_000
    assert client.get(address.replace("/de.", "/xx.")).status_code == 404


def test_the_prompt_box_says_that_the_model_reads_english(client, ink):
    checkpoint = ink.live_version.checkpoint
    checkpoint.vocabulary = {"colours": ["red"]}
    checkpoint.save()
    assert "Das Modell liest Englisch" in client.get("/create/", **GERMAN).text
    assert "reads English" not in client.get("/create/").text


@pytest.fixture
def full_house(alice, ink, fox, make_generation):
    """Something on every page."""
    done = make_generation(alice, count=2)
    for state in ("queued", "rendering", "failed", "cancelled", "blocked"):
        make_generation(alice, state=state)
    image = done.images.first()
    board = Board.objects.create(person=alice, name="zz")
    share = Share.objects.create(image=image, person=alice)
    checkpoint = ink.live_version.checkpoint
    checkpoint.vocabulary = {"colours": ["red"], "subjects": ["boat"]}
    checkpoint.draft_lora = make_lora("Quick")
    checkpoint.save()
    Term.objects.create(
        slug="seed", name="zzword", definition="zz", how_it_works="zz", why_it_matters="zz",
        group="start", is_published=True, also=["zz"], used_for=["zz"],
        questions=[{"question": "zz", "answer": "zz"}],
    )  # fmt: skip
    return {"done": done, "image": image, "board": board, "share": share}


def addresses(house):
    done, image = house["done"].pk, house["image"].index
    others = [row.pk for row in type(house["done"]).objects.exclude(pk=done)]
    return [
        "/", "/packs/", "/packs/?q=ink", "/packs/?q=nothinglikeit&family=zz", "/packs/ink/",
        "/packs/fox/", "/create/?pack=ink", "/learn/", "/learn/?q=zzzz", "/learn/seed/", "/free/",
        "/status/",
        "/images/", "/images/?show=favourites", "/nowhere/", "/account/", "/accounts/email/",
        "/accounts/password/change/", "/accounts/logout/", reverse("boards"),
        reverse("board", args=[house["board"].pk]), reverse("picture", args=[done, image]),
        reverse("delete", args=[done]), reverse("shared", args=[house["share"].token]),
        *(reverse("generation", args=[pk]) for pk in (done, *others)),
    ]  # fmt: skip


def test_no_page_leaves_a_sentence_untranslated(as_alice, full_house, pseudo):
    left = {}
    for address in addresses(full_house):
        if words := left_over(as_alice.get(address, **GERMAN).text):
            left[address] = words
    assert left == {}


def test_no_page_of_a_guest_leaves_a_sentence_untranslated(client, ink, pseudo):
    left = {}
    for address in (
        "/", "/create/", "/images/", "/free/", "/account/", "/accounts/login/",
        "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-x/", "/accounts/confirm-email/x/",
    ):  # fmt: skip
        if words := left_over(client.get(address, **GERMAN).text):
            left[address] = words
    assert left == {}


def test_retired_packs_and_empty_shelves_are_translated_too(client, ink, pseudo):
    StylePack.objects.update(state=StylePack.State.RETIRED)
    for address in ("/packs/ink/", "/packs/", "/", "/create/"):
        assert left_over(client.get(address, **GERMAN).text) == []
