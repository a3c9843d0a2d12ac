"""What visitors are told while the database is away, and when something of ours is broken."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults

AWAY = (OperationalError, InterfaceError)
# A database that restarts is back within seconds.
RETRY_SECONDS = 5
SAID = {
    500: ("broken", "Something broke on our side. Nothing was charged; try again in a moment."),
    503: ("away", "We are back in a moment. Send the same request again, with the same key."),
}


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with a way to send the same again while the database is away, else 500."""
    status = 503 if isinstance(sys.exc_info()[1], AWAY) else 500
    if request.path.startswith("/api/"):
        return _asked_to_wait(_for_programs(status), status)
    if status == 500:
        return defaults.server_error(request)
    page = render_to_string("503.html", {"path": request.get_full_path(), "sent": _sent(request)})
    return _asked_to_wait(HttpResponse(page, status=503), status)


def _for_programs(status: int) -> HttpResponse:
    code, sentence = SAID[status]
    return JsonResponse({"error": sentence, "code": code}, status=status)


def _asked_to_wait(answer: HttpResponse, status: int) -> HttpResponse:
    if status == 503:
        answer["Retry-After"] = str(RETRY_SECONDS)
        answer["Cache-Control"] = "no-store"
    return answer


def _sent(request: HttpRequest) -> list[tuple[str, str]] | None:
    """The fields of a form that can be sent again; None for one with secrets or files in it."""
    if request.method != "POST" or request.FILES or any("password" in key for key in request.POST):
        return None
    return [(name, value) for name, values in request.POST.lists() for value in values]
