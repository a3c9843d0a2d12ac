"""Sessions change hands safely, and no link of ours leads to another site."""

import hashlib

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import ApiToken

SIGN_IN = {"login": "alice@example.org", "password": "correct horse battery"}
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "///evil.example",
)


def leads_away(response):
    return response.status_code in (301, 302) and "evil" in response["Location"].split("?")[0]


def test_it_gives_a_new_session_at_sign_in_and_none_after_signing_out(client, alice, ink):
    client.post("/create/", {"pack": "ink", "prompt": "a boat"})
    before = client.cookies["sessionid"].value
    client.post("/accounts/login/", SIGN_IN)
    after = client.cookies["sessionid"].value
    assert after != before
    client.post("/accounts/logout/")
    for stolen in (before, after):
        thief = Client()
        thief.cookies["sessionid"] = stolen
        assert thief.get("/accounts/email/").status_code == 302
        assert thief.get("/api/generations").status_code == 401


def test_it_takes_no_session_that_somebody_else_made_up(alice):
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    client.post("/accounts/login/", SIGN_IN)
    assert client.cookies["sessionid"].value != "a" * 32


def test_it_ends_other_sessions_when_the_password_changes(as_alice, alice):
    other = Client()
    other.post("/accounts/login/", SIGN_IN)
    form = {"oldpassword": SIGN_IN["password"], "password1": "new staple x", "password2": ""}
    form["password2"] = form["password1"]
    as_alice.post("/accounts/reauthenticate/", {"password": SIGN_IN["password"]})
    assert as_alice.post("/accounts/password/change/", form).status_code == 302
    assert other.get("/accounts/email/").status_code == 302


@pytest.mark.parametrize("place", ELSEWHERE)
def test_no_next_leads_to_another_site(client, alice, bob, ink, place):
    assert not leads_away(client.post(f"/accounts/login/?next={place}", {**SIGN_IN, "next": place}))
    assert not leads_away(client.get(f"/accounts/login/?next={place}"))
    assert not leads_away(client.post("/i18n/setlang/", {"language": "de", "next": place}))
    assert not leads_away(client.post("/images/selection", {"do": "favourite", "back": place}))
    assert not leads_away(client.post("/accounts/logout/", {"next": place}))
    assert not leads_away(client.get(f"/admin/login/?next={place}"))


@pytest.mark.parametrize("place", ELSEWHERE)
def test_the_admins_door_leads_nowhere_else(client, curator, place):
    form = {"username": "curator@example.org", "password": "a long passphrase", "next": place}
    assert not leads_away(client.post(f"/admin/login/?next={place}", form))


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_like_leads_back_into_the_house(as_bob, alice, real_pictures, place):
    from generation.pictures import sharing

    share = sharing.share(real_pictures(alice).images.get(), True, False)
    assert not leads_away(as_bob.post(f"/gallery/{share.token}/like", {"on": 1, "back": place}))


def test_it_keeps_only_the_digest_of_a_token(alice):
    text = tokens.issue(alice, "mine")
    row = ApiToken.objects.values().get()
    assert text not in str(row)
    assert row["digest"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_password_is_kept_as_a_slow_hash():
    from config import settings

    assert not hasattr(settings, "PASSWORD_HASHERS"), "Django's own: PBKDF2"


def test_a_form_needs_its_token(alice, ink):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    for path in ("/create/", "/boards/new", "/account/tokens/", "/accounts/logout/"):
        assert client.post(path, {"prompt": "a boat", "pack": "ink"}).status_code == 403
    wish = {"pack": "ink", "prompt": "a boat"}
    assert client.post("/api/generations", wish, "application/json").status_code == 403
