"""Requests to every address in every role: odd bodies, queries, headers and keys of rows."""

import json
import random
import traceback
import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client

from benchmarks.fuzz import bodies, mutations
from benchmarks.fuzz.running import Kind, ServerError
from tests.security.addresses import PLACE, path_of, patterns
from tests.security.world import ROLES, World, furnish

JSON = "application/json"
SERVER_ERROR = 500
METHODS = ("GET", "GET", "GET", "POST", "POST", "POST", "PUT", "PATCH", "DELETE", "HEAD", "TRACE")
QUERIES = (
    "before", "page", "pack", "second", "sort", "q", "order", "image", "look", "prompt", "limit",
    "count", "seed", "quality", "aspect", "family", "surprise", "format", "size", "download",
    "strength",
    "offset", "next", "s", "p", "o", "e", "_popup", "tag", "kind", "shape", "all",
)  # fmt: skip
FIELDS = (
    *QUERIES, "do", "name", "board", "back", "how", "key", "on", "reason", "words", "reach",
    "revoke",
    "place", "account", "login", "password", "email", "language", "action", "_selected_action",
    "csrfmiddlewaretoken", "slug", "template", "why", "index",
)  # fmt: skip
HEADERS: dict[str, tuple[str, ...]] = {
    "Accept-Language": ("de", "xx", "de;q=9", "*;q=", "a" * 600, "de,\0"),
    "HX-Request": ("true",),
    "HX-Current-URL": ("http://[", "http://testserver/\udcff"),
    "Range": ("bytes=0-", "bytes=9-1", "bytes=x"),
    "If-Modified-Since": ("yesterday", "Thu, 01 Jan 1970 00:00:00 GMT"),
    "X-Forwarded-For": ("1.2.3.4", "::1, x", "'", "a" * 300),
    "Idempotency-Key": ("", "a" * 65, "\x01", "ok"),
    "Authorization": ("Bearer", "Bearer hs_x", "Basic eA==", "Bearer \udcff", "hs_x"),
    "Cookie": ("sessionid=\0", "sessionid=" + "a" * 300, "django_language=../x", ";;=;"),
    "Host": ("evil.example", "", "testserver:x"),
    "Referer": ("http://[", "javascript:1"),
    "Content-Length": ("-1", "x"),
}
KINDS = (
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json",
    "multipart/form-data", "text/plain; charset=utf-16", "application/json; charset=nonsense", "",
)  # fmt: skip


def kinds() -> list[Kind]:
    return [Kind("api", api_case, (), 0.1), Kind("pages", page_case, (), 0.1)]


def api_case(chance: random.Random) -> None:
    """A body or query that follows the API's own description, or nearly."""
    asked = chance.choice(bodies.operations())
    content = _json(bodies.body(asked.schema, chance), chance) if asked.schema else b""
    headers = _headers(chance) if chance.random() < 0.3 else {}
    sent = Sent(asked.method, _address(asked.pattern, chance), content, JSON, headers)
    _send(sent, chance.choice(ROLES))


def page_case(chance: random.Random) -> None:
    """Anything at all to any address of the house."""
    kind, content = _form(chance)
    path = _address(chance.choice(_patterns()), chance)
    sent = Sent(chance.choice(METHODS), path, content, kind, _headers(chance))
    _send(sent, chance.choice(ROLES))


@dataclass(frozen=True)
class Sent:
    """One request; `kind` is its Content-Type, empty for none."""

    method: str
    path: str
    content: bytes
    kind: str
    headers: dict[str, str]


def _send(sent: Sent, role: str) -> None:
    browser, seen = world().browser(role), _Traces()
    got_request_exception.connect(seen.note)
    try:
        status = _status(browser, sent)
    finally:
        got_request_exception.disconnect(seen.note)
    if status >= SERVER_ERROR:
        raise ServerError(f"{role} {sent}\n{seen.last}")


def _status(browser: Client, sent: Sent) -> int:
    with transaction.atomic():
        response = browser.generic(
            sent.method, sent.path, sent.content, sent.kind, headers=sent.headers
        )
        _read(response)
        transaction.set_rollback(True)
    return response.status_code


class _Traces:
    """Keeps the trace of what went wrong behind a page that says so kindly."""

    last = ""

    def note(self, **_: Any) -> None:
        self.last = traceback.format_exc()


def _read(response: Any) -> None:
    if response.streaming and not response.is_async:
        for _ in response.streaming_content:
            continue
    response.close()


def _address(pattern: str, chance: random.Random) -> str:
    path = path_of(pattern, world().rows)
    if chance.random() < 0.3 and PLACE.search(pattern):
        path = PLACE.sub(lambda _: _key(chance), "/" + pattern)
    if chance.random() < 0.1:
        path += quote(mutations.text(chance).encode("utf-8", "replace"))
    return path + (_query(chance) if chance.random() < 0.7 else "")


def _key(chance: random.Random) -> str:
    odd = quote(str(mutations.value(chance)).encode("utf-8", "replace")[:80], safe="")
    return chance.choice((str(uuid.UUID(int=chance.getrandbits(128))), str(10**20), "0", "7", odd))


def _query(chance: random.Random) -> str:
    pairs = _pairs(QUERIES, chance)
    raw = urlencode(pairs, errors="replace")
    return "?" + (raw + "&x=%ff%00&%" if chance.random() < 0.1 else raw)


def _pairs(names: tuple[str, ...], chance: random.Random) -> list[tuple[str, str]]:
    return [
        (chance.choice(names), str(_likely(chance))) for _ in range(chance.choice((0, 1, 2, 3, 5)))
    ]


def _likely(chance: random.Random) -> Any:
    """What a form would send, a row's key, or nonsense."""
    plain = ("ink", "1", "favourite", "zip", "hang", "new", "webp", "2", "liked", "draft", "square")
    rows = list(world().rows.values())
    return chance.choice((chance.choice(plain), chance.choice(rows), mutations.value(chance)))


def _form(chance: random.Random) -> tuple[str, bytes]:
    kind = chance.choice(KINDS)
    way = chance.random()
    if way < 0.5:
        raw = urlencode(_pairs(FIELDS, chance), errors="replace").encode()
        return KINDS[0], raw
    if way < 0.7:
        return kind, _multipart(chance)
    return kind, chance.randbytes(chance.randint(0, 200))


def _multipart(chance: random.Random) -> bytes:
    name, value = chance.choice(FIELDS), str(_likely(chance)).encode("utf-8", "replace")
    file = b'; filename="../x.safetensors"' if chance.random() < 0.3 else b""
    head = b'--x\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + file
    raw = head + b"\r\n\r\n" + value + b"\r\n--x--\r\n"
    return mutations.changed(raw, chance) if chance.random() < 0.5 else raw


def _headers(chance: random.Random) -> dict[str, str]:
    names = chance.sample(sorted(HEADERS), chance.choice((0, 0, 1, 2)))
    return {name: chance.choice(HEADERS[name]) for name in names}


def _json(body: Any, chance: random.Random) -> bytes:
    way = chance.random()
    if way < 0.4:
        body = mutations.tree(body, chance)
    raw = json.dumps(body).encode("utf-8", "surrogatepass")
    if way > 0.95:
        return mutations.nested(chance)
    return mutations.changed(raw, chance) if way > 0.8 else raw


@cache
def world() -> World:
    return furnish()


@cache
def _patterns() -> list[str]:
    return patterns()
