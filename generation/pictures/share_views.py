"""A link that shows one picture to anybody, made and revoked by its person.

What strangers get is a copy that carries no words, no recipe and no seed: the prompt stands on
the page only where its person chose to show it.
"""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import limits
from generation.image_serving import serve
from generation.models import Share
from generation.pictures import formats, sharing
from generation.pictures.own import own_image

SHOWN_FIELDS = ("image__standing", "pack", "second_pack")
# Short, so that a revoked picture is soon gone from caches between here and there.
SHARED_CACHE = "public, max-age=60"


@require_POST
def share(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    """Make the link or change who may find it; `revoke` ends it for good."""
    image = own_image(request, id, index)
    if "revoke" in request.POST:
        Share.objects.filter(image=image).delete()
        messages.success(request, _("The link works no more."))
        return redirect("picture", id=id, index=index)
    limits.check("share", request)
    wants_public = request.POST.get("reach") == "public"
    refusal = sharing.why_not_public(image) if wants_public else ""
    is_public, is_shown = wants_public and not refusal, request.POST.get("prompt") == "shown"
    made = sharing.share(image, is_public, is_shown)
    if refusal:
        messages.warning(request, refusal)
    messages.success(request, _said(made))
    return redirect("picture", id=id, index=index)


@require_safe
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The page for strangers."""
    found = _shared(token)
    address = reverse("shared_image", kwargs={"token": token})
    context = {
        "share": found,
        "is_findable": (is_findable := sharing.is_findable(found)),
        "image": found.image,
        "pack": found.image.generation.pack_version.pack,
        "plain_query": urlencode({"pack": found.image.generation.pack_version.pack.slug}),
        "prompt": found.image.generation.prompt if found.shows_prompt else "",
        "page_url": request.build_absolute_uri(reverse("shared", kwargs={"token": token})),
        "image_url": request.build_absolute_uri(address),
    }
    response = render(request, "pictures/shared.html", context)
    if not is_findable:
        response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def shared_image(request: HttpRequest, token: str) -> HttpResponse:
    found = _shared(token)
    response = HttpResponse(_bare(found.image.file), content_type="image/jpeg")
    response["Cache-Control"] = SHARED_CACHE
    if not sharing.is_findable(found):
        response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def shared_small(request: HttpRequest, token: str) -> HttpResponse:
    """The thumbnail, which never carried any words: what the gallery's tiles show."""
    return _thumbnail(_shared(token).image.thumbnail)


@require_safe
def shared_large(request: HttpRequest, token: str) -> HttpResponse:
    """The larger one, for fine screens; pictures older than it have the small one alone."""
    image = _shared(token).image
    return _thumbnail(image.thumbnail_large or image.thumbnail)


def _thumbnail(file: FieldFile) -> HttpResponse:
    response = serve(file, "image/webp")
    response["Cache-Control"] = SHARED_CACHE
    return response


def _said(made: Share) -> str:
    if sharing.is_findable(made):
        return _("The picture hangs in the gallery, and its link is ready for anybody.")
    return _("The link is ready: anybody who has it sees this picture.")


def _shared(token: str) -> Share:
    rows = Share.objects.filter(image__removal=None, image__generation__removal=None)
    return get_object_or_404(
        rows.select_related("image__generation__pack_version__pack", *SHOWN_FIELDS), token=token
    )


def _bare(file: FieldFile) -> bytes:
    try:
        with file.open("rb") as opened:
            return formats.bare_copy(opened.read())
    except OSError:  # gone from storage, or no picture
        raise Http404("This picture's file is gone.") from None
