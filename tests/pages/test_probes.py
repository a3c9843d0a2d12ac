"""What machines ask: /healthz, /readyz and /metrics, before any session, language or redirect."""

import threading

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from generation.watching import house_metrics, readiness


@pytest.fixture(autouse=True)
def asked_afresh(monkeypatch):
    # Threads remember the database of an earlier test.
    readiness._threads.cache_clear()
    monkeypatch.setattr(readiness, "_kept", None)
    monkeypatch.setattr(readiness, "_migrated", False)
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0.0)


def test_it_is_alive_without_asking_anything(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert not answer.cookies
    assert "Content-Language" not in answer
    assert answer["Cache-Control"] == "no-store"


def test_a_probe_knows_no_host_name_and_no_tls(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz", HTTP_HOST="10.0.3.7:8000").status_code == 200
    assert client.get("/", HTTP_HOST="localhost").status_code == 301


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_probe_is_only_read(client, path):
    answer = client.post(path)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_it_is_ready_when_every_part_is_there(client, shared_database):
    answer = client.get("/readyz")
    parts = dict.fromkeys(("database", "migrations", "cache", "broker", "storage"), "ok")
    assert answer.json() == {"ready": True, "parts": parts}
    assert answer.status_code == 200


def test_it_is_not_ready_while_migrations_wait(client, shared_database):
    rows = MigrationRecorder(connection).migration_qs.filter(app="generation")
    last = rows.order_by("-id").first()
    last.delete()
    answer = client.get("/readyz")
    last.save(force_insert=True)
    assert answer.status_code == 503
    assert answer.json()["parts"]["migrations"].startswith("1 migrations are not applied")


def test_it_says_which_part_is_away_and_nothing_of_its_address(
    client, shared_database, monkeypatch
):
    def away():
        raise OSError("redis://:secret@cache:6379 refused")

    monkeypatch.setitem(readiness.PARTS, "broker", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["broker"] == "not reachable (OSError)"
    assert b"secret" not in answer.content


def test_a_part_that_hangs_is_not_waited_for(client, shared_database, monkeypatch):
    over = threading.Event()
    monkeypatch.setitem(readiness.PARTS, "storage", over.wait)
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.2)
    answer = client.get("/readyz")
    over.set()
    assert answer.status_code == 503
    assert answer.json()["parts"]["storage"] == "no answer within 0.2 s"
    assert answer.json()["parts"]["database"] == "ok"


def test_asking_often_asks_the_services_once(client, shared_database, monkeypatch):
    asked = []
    monkeypatch.setitem(readiness.PARTS, "cache", lambda: asked.append(1))
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 600.0)
    for _ in range(5):
        client.get("/readyz")
    assert asked == [1]


def test_a_folder_that_cannot_be_written_is_not_ready(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(readiness.os, "access", lambda *_: False)
    assert readiness._answer(readiness._storage) == "the folder cannot be written"


def test_figures_are_open_to_the_machine_itself(client, db):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert b"housestyle_holds_open 0.0" in answer.content


@pytest.mark.parametrize(
    "request_of",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_AUTHORIZATION": "Bearer a guess", "REMOTE_ADDR": "203.0.113.9"},
    ],
)
def test_figures_are_closed_to_everybody_else(client, db, request_of):
    answer = client.get("/metrics", **request_of)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert "HOUSESTYLE_METRICS_TOKEN" in answer.content.decode()


def test_behind_a_proxy_nobody_is_the_machine_itself(client, db, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client.get("/metrics").status_code == 401


def test_with_a_token_only_its_bearer_reads_figures(client, db, settings):
    settings.METRICS_TOKEN = "a long token"
    assert client.get("/metrics").status_code == 401
    wrong = client.get("/metrics", HTTP_AUTHORIZATION="Bearer a long tokeñ")
    assert wrong.status_code == 401
    right = client.get(
        "/metrics", HTTP_AUTHORIZATION="Bearer a long token", REMOTE_ADDR="203.0.113.9"
    )
    assert right.status_code == 200


def test_figures_of_a_database_that_is_away_are_no_page_of_errors(client, db, monkeypatch):
    def away():
        raise DatabaseError("could not connect to server")

    monkeypatch.setattr(house_metrics, "exposition", away)
    answer = client.get("/metrics")
    assert answer.status_code == 503
    assert b"/readyz says more" in answer.content
