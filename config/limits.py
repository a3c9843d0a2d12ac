"""What answers somebody who asks too often: 429, the wait, and everything that was typed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.limits import TooQuick
from generation.stale_pages import typed_again

TOO_MANY = 429
# What allauth waits for at most, except after wrong passwords.
SIGN_IN_SECONDS = 60


class TooQuickMiddleware:
    """Turns `TooQuick` into its page; the API has an answer of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The studio as it was typed, or a page with the sentence."""
        if not isinstance(error, TooQuick):
            return None
        said = str(error)
        response = typed_again(request, said, TOO_MANY) or _page(request, said)
        response["Retry-After"] = str(error.seconds)
        return response


def handler429(request: HttpRequest) -> HttpResponse:
    """Too many tries to sign in or up: allauth asks for this one by its name."""
    response = _page(request, "")
    response["Retry-After"] = str(SIGN_IN_SECONDS)
    return response


def _page(request: HttpRequest, said: str) -> HttpResponse:
    return render(request, "429.html", {"said": said}, status=TOO_MANY)
