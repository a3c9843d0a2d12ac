import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken
from accounts.tokens import TokenError, issue, person_of_token, revoke


def ask(client, token):
    return client.get("/api/whoami", headers={"Authorization": f"Bearer {token}"})


def test_it_knows_a_program_by_its_token(client, alice):
    assert ask(client, issue(alice, "Notebook")).json() == {"person": "alice@example.org"}


@pytest.mark.parametrize("token", ["", "hs_wrong", "hs_" + "a" * 43, "\u00e9"])
def test_it_refuses_a_wrong_token(client, alice, token):
    issue(alice, "Notebook")
    assert ask(client, token).status_code == 401


def test_it_refuses_a_revoked_token(client, alice):
    text = issue(alice, "Notebook")
    assert revoke(alice, ApiToken.objects.get().pk) is True
    assert revoke(alice, ApiToken.objects.get().pk) is False
    assert ask(client, text).status_code == 401


def test_it_refuses_the_token_of_a_closed_account(client, alice):
    text = issue(alice, "Notebook")
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert ask(client, text).status_code == 401


def test_it_knows_the_browser_by_its_session(client, alice):
    assert client.get("/api/whoami").status_code == 401
    client.force_login(alice)
    assert client.get("/api/whoami").json() == {"person": "alice@example.org"}


def test_it_knows_the_sessions_guest(client, db):
    client.post("/make/")
    assert client.get("/api/whoami").json() == {"person": "Guest"}


def test_it_wants_the_csrf_token_from_a_session_only(alice):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(alice)
    assert careful.post("/api/whoami").status_code == 403
    program = Client(enforce_csrf_checks=True)
    headers = {"Authorization": f"Bearer {issue(alice, 'Notebook')}"}
    assert program.post("/api/whoami", headers=headers).status_code == 200


def test_it_notes_the_last_use_once_a_minute(alice, clock):
    text = issue(alice, "Notebook")
    clock("2026-03-01T12:00:00")
    first = timezone.now()
    person_of_token(text)
    clock("2026-03-01T12:00:30")
    person_of_token(text)
    assert ApiToken.objects.get().last_used_at == first
    clock("2026-03-01T12:02:00")
    person_of_token(text)
    assert ApiToken.objects.get().last_used_at == timezone.now()


def test_it_makes_no_token_for_a_guest(charlie):
    with pytest.raises(TokenError, match="Sign up first"):
        issue(charlie, "Notebook")
