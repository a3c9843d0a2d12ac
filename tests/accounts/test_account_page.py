import re

import pytest
from django.contrib.auth.models import Group

from accounts.allowance import hold, settle
from accounts.models import ApiToken, User
from accounts.signals import account_leaving
from accounts.tokens import MAX_TOKENS, issue, person_of_token

from .conftest import PASSWORD


def test_it_invites_a_visitor_without_forcing(client, db):
    page = client.get("/account/")
    assert page.status_code == 200
    assert b"You are here as a guest" in page.content


def test_it_shows_the_meter_and_when_it_resets(client, alice, clock):
    clock("2026-03-01T19:00:00")
    hold(alice, "g1", 3)
    settle("g1", 0)
    client.force_login(alice)
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", client.get("/account/").content.decode()))
    assert "alice@example.org" in page
    assert "7 of 10 left" in page
    assert "1 made, 2 on the way. Resets in 5 h, at midnight UTC." in page


def test_it_shows_a_new_token_once(client, alice):
    client.force_login(alice)
    answer = client.post("/account/tokens/", {"name": "Notebook"})
    text = re.search(r"hs_[\w-]{43}", answer.content.decode()).group()
    assert person_of_token(text) == alice
    assert "no-store" in answer["Cache-Control"]
    again = client.get("/account/").content.decode()
    assert "Notebook" in again
    assert text not in again
    assert text not in str(ApiToken.objects.values())


@pytest.mark.parametrize(("name", "sentence"), [("", "Give the token a name"), ("x" * 81, "80")])
def test_it_asks_for_a_tokens_name(client, alice, name, sentence):
    client.force_login(alice)
    answer = client.post("/account/tokens/", {"name": name})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_it_stops_at_twenty_tokens(client, alice):
    for number in range(MAX_TOKENS):
        issue(alice, f"token {number}")
    client.force_login(alice)
    answer = client.post("/account/tokens/", {"name": "One more"})
    assert b"Revoke one you no longer use" in answer.content
    assert ApiToken.objects.count() == MAX_TOKENS


def test_it_revokes_a_token(client, alice):
    text = issue(alice, "Notebook")
    client.force_login(alice)
    client.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert person_of_token(text) is None
    assert b"Notebook" not in client.get("/account/").content


def test_it_hides_tokens_from_others(client, alice, bob):
    text = issue(alice, "Notebook")
    client.force_login(bob)
    assert b"Notebook" not in client.get("/account/").content
    answer = client.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert answer.status_code == 404
    assert person_of_token(text) == alice


@pytest.mark.parametrize(
    "path", ["/account/tokens/", "/account/tokens/1/revoke/", "/account/delete/"]
)
def test_it_asks_strangers_to_sign_in_before_changes(client, db, path):
    assert client.post(path).url.startswith("/accounts/login/?next=")
    assert client.get(path).status_code == 405


def test_it_deletes_the_account_after_the_password(client, alice, bob):
    issue(alice, "Notebook")
    hold(alice, "g1", 1)
    left = []

    def listen(person, **_):
        left.append(person.api_tokens.count())

    account_leaving.connect(listen)
    client.force_login(alice)
    answer = client.post("/account/delete/", {"password": PASSWORD}, follow=True)
    account_leaving.disconnect(listen)
    assert b"Your account and everything in it is deleted." in answer.content
    assert left == [1]
    assert list(User.objects.all()) == [bob]
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("", "Type your password"), ("wrong", "This is not your password. Nothing was deleted.")],
)
def test_it_keeps_the_account_without_the_password(client, alice, password, sentence):
    client.force_login(alice)
    answer = client.post("/account/delete/", {"password": password})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert User.objects.filter(pk=alice.pk).exists()


def test_it_limits_guesses_of_the_password(client, alice):
    client.force_login(alice)
    for _ in range(10):
        client.post("/account/delete/", {"password": "wrong"})
    answer = client.post("/account/delete/", {"password": PASSWORD})
    assert b"Too many tries." in answer.content
    assert User.objects.filter(pk=alice.pk).exists()


def test_it_keeps_the_only_administrator(client, alice):
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    client.force_login(alice)
    answer = client.post("/account/delete/", {"password": PASSWORD})
    assert b"You are the only administrator." in answer.content
    assert not Group.objects.exists()
    assert User.objects.filter(pk=alice.pk).exists()
