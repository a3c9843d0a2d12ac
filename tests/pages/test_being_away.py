"""The database is away: pages say so, lose nothing that was typed, and never answer 500."""

import pytest
from django.db import OperationalError
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def away(monkeypatch):
    """Every page's first query fails, as while PostgreSQL restarts."""

    def refuse(*_, **__):
        raise OperationalError("the database system is shutting down")

    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", refuse)
    monkeypatch.setattr("django.db.models.query.QuerySet.get", refuse)
    return Client(raise_request_exception=False)


def test_a_page_looks_again_by_itself(away):
    answer = away.get("/packs/nothing/?q=ink")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    said = answer.content.decode()
    assert 'http-equiv="refresh"' in said
    assert 'href="/packs/nothing/?q=ink"' in said


def test_what_was_sent_can_be_sent_again(away):
    form = {"prompt": "a red <boat>", "pack": "ink", "key": "once"}
    answer = away.post("/create/", form)
    assert answer.status_code == 503
    said = answer.content.decode()
    assert 'name="prompt" value="a red &lt;boat&gt;"' in said
    assert 'name="key" value="once"' in said
    assert 'http-equiv="refresh"' not in said


def test_passwords_are_not_written_into_a_page(away):
    form = {"login": "maker@example.org", "password": "a long passphrase"}
    answer = away.post("/accounts/login/", form)
    assert answer.status_code == 503
    assert "a long passphrase" not in answer.content.decode()


def test_programs_are_told_to_send_the_same_again(away):
    answer = away.get("/api/packs")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "away"


def test_what_is_broken_stays_a_500(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", broken)
    client = Client(raise_request_exception=False)
    assert client.get("/packs/nothing/").status_code == 500
    answer = client.get("/api/packs")
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
