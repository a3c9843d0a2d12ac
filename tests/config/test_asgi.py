"""How the ASGI handler treats threads, connections, streams and people who leave."""

import asyncio
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.core.signals import request_finished, request_started
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.urls import get_script_prefix, path
from django.utils.translation import get_language

from config import asgi
from config.body_limit import TOO_LARGE

SECONDS = 20
seen: list[str] = []
released = threading.Event()
stream_ended = threading.Event()


def told(request):
    seen.append(threading.current_thread().name)
    return HttpResponse(f"{get_script_prefix()} {request.body.decode()}")


async def told_later(request):
    await asyncio.sleep(0)
    return HttpResponse("later")


def slow(request):
    seen.append("slow")
    assert released.wait(SECONDS)
    return HttpResponse("at last")


def endless(request):
    assert connections["default"]

    async def lines():
        try:
            while True:
                yield f"{get_language()} {get_script_prefix()}\n"
                await asyncio.sleep(0.01)
        finally:
            stream_ended.set()

    return StreamingHttpResponse(lines())


def short(request):
    async def lines():
        yield "one"
        yield "two"

    return StreamingHttpResponse(lines())


def broken_stream(request):
    async def lines():
        yield "one"
        raise ValueError("in the midst of it")

    return StreamingHttpResponse(lines())


def file(request):
    return FileResponse(Path(__file__).open("rb"))


urlpatterns = [
    path("told/", told),
    path("told-later/", told_later),
    path("slow/", slow),
    path("endless/", endless),
    path("short/", short),
    path("broken-stream/", broken_stream),
    path("file/", file),
]


@pytest.fixture(autouse=True)
def small_house(settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(asgi, "THREADS", 1)
    seen.clear()
    released.clear()
    stream_ended.clear()


@pytest.fixture
def handler():
    return asgi.HouseHandler()


def asked(handler, address, root_path="", **headers):
    named = {"host": "testserver", **headers}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": f"{root_path}{address}",
        "query_string": b"",
        "root_path": root_path,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    return ApplicationCommunicator(handler, scope)


async def answer(visit, body=b""):
    """Status, headers and body, with the request over."""
    await visit.send_input({"type": "http.request", "body": body})
    head, content = await visit.receive_output(SECONDS), b""
    while (part := await visit.receive_output(SECONDS)).get("more_body"):
        content += part["body"]
    await visit.wait(SECONDS)
    return head["status"], dict(head["headers"]), content + part.get("body", b"")


@contextmanager
def noted(signal):
    names = []

    def note(**_):
        names.append(threading.current_thread().name)

    signal.connect(note)
    yield names
    signal.disconnect(note)


def test_a_page_is_answered_by_one_thread_from_first_signal_to_last(handler):
    with noted(request_started) as began, noted(request_finished) as ended:
        status, headers, content = async_to_sync(answer)(asked(handler, "/told/"))
    assert (status, content) == (200, b"/ ")
    assert headers[b"Content-Length"] == b"2"
    assert {b"Content-Security-Policy", b"X-Request-ID"} <= headers.keys()
    assert seen[0].startswith("page")
    assert began == ended == seen


def test_threads_stay(handler):
    async def all_of_them():
        before = threading.active_count()
        for _ in range(5):
            await answer(asked(handler, "/told/"))
        return threading.active_count() - before

    assert async_to_sync(all_of_them)() <= 1
    assert len(set(seen)) == 1


def test_it_reads_bodies_and_the_prefix(handler):
    visit = asked(handler, "/told/", root_path="/below")
    assert async_to_sync(answer)(visit, b"words")[2] == b"/below/ words"


def test_async_views_are_answered_too(handler):
    assert async_to_sync(answer)(asked(handler, "/told-later/"))[2] == b"later"


def test_a_query_that_is_no_text_is_refused(handler):
    visit = asked(handler, "/told/")
    visit.scope["query_string"] = b"q=\xff"
    assert async_to_sync(answer)(visit)[0] == 400
    assert not seen


def test_streams_and_files_come_whole(handler):
    assert async_to_sync(answer)(asked(handler, "/short/"))[2] == b"onetwo"
    whole = async_to_sync(answer)(asked(handler, "/file/"))[2]
    assert whole == Path(__file__).read_bytes()


def test_a_stream_ends_when_its_reader_leaves(handler):
    async def leave():
        visit = asked(handler, "/endless/", root_path="/below", **{"accept-language": "de"})
        await visit.send_input({"type": "http.request", "body": b""})
        await visit.receive_output(SECONDS)
        line = await visit.receive_output(SECONDS)
        await visit.send_input({"type": "http.disconnect"})
        await visit.wait(SECONDS)
        return line["body"]

    with noted(request_finished) as ended:
        line = async_to_sync(leave)()
    assert line == b"de /below/\n"
    assert stream_ended.is_set()
    assert len(ended) == 1


def test_a_stream_keeps_no_connection_while_it_runs(handler, monkeypatch):
    given_back = []
    name = "close_if_unusable_or_obsolete"
    monkeypatch.setattr(
        BaseDatabaseWrapper, name, lambda _: given_back.append(threading.current_thread().name)
    )

    async def look():
        visit = asked(handler, "/endless/")
        await visit.send_input({"type": "http.request", "body": b""})
        await visit.receive_output(SECONDS)
        meanwhile = list(given_back)
        await visit.send_input({"type": "http.disconnect"})
        await visit.wait(SECONDS)
        return meanwhile

    assert any(name.startswith("page") for name in async_to_sync(look)())


def test_a_stream_ends_when_the_server_stops(handler):
    async def stop():
        visit = asked(handler, "/endless/")
        await visit.send_input({"type": "http.request", "body": b""})
        await visit.receive_output(SECONDS)
        await visit.receive_output(SECONDS)
        visit.future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visit.future

    with noted(request_finished) as ended:
        async_to_sync(stop)()
    assert stream_ended.is_set()
    assert len(ended) == 1


def test_a_stream_that_breaks_is_told_to_the_server_and_closed(handler):
    async def ask():
        visit = asked(handler, "/broken-stream/")
        await visit.send_input({"type": "http.request", "body": b""})
        await visit.wait(SECONDS)

    with noted(request_finished) as ended, pytest.raises(ValueError, match="in the midst"):
        async_to_sync(ask)()
    assert len(ended) == 1


def test_who_left_while_waiting_for_a_thread_costs_none(handler):
    async def leave():
        first, second = asked(handler, "/slow/"), asked(handler, "/told/")
        await first.send_input({"type": "http.request", "body": b""})
        while not seen:
            await asyncio.sleep(0.01)
        await second.send_input({"type": "http.request", "body": b""})
        await second.send_input({"type": "http.disconnect"})
        while second.input_queue.qsize():
            await asyncio.sleep(0.01)
        released.set()
        await second.wait(SECONDS)
        return await first.receive_output(SECONDS)

    assert async_to_sync(leave)()["status"] == 200
    assert seen == ["slow"]


def test_who_leaves_before_the_body_is_whole_is_not_answered(handler):
    async def leave():
        visit = asked(handler, "/told/")
        await visit.send_input({"type": "http.request", "body": b"wo", "more_body": True})
        await visit.send_input({"type": "http.disconnect"})
        await visit.wait(SECONDS)
        return await visit.receive_nothing()

    assert async_to_sync(leave)()
    assert not seen


def test_bodies_stay_bounded(handler, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 3
    visit = asked(handler, "/told/")
    assert not visit.scope.get(TOO_LARGE)

    async def send():
        await visit.send_input({"type": "http.request", "body": b"words", "more_body": True})
        while not visit.scope.get(TOO_LARGE):
            await asyncio.sleep(0.01)
        await visit.send_input({"type": "http.disconnect"})
        await visit.wait(SECONDS)

    async_to_sync(send)()
    assert not seen
