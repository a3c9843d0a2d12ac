"""A form that is not taken in, from a page open too long or sent too often, keeps its words."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as plain_failure

from generation.forms import LooksForm, WishForm
from generation.views import studio

STUDIO_FORMS = {"create", "submit", "looks"}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form without a valid token; the studio's comes back as it was typed."""
    said = _(
        "This page had been open too long, so nothing was sent. All you typed is still here: "
        "press the button again. If this happens twice, allow cookies for this site."
    )
    return typed_again(request, said, 403) or plain_failure(request, reason=reason)


def typed_again(request: HttpRequest, said: str, status: int) -> HttpResponse | None:
    """The studio as it was typed, with one sentence above it; None for any other form."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.url_name not in STUDIO_FORMS:
        return None
    form = LooksForm(request.POST) if match.url_name == "looks" else WishForm(request.POST)
    return studio(request, form.only(said), status=status)
