"""The pages where packs are shown and picked: home, the grid, one pack, its cover."""

import mimetypes
import uuid
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stylepacks import known_words, sized_covers
from stylepacks.discover import PAGE, SORTS, Wanted, families_of, find, tags_of, ways_out
from stylepacks.example_pictures import examples_of
from stylepacks.history import history_of
from stylepacks.look_pictures import look_of
from stylepacks.models import ExamplePicture, LookPicture, PackVersion, StylePack
from stylepacks.neighbours import closest, partners
from stylepacks.rules import license_words
from stylepacks.shelf import Shelf, shelf

COVER_SECONDS = 300
HOME_EXAMPLES = 3


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    all_packs = shelf()
    shown = all_packs.to_pick_from(request.GET.get("pack", ""))
    offered = all_packs.offered(shown)
    picked = _picked(offered, request.GET.get("pack", ""))
    context = {
        "packs": offered,
        "total": len(all_packs.cards),
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
    """Every pack, or those that fit the address: the whole state of the page stands in it."""
    all_packs, wanted = shelf(), Wanted.read(request.GET.dict())
    place = f"{get_language()}{wanted.address(shown=wanted.shown)}"
    found = all_packs.once(place, lambda: _drawn(all_packs, wanted))
    context = {"shelf": all_packs, "wanted": wanted, "found": found, "sorts": SORTS}
    return render(request, "stylepacks/packs.html", context)


def _drawn(all_packs: Shelf, wanted: Wanted) -> SafeString:
    """Chips, number and cards: the same for everybody, so that each language draws them once."""
    found = find(all_packs, wanted)
    context = {
        "shelf": all_packs,
        "wanted": wanted,
        "found": found,
        "cards": found.cards[: wanted.shown],
        "more": wanted.address(shown=wanted.shown + PAGE),
        "families": families_of(all_packs, wanted),
        "tags": tags_of(found.cards, wanted),
        "ways_out": [] if found.cards else ways_out(all_packs, wanted),
    }
    return render_to_string("stylepacks/_found.html", context)


@require_safe
@never_cache
def pack(request: HttpRequest, slug: str) -> HttpResponse:
    packs = StylePack.objects.select_related("live_version__checkpoint")
    shown = get_object_or_404(packs.defer("live_version__checkpoint__vocabulary"), slug=slug)
    if shown.state == StylePack.State.RETIRED:
        context = {"pack": shown, "others": closest(shelf(), shown)}
        return render(request, "stylepacks/pack_retired.html", context, status=410)
    version = shown.live_version
    if shown.state != StylePack.State.PUBLISHED or version is None:
        raise Http404
    return render(request, "stylepacks/pack.html", _about(shown, version))


def _about(shown: StylePack, version: PackVersion) -> dict[str, Any]:
    cards = shelf()
    return {
        "pack": shown,
        "version": version,
        "examples": examples_of(version),
        "look": look_of(shown, version),
        "history": history_of(shown),
        "license_sentence": gettext(license_words.sentence(version.license)),
        "partners": partners(cards, shown, version),
        "others": closest(cards, shown),
        **_words_for(shown, [shown]),
        "key": uuid.uuid4().hex,
    }


@require_safe
def pack_cover(request: HttpRequest, slug: str) -> HttpResponse:
    """The cover's bytes from a folder, or the way to them in a remote store."""
    offered = StylePack.objects.exclude(state=StylePack.State.DRAFT)
    return _picture(get_object_or_404(offered, slug=slug).cover)


@require_safe
def pack_cover_sized(request: HttpRequest, slug: str, width: int, kind: str) -> HttpResponse:
    """The cover in one of the sizes and formats that pages ask for."""
    if width not in sized_covers.WIDTHS or kind not in sized_covers.KINDS:
        raise Http404
    offered = StylePack.objects.exclude(state=StylePack.State.DRAFT)
    cover = get_object_or_404(offered, slug=slug).cover
    if not cover or not cover.storage.exists(str(cover.name)):
        raise Http404
    return _picture(FieldFile(cover.instance, cover.field, sized_covers.sized(cover, width, kind)))


@require_safe
def pack_example(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """An example picture's bytes from a folder, or the way to them in a remote store."""
    offered = ExamplePicture.objects.exclude(pack__state=StylePack.State.DRAFT)
    return _picture(get_object_or_404(offered, pk=key, pack__slug=slug).file)


@require_safe
def pack_look(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """A sample's or dial stop's bytes from a folder, or the way to them in a remote store."""
    offered = LookPicture.objects.exclude(pack__state=StylePack.State.DRAFT)
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


def _picked(offered: Sequence[StylePack], slug: str) -> StylePack | None:
    first = offered[0] if offered else None
    return next((pack for pack in offered if pack.slug == slug), first)


def _words_for(picked: StylePack | None, offered: Sequence[StylePack]) -> dict[str, Any]:
    """What the prompt box needs to help with words, in the pack that it starts with."""
    versions = [pack.live_version for pack in offered if pack.live_version]
    query = urlencode({"pack": picked.slug}) if picked else ""
    models = sorted({version.checkpoint_id for version in versions})

    def drawn() -> SafeString:
        words = {"shelves": known_words.shelves(versions), "surprise_query": query}
        return render_to_string("components/known_words.html", {**words, "picked": picked})

    return {"known_words": shelf().once(("words", get_language(), query, *models), drawn)}


def _examples(offered: Sequence[StylePack]) -> list[tuple[StylePack, str]]:
    told = [pack for pack in offered if pack.live_version and pack.live_version.examples]
    return [(pack, pack.live_version.examples[0]) for pack in told[:HOME_EXAMPLES]]  # type: ignore[union-attr]
