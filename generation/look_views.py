"""The pages of a sheet of looks: ask, watch, compare, try again, delete. People see their own."""

import uuid
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import limits
from accounts.guests import person_of, person_or_guest
from generation import look_progress, look_sheets
from generation.event_stream import events, in_this_language
from generation.forms import LooksForm
from generation.look_progress import SheetSnapshot, Tile
from generation.look_wording import words_for
from generation.models import LookSheet
from generation.views import ask_to_sign_in, studio, was_signed_out
from generation.wishes import SubmissionError
from stylepacks.models import StylePack


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """A POST of the studio's form makes one sheet for one page and one wish.

    Refusals come back as 422 in the studio, with all that was typed.
    """
    if request.method != "POST":
        return redirect("create")
    form = LooksForm(request.POST)
    if was_signed_out(request):
        return ask_to_sign_in(request, form)
    if not form.is_valid():
        return studio(request, form, status=422)
    key = form.idempotency_key(request.POST.get("key") or uuid.uuid4().hex)
    limits.check("submit", request)
    try:
        wish = form.looks_with(_character_in(form))
        made = look_sheets.submit(person_or_guest(request), wish, key)
    except SubmissionError as refusal:
        form.refuse(refusal)
        return studio(request, form, status=422)
    return redirect("look_sheet", id=made.pk)


@require_safe
@never_cache
def sheet(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    shown = _own_sheet(request, id)
    now = look_progress.snapshot(shown)
    return render(request, "looks/sheet.html", {**_context(request, shown), **_moment(now)})


@require_GET
async def sheet_events(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """Server-sent events: the head and the tiles that changed, whenever any did."""
    shown = await sync_to_async(_own_sheet)(request, id)
    context = await sync_to_async(_context)(request, shown)
    moments = await sync_to_async(look_progress.watch)(shown)
    stream = events(moments, in_this_language(_changes(context)))
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@require_GET
@never_cache
def entry(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """One sheet in "My images"; asked again by the page while it is being made."""
    shown = _own_sheet(request, id)
    rows = shown.tiles.filter(place=0).select_related("sheet")
    first = rows.prefetch_related(look_sheets.mosaics()).first()
    if first is None:
        raise Http404
    return render(request, "looks/_entry.html", {"generation": first})


@require_POST
def cancel(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    shown = _own_sheet(request, id)
    look_sheets.cancel(shown)
    return redirect("look_sheet", id=shown.pk)


@require_POST
def retry(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Try again what was not made: one tile if `place` names it, else all of them."""
    shown = _own_sheet(request, id)
    limits.check("submit", request)
    place = request.POST.get("place", "")
    try:
        look_sheets.retry(shown, int(place) if place.isdecimal() and len(place) < 5 else None)
    except SubmissionError as refusal:
        messages.error(request, str(refusal))
    return redirect("look_sheet", id=shown.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Ask first, then delete the sheet with its drafts for good."""
    shown = _own_sheet(request, id)
    if request.method != "POST":
        context = {"sheet": shown, "snapshot": look_progress.snapshot(shown)}
        return render(request, "looks/delete.html", context)
    look_sheets.delete(shown)
    messages.success(request, _("Deleted."))
    return redirect("my_images")


@require_safe
@never_cache
def compare(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Two looks that are ready, side by side; the address names them, else the first two."""
    shown = _own_sheet(request, id)
    ready = look_progress.snapshot(shown).ready
    asked = request.GET.getlist("look")
    context = {**_context(request, shown), "ready": ready, "pair": _pair(ready, asked)}
    return render(request, "looks/compare.html", context)


def _own_sheet(request: HttpRequest, id: uuid.UUID) -> LookSheet:
    person = person_of(request)
    if person is None:
        raise Http404
    rows = LookSheet.objects.select_related("character__pack", "person")
    return get_object_or_404(rows, pk=id, person=person)


def _character_in(form: LooksForm) -> str | None:
    picked = [form.cleaned_data["second"], form.cleaned_data["pack"]]
    characters = StylePack.objects.filter(kind=StylePack.Kind.CHARACTER)
    found = characters.filter(slug__in=filter(None, picked)).first()
    return found.slug if found else None


def _pair(ready: list[Tile], asked: list[str]) -> list[Tile]:
    by_slug = {tile.pack.slug: tile for tile in ready}
    chosen = [by_slug[slug] for slug in dict.fromkeys(asked) if slug in by_slug]
    rest = [tile for tile in ready if tile not in chosen]
    return [*chosen, *rest][:2]


def _context(request: HttpRequest, shown: LookSheet) -> dict[str, Any]:
    return {
        "sheet": shown,
        "kept_until": look_sheets.kept_until(shown),
        "is_guest": not request.user.is_authenticated,
        "csrf_token": get_token(request),
        "key": uuid.uuid4().hex,
    }


def _moment(now: SheetSnapshot) -> dict[str, Any]:
    return {"snapshot": now, "words": words_for(now), "tiles": now.tiles}


def _changes(context: dict[str, Any]) -> Callable[[SheetSnapshot], str]:
    """Renders what a page lacks that got everything before: all at first, then what changed."""
    sent: dict[int, Tile] = {}

    def shown(now: SheetSnapshot) -> str:
        changed = [tile for tile in now.tiles if sent.get(tile.place) != tile]
        sent.update({tile.place: tile for tile in changed})
        lacking = {**context, **_moment(now), "tiles": changed}
        return render_to_string("looks/_changes.html", lacking)

    return shown
