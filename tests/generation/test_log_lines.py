"""Log lines: whose request and generation they are about, and what they never repeat."""

import io
import json
import logging
import threading

import pytest
from django.db import connection

from accounts import tokens
from config import logs as wiring
from generation import delivery, render_worker, scheduler, worker_process
from generation.delivery_desk import DeliveryDesk
from tests.generation.conftest import TestProcess

pytestmark = pytest.mark.django_db
WORDS = 'a "secret" fox\\den at Zürich'


@pytest.fixture(params=["line", "json"])
def written(request):
    """Everything any logger says, at any level, as the house writes it."""
    yield from _listening(request.param)


@pytest.fixture
def said():
    """The same as objects."""
    yield from _listening("json")


def _listening(style):
    made = wiring.wiring(style, "DEBUG")["formatters"]
    formatter = wiring.Json(made["json"]["fmt"]) if style == "json" else wiring.Line(wiring.LINE)
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    before, _ = root.level, root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(before)
    root.removeHandler(handler)


def objects(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def ask(client, alice, ink):
    """Submits through the API with a token, and gives the token and the answer."""

    def make(**order):
        token = tokens.issue(alice, "tests")
        answer = client.post(
            "/api/generations?prompt=also+secret",
            {"pack": "ink", "prompt": WORDS, **order},
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {token}",
            HTTP_IDEMPOTENCY_KEY="once",
            HTTP_X_REQUEST_ID="request-0001",
        )
        return token, answer

    return make


def test_one_generation_can_be_followed_from_web_to_delivery(said, ask, process):
    _, answer = ask()
    generation = answer.json()["id"]
    process.work()
    lines = objects(said)
    assert answer["X-Request-ID"] == "request-0001"
    asked = next(line for line in lines if line["logger"] == "housestyle.requests")
    assert (asked["request_id"], asked["generation_id"]) == ("request-0001", generation)
    assert (asked["route"], asked["status"]) == ("/api/generations", 201)
    moves = [line for line in lines if line["logger"] == "generation.moving"]
    assert [line["message"] for line in moves] == [
        "Now claimed",
        "Now rendering",
        "Now delivering",
        "Now done",
    ]
    assert {line["generation_id"] for line in moves} == {generation}


def test_the_delivery_thread_knows_what_its_job_is_about(said, submit, alice, monkeypatch):
    generation = submit(alice)
    process = TestProcess()
    process.desk = DeliveryDesk(worker_process.is_stopping)

    def fail(*_):
        logging.getLogger("storage").error(
            "The disk is full in %s", threading.current_thread().name
        )
        raise delivery.DeliveryFailed("It was not stored.")

    # The row is left alone: a test's other threads do not see its transaction.
    monkeypatch.setattr(delivery, "deliver", fail)
    monkeypatch.setattr("generation.parcels.Parcel._try_again", lambda *_: None)
    monkeypatch.setattr("generation.leftovers.Leftovers.end", lambda *_: None)
    render_worker.render_batch(process, scheduler.claim("worker-1", generation.queue))
    assert process.desk.is_idle(within=20)
    full = next(line for line in objects(said) if line["logger"] == "storage")
    assert full["message"] == "The disk is full in delivery"
    assert full["generation_id"] == str(generation.pk)


def test_an_engine_that_repeats_the_words_is_not_quoted(written, ask, process):
    def quote(request, step):
        raise RuntimeError(f"cannot draw {request.images[0].prompt!r} for {WORDS}")

    process.plain.before_step = quote
    token, answer = ask()
    assert answer.status_code == 201
    process.work()
    text = written.getvalue()
    assert "A batch failed" in text
    assert "[words]" in text
    for secret in (token, token[3:], "fox\\den", "fox\\\\den", "Zürich", "Z\\u00fcrich", "also"):
        assert secret not in text


def test_a_web_process_that_breaks_repeats_neither_words_nor_token(
    written, ask, client, monkeypatch
):
    client.raise_request_exception = False

    def broken(*_):
        raise ValueError(f"Failing row contains ({WORDS})")

    monkeypatch.setattr("generation.recipes.build", broken)
    token, answer = ask()
    assert answer.status_code == 500
    text = written.getvalue()
    assert "ValueError: Failing row contains ([words])" in text
    for secret in (token, "fox", "Zürich", "also"):
        assert secret not in text


def test_a_database_that_quotes_the_row_is_not_quoted(written, ask, monkeypatch):
    def ring(queue):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [WORDS])
        logging.getLogger("broker").warning("%s did not take %s", queue, WORDS)

    monkeypatch.setattr("generation.submission.announce", ring)
    ask()
    assert "fox" not in written.getvalue()


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer hs_abcdefghSECRET",
        "headers {'Authorization': 'Basic SECRET12345', 'Accept': '*/*'}",
        "password=SECRET&next=/",
        '{"password": "SECRET", "login": "a"}',
        "https://bucket/key.png?X-Amz-Signature=SECRET&X-Amz-Credential=SECRET",
        "postgresql://house:SECRET@db/housestyle",
        "Not Found: /s/SECRET-token",
        "GET /create/?pack=ink&prompt=SECRET+words",
        "<ASGIRequest: GET '/create/?prompt=SECRET'>",
        "cookie: sessionid=SECRET; csrftoken=SECRET",
        "/accounts/password/reset/key/SECRET-1/",
        "S3_SECRET_KEY=SECRET",
        "the key hs_SECRETSECRET was shown",
    ],
)
def test_secrets_are_hidden_in_whatever_form(line):
    shown = wiring.discreet(line)
    assert "SECRET" not in shown.replace("S3_SECRET_KEY", "")
    assert wiring.HIDDEN in shown


@pytest.mark.parametrize(
    "piece", ["x_", "a", "://a:", "token", "basic ", "/s/", "=:", "x-amz-", "csrf"]
)
def test_a_line_of_a_megabyte_is_no_trap(piece):
    """One that took quadratic time would outlast the suite's patience."""
    long = piece * (2**20 // len(piece))
    assert wiring.discreet(long, ("a red boat",))


def test_plain_sentences_stay_as_they_are():
    plain = "The broker did not take the bell for render.sd15.cpu: [Errno 111] refused"
    assert wiring.discreet(plain, ("a red boat",)) == plain


def test_a_json_line_carries_no_more_than_is_allowed(said, rf):
    request = rf.get("/create/?prompt=secret")
    logging.getLogger("django.request").error("Broken", extra={"request": request, "data": "x"})
    (line,) = objects(said)
    assert set(line) == {"time", "level", "logger", "message"}
    assert line["time"].endswith("+00:00")


def test_a_requests_id_is_taken_over_only_where_it_is_plain(client, db):
    taken = client.get("/free/", HTTP_X_REQUEST_ID="0123456789abcdef")
    made = client.get("/free/", HTTP_X_REQUEST_ID="no spaces; no\tnews")
    assert taken["X-Request-ID"] == "0123456789abcdef"
    assert len(made["X-Request-ID"]) == 32


def test_a_secret_link_is_logged_by_its_route(said, client, db):
    client.get("/s/very-secret-link/")
    lines = objects(said)
    assert not [line for line in lines if "very-secret" in json.dumps(line)]
    assert [line["route"] for line in lines if "route" in line] == ["/s/<str:token>/"]
