"""Every request gets an id, which stands on its log lines and in its answer, and one line."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from generation import logs
from generation.watching.spans import span

logger = logging.getLogger("housestyle.requests")

HEADER = "X-Request-ID"
USABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
OF_GENERATIONS = ("generations/", "api/generations/")


class RequestLogMiddleware:
    """The line names the route, never the address: that may hold a secret link or somebody's words.

    A proxy's id is taken over where it is a plain one. Files that need no route get no line.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        with logs.of_request(_id_of(request)) as scope, span("request"):
            response = self._get_response(request)
            response.headers[HEADER] = scope.request_id
            _tell(request, response, round(1000 * (time.perf_counter() - began)))
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, Any]
    ) -> None:
        route = request.resolver_match.route if request.resolver_match else ""
        if route.startswith(OF_GENERATIONS) and isinstance(kwargs.get("id"), uuid.UUID):
            logs.note(kwargs["id"])


def _id_of(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    return given if USABLE.fullmatch(given) else uuid.uuid4().hex


def _tell(request: HttpRequest, response: HttpResponseBase, milliseconds: int) -> None:
    match = request.resolver_match
    if match is None and response.status_code < 400:
        return
    facts = {
        "method": request.method,
        "route": f"/{match.route}" if match else "(none)",
        "status": response.status_code,
        "milliseconds": milliseconds,
    }
    logger.info("%(method)s %(route)s %(status)d in %(milliseconds)d ms", facts, extra=facts)
