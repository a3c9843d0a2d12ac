"""Boards: named walls of one's own pictures."""

import uuid

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.guests import person_of, person_or_guest
from generation.models import Board, OnBoard
from generation.pictures.gallery_views import PAGE_OF_IMAGES
from generation.pictures.history import page_of
from generation.pictures.keeping import BoardRefused, add_board, rename_board
from generation.pictures.own import SHOWN_FIELDS, person_or_404, shown_images, with_hearts


@require_safe
@never_cache
def boards(request: HttpRequest) -> HttpResponse:
    return _boards(request)


@require_POST
def make_board(request: HttpRequest) -> HttpResponse:
    """A refused name comes back with the sentence beside it."""
    try:
        made = add_board(person_or_guest(request), request.POST.get("name", ""))
    except BoardRefused as refusal:
        return _boards(request, request.POST.get("name", ""), str(refusal))
    return redirect("board", id=made.pk)


@require_safe
@never_cache
def board(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    return _board(request, _own_board(request, id))


@require_POST
def rename(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    shown = _own_board(request, id)
    try:
        rename_board(shown, request.POST.get("name", ""))
    except BoardRefused as refusal:
        return _board(request, shown, request.POST.get("name", ""), str(refusal))
    messages.success(request, _("Renamed."))
    return redirect("board", id=id)


@require_POST
def delete_board(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The wall goes, the pictures stay."""
    _own_board(request, id).delete()
    messages.success(request, _("Board deleted. Its pictures are still in My images."))
    return redirect("boards")


def _own_board(request: HttpRequest, id: uuid.UUID) -> Board:
    return get_object_or_404(Board, pk=id, person=person_or_404(request))


def _boards(request: HttpRequest, name: str = "", refusal: str = "") -> HttpResponse:
    shown = Count("places", filter=Q(places__image__removal=None))
    rows = Board.objects.filter(person=person_of(request)).annotate(shown=shown)
    context = {"boards": rows, "name": name, "refusal": refusal, "here": "boards"}
    return render(request, "pictures/boards.html", context, status=422 if refusal else 200)


def _board(request: HttpRequest, shown: Board, name: str = "", refusal: str = "") -> HttpResponse:
    related = [f"generation__{field}" for field in SHOWN_FIELDS]
    images = with_hearts(shown_images()).select_related(*related)
    places = OnBoard.objects.filter(board=shown, image__removal=None)
    places = places.prefetch_related(Prefetch("image", images))
    page = page_of(places, request.GET.get("before", ""), PAGE_OF_IMAGES, by="added_at")
    context = {"board": shown, "page": page, "name": name or shown.name, "refusal": refusal}
    is_more = bool(getattr(request, "htmx", False)) and "before" in request.GET
    template = "pictures/_more.html" if is_more else "pictures/board.html"
    shared = {"here": "boards", "by_image": True}
    return render(request, template, context | shared, status=422 if refusal else 200)
