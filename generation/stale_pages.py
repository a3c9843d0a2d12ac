"""A form from a page that was open too long: nothing is done, and nothing typed is lost."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as plain_failure

from generation.forms import LooksForm, WishForm
from generation.views import studio

STUDIO_FORMS = {"create", "submit", "looks"}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form without a valid token; the studio's comes back as it was typed."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.url_name not in STUDIO_FORMS:
        return plain_failure(request, reason=reason)
    form = LooksForm(request.POST) if match.url_name == "looks" else WishForm(request.POST)
    said = _(
        "This page had been open too long, so nothing was sent. All you typed is still here: "
        "press the button again. If this happens twice, allow cookies for this site."
    )
    return studio(request, form.only(said), status=403)
