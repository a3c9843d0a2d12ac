"""The pages where packs are shown and picked: home, the grid, one pack, its cover."""

import mimetypes
import uuid
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stylepacks import known_words
from stylepacks.example_pictures import examples_of
from stylepacks.library import published_packs
from stylepacks.models import ExamplePicture, StylePack

COVER_SECONDS = 300
ALTERNATIVES = 4
HOME_EXAMPLES = 3
LICENSE_SENTENCES = {
    "Apache-2.0": "Your pictures are yours, for private and commercial use.",
    "MIT": "Your pictures are yours, for private and commercial use.",
    "CC0-1.0": "Your pictures are yours, without any condition.",
    "CC-BY-4.0": "Use your pictures for anything, and name the pack's author.",
    "CC-BY-SA-4.0": "Name the pack's author, and share your pictures under the same licence.",
    "CC-BY-NC-4.0": "Use your pictures privately, and name the pack's author; do not sell them.",
    "LicenseRef-FLUX-1-dev-Non-Commercial": "Use your pictures privately; do not sell them.",
}
OTHER_LICENSE = "This pack has a licence of its own: read it before you publish your pictures."


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    offered = list(published_packs())
    picked = _picked(offered, request.GET.get("pack", ""))
    context = {
        "packs": offered,
        "picked": picked,
        "examples": _examples(offered),
        **_words_for(picked, offered),
        "key": uuid.uuid4().hex,
        "daily": settings.DAILY_ALLOWANCE,
        "guest_daily": settings.GUEST_ALLOWANCE,
    }
    return render(request, "stylepacks/home.html", context)


@require_safe
def packs(request: HttpRequest) -> HttpResponse:
    offered = list(published_packs())
    kind, family = request.GET.get("kind", ""), request.GET.get("family", "")
    words = request.GET.get("q", "").strip()
    shown = [pack for pack in offered if _fits(pack, kind, family) and _mentions(pack, words)]
    context = {
        "packs": shown,
        "total": len(offered),
        "kinds": [choice for choice in StylePack.Kind.choices if _has_kind(offered, choice[0])],
        "families": sorted({pack.look_family for pack in offered if _is_chip(pack)}),
        "kind": kind,
        "family": family,
        "words": words,
    }
    return render(request, "stylepacks/packs.html", context)


@require_safe
@never_cache
def pack(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(StylePack.objects.select_related("live_version"), slug=slug)
    others = [other for other in published_packs() if other.pk != shown.pk]
    if shown.state == StylePack.State.RETIRED:
        context = {"pack": shown, "others": _alternatives(shown, others)}
        return render(request, "stylepacks/pack_retired.html", context, status=410)
    version = shown.live_version
    if shown.state != StylePack.State.PUBLISHED or version is None:
        raise Http404
    context = {
        "pack": shown,
        "version": version,
        "examples": examples_of(version),
        "license_sentence": LICENSE_SENTENCES.get(version.license, OTHER_LICENSE),
        "others": _alternatives(shown, others),
        **_words_for(shown, [shown]),
        "key": uuid.uuid4().hex,
    }
    return render(request, "stylepacks/pack.html", context)


@require_safe
def pack_cover(request: HttpRequest, slug: str) -> HttpResponse:
    """The cover's bytes from a folder, or the way to them in a remote store."""
    offered = StylePack.objects.exclude(state=StylePack.State.DRAFT)
    return _picture(get_object_or_404(offered, slug=slug).cover)


@require_safe
def pack_example(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """An example picture's bytes from a folder, or the way to them in a remote store."""
    offered = ExamplePicture.objects.exclude(pack__state=StylePack.State.DRAFT)
    return _picture(get_object_or_404(offered, pk=key, pack__slug=slug).file)


def _picture(file: FieldFile) -> HttpResponse:
    if not file.name:
        raise Http404
    response: HttpResponse
    if isinstance(file.storage, FileSystemStorage):
        response = _stored_bytes(file.name, file.storage)
    else:
        response = HttpResponseRedirect(file.url)
    response["Cache-Control"] = f"public, max-age={COVER_SECONDS}"
    return response


def _stored_bytes(name: str, storage: FileSystemStorage) -> HttpResponse:
    if not storage.exists(name):
        raise Http404
    with storage.open(name) as file:
        kind = mimetypes.guess_type(PurePosixPath(name).name)[0]
        return HttpResponse(file.read(), content_type=kind or "application/octet-stream")


def _picked(offered: list[StylePack], slug: str) -> StylePack | None:
    first = offered[0] if offered else None
    return next((pack for pack in offered if pack.slug == slug), first)


def _words_for(picked: StylePack | None, offered: list[StylePack]) -> dict[str, Any]:
    """What the prompt box needs to help with words, in the pack that it starts with."""
    versions = [pack.live_version for pack in offered if pack.live_version]
    query = urlencode({"pack": picked.slug}) if picked else ""
    return {"shelves": known_words.shelves(versions), "surprise_query": query}


def _examples(offered: list[StylePack]) -> list[tuple[StylePack, str]]:
    told = [pack for pack in offered if pack.live_version and pack.live_version.examples]
    return [(pack, pack.live_version.examples[0]) for pack in told[:HOME_EXAMPLES]]  # type: ignore[union-attr]


def _alternatives(pack: StylePack, others: list[StylePack]) -> list[StylePack]:
    near = sorted(others, key=lambda other: _distance(pack, other))
    return near[:ALTERNATIVES]


def _distance(pack: StylePack, other: StylePack) -> tuple[bool, bool, int]:
    shared = len(set(pack.tags) & set(other.tags))
    return pack.kind != other.kind, pack.look_family != other.look_family, -shared


def _fits(pack: StylePack, kind: str, family: str) -> bool:
    return kind in ("", pack.kind) and family in ("", pack.look_family)


def _mentions(pack: StylePack, words: str) -> bool:
    told = " ".join([pack.name, pack.promise, pack.look_family, *pack.tags, *pack.suits])
    return all(word in told.casefold() for word in words.casefold().split())


def _has_kind(offered: list[StylePack], kind: str) -> bool:
    return any(pack.kind == kind for pack in offered)


def _is_chip(pack: StylePack) -> bool:
    # A character's family says nothing that the kind chip does not.
    return bool(pack.look_family) and pack.kind == StylePack.Kind.STYLE
