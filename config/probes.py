"""What machines ask of a web process: is it alive, is it ready, how is the house.

Answered before all other middleware: no session, no language, no redirect to HTTPS, no check of
the host name, which probes of an orchestrator do not know.
"""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST

from generation.watching import house_metrics, readiness
from generation.watching.access import REFUSAL, may_read

PLAIN = "text/plain; charset=utf-8"
NO_DATABASE = "The database does not answer; /readyz says more.\n"


class ProbesMiddleware:
    """Stands first in the list."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return self._get_response(request)
        response = probe(request) if request.method in ("GET", "HEAD") else _not_allowed()
        response["Cache-Control"] = "no-store"
        return response


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all. Asks nothing."""
    return HttpResponse("ok\n", content_type=PLAIN)


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything it needs is there, else 503; both say which parts."""
    parts = readiness.parts()
    ready = readiness.is_ready(parts)
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """The house's figures, for those who may read them."""
    if not may_read(request.META):
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse(REFUSAL, status=401, content_type=PLAIN, headers=headers)
    try:
        return HttpResponse(house_metrics.exposition(), content_type=CONTENT_TYPE_LATEST)
    except DatabaseError:
        return HttpResponse(NO_DATABASE, status=503, content_type=PLAIN)


def _not_allowed() -> HttpResponse:
    said = "Only GET and HEAD are answered here.\n"
    return HttpResponse(said, status=405, content_type=PLAIN, headers={"Allow": "GET, HEAD"})


PROBES = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
