"""Parts of a page are drawn once for everybody: nothing of one visitor stays in them."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts import allowance
from accounts.models import Allowance
from accounts.templatetags import kept

METER = re.compile(r'<progress class="meter__bar" max="(\d+)" value="(\d+)"')
CHOSEN = re.compile(r'<option value="(\w*)" selected>')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture(autouse=True)
def nothing_drawn_yet(settings):
    settings.DEBUG = False
    kept._drawn.clear()


def page(client, address="/packs/", **headers):
    return client.get(address, **headers).content.decode()


def test_the_meter_follows_the_ledger(as_alice, alice, ink):
    assert METER.search(page(as_alice)).groups() == ("40", "40")
    row = Allowance.objects.create(
        person=alice, day=allowance._today(), limit=40, held=1, settled=2
    )
    assert METER.search(page(as_alice)).groups() == ("40", "37")
    row.delete()
    assert METER.search(page(as_alice)).groups() == ("40", "40")


def test_each_visitor_has_a_meter_and_a_header_of_their_own(as_alice, ink, settings):
    visitor = Client()
    for _ in range(2):
        assert METER.search(page(as_alice)).group(1) == "40"
        assert METER.search(page(visitor)).group(1) == str(settings.GUEST_ALLOWANCE)
        assert "Sign in" not in page(as_alice)
        assert "Sign in" in page(visitor)


def test_the_chosen_order_is_the_one_shown(client, ink):
    for order in ("", "name", "popular", "", "newest", "name"):
        assert CHOSEN.findall(page(client, f"/packs/?sort={order}")) == [order]


def test_words_and_tokens_stay_with_their_visitor(client, ink):
    assert 'value="secret words"' in page(client, "/packs/?q=secret+words")
    assert "secret words" not in page(Client())
    first, second = (TOKEN.search(page(Client())).group(1) for _ in range(2))
    assert first != second


def test_each_language_has_its_own(client, ink):
    for language, said in (("en", "Search packs"), ("de", "Pakete suchen"), ("en", "Search packs")):
        shown = page(client, HTTP_ACCEPT_LANGUAGE=language)
        assert said in shown
        assert f'<html lang="{language}">' in shown


def test_a_midnight_changes_what_the_meter_promises(client, ink, monkeypatch):
    before = page(client)
    tomorrow = allowance._today() + timedelta(days=1)
    monkeypatch.setattr(allowance, "_today", lambda: tomorrow)
    assert moments(page(client)) > moments(before)


def moments(shown):
    return re.search(r'<time datetime="([^"]+)" data-until>', shown).group(1)
