"""Requests that bring too much: refused by what they say, and by what they turn out to be."""

import asyncio

import pytest
from django.test import Client

from config import body_limit
from config.body_limit import TOO_LARGE, bounded, most_bytes

MEBIBYTE = 1 << 20


@pytest.fixture
def small_forms(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = MEBIBYTE


def parts(*sizes):
    """A body of these many bytes, piece by piece; then the browser goes."""
    waiting = [{"type": "http.request", "body": bytes(size), "more_body": True} for size in sizes]
    waiting += [{"type": "http.request", "body": b"", "more_body": False}]
    waiting += [{"type": "http.disconnect"}]

    async def receive():
        return waiting.pop(0)

    return receive


def read(scope, receive):
    async def whole():
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        return body, await receive()

    return asyncio.run(whole())


def test_it_hands_on_what_is_within_the_limit(small_forms):
    scope = {"path": "/create/"}
    body, after = read(scope, bounded(scope, parts(MEBIBYTE // 2, MEBIBYTE // 2)))
    assert (len(body), after["type"], scope.get(TOO_LARGE)) == (MEBIBYTE, "http.disconnect", None)


def test_it_ends_a_body_at_the_limit_whatever_was_said(small_forms):
    scope = {"path": "/create/"}
    body, after = read(scope, bounded(scope, parts(*[MEBIBYTE // 2] * 9)))
    assert (len(body), after["type"]) == (MEBIBYTE, "http.disconnect")
    assert scope[TOO_LARGE]


def test_it_takes_a_lora_where_loras_are_uploaded_and_nowhere_else(settings):
    settings.MAX_LORA_BYTES = 64 * MEBIBYTE
    assert most_bytes("/admin/stylepacks/lora/add/") > 64 * MEBIBYTE
    assert most_bytes("/admin/stylepacks/stylepack/add/") == 5 * MEBIBYTE
    assert most_bytes("/api/generations") == 5 * MEBIBYTE


def test_it_says_so_on_a_page(as_alice, ink, small_forms):
    answer = as_alice.post("/create/", {"prompt": "a" * MEBIBYTE})
    assert answer.status_code == 413
    assert b"more than the 1 MiB that this address takes" in answer.content


def test_it_says_so_to_a_program(as_alice, ink, small_forms):
    big = b'"' + b"a" * MEBIBYTE + b'"'
    answer = as_alice.post("/api/generations", big, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_it_refuses_what_was_cut_on_its_way(ink, small_forms, rf):
    request = rf.post("/create/")
    request.scope = {TOO_LARGE: True}
    assert body_limit.is_too_large(request, 0)


@pytest.mark.parametrize("length", ["x", "-1", "٣", "1e3"])
def test_it_refuses_a_length_that_is_no_number(as_alice, ink, length):
    sent = {"pack": "ink", "prompt": "a boat"}
    assert as_alice.post("/create/", sent, CONTENT_LENGTH=length).status_code == 400


@pytest.mark.parametrize("path", ["/packs/a%00b/", "/api/packs/%00", "/gallery/?pack=a%00b"])
def test_it_refuses_a_character_that_no_database_keeps(client, ink, path):
    assert client.get(path).status_code in (400, 404)


def test_it_bounds_how_many_fields_a_form_has(ink, db):
    many = {f"field{number}": "x" for number in range(1001)}
    assert Client().post("/create/", many).status_code == 400


def test_it_reads_no_giant_for_a_picture(tmp_path, monkeypatch):
    from django.core.management import CommandError, call_command

    monkeypatch.setattr("generation.management.commands.verify_image.MOST_BYTES", MEBIBYTE)
    (tmp_path / "giant.png").write_bytes(bytes(MEBIBYTE + 1))
    with pytest.raises(CommandError, match="that is no picture"):
        call_command("verify_image", tmp_path / "giant.png")
