"""How much one request may bring: bounded before it is read, let alone kept on the disk.

A server hands a body over piece by piece, and Django keeps all of it before a view is asked.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.defaults import bad_request

# The one door for files, and what a form around a file takes.
UPLOADS = "/admin/stylepacks/lora/"
FORM_BYTES = 1 << 20
MEBIBYTE = 1 << 20
TOO_LARGE = "house.too_large"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


def most_bytes(path: str) -> int:
    """The largest body that this address takes."""
    if path.startswith(UPLOADS):
        return int(settings.MAX_LORA_BYTES) + FORM_BYTES
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def bounded(scope: MutableMapping[str, Any], receive: Receive) -> Receive:
    """`receive` that ends a body at its limit and marks the scope; the rest is thrown away."""
    most, seen = most_bytes(scope["path"]), 0

    async def receive_bounded() -> Message:
        nonlocal seen
        if scope.get(TOO_LARGE):
            return await _disconnect(receive)
        message = await receive()
        seen += len(message.get("body", b""))
        if seen <= most:
            return message
        scope[TOO_LARGE] = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive_bounded


async def _disconnect(receive: Receive) -> Message:
    while (message := await receive())["type"] != "http.disconnect":
        continue
    return message


class BodyLimitMiddleware:
    """Answers 413 to a request that says it is too large, or that turned out to be.

    400 to what nobody sends by accident: a length that is no number, a NUL in the address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        declared = str(request.META.get("CONTENT_LENGTH") or "0")
        if not (declared.isascii() and declared.isdecimal()) or _has_nul(request):
            return bad_request(request, ValueError("no browser sends this"))
        if is_too_large(request, int(declared[:20])):
            return _refused(request)
        return self.get_response(request)


def _has_nul(request: HttpRequest) -> bool:
    # PostgreSQL keeps and compares no text with this character: every look-up would fail.
    return "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")


def is_too_large(request: HttpRequest, declared: int) -> bool:
    """Whether a request says so, or turned out so on its way in."""
    found_out = getattr(request, "scope", {}).get(TOO_LARGE, False)
    return bool(found_out) or declared > most_bytes(request.path)


def _refused(request: HttpRequest) -> HttpResponse:
    most = most_bytes(request.path) // MEBIBYTE
    said = _("That is more than the {number} MiB that this address takes.").format(number=most)
    if request.path.startswith("/api/"):
        return JsonResponse({"error": said, "code": "too_large"}, status=413)
    return render(request, "413.html", {"said": said}, status=413)
