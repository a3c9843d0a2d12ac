"""My images: all of them or the favourites, however many, and what is done with several."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.guests import person_of
from accounts.models import User
from generation import look_sheets
from generation.models import Board, Favourite
from generation.pictures import removing, unseen
from generation.pictures.history import Page, page_of
from generation.pictures.own import (
    SHOWN_FIELDS,
    own_generations,
    shown_images,
    shown_rows,
    with_hearts,
)

PAGE_OF_IMAGES = 24
MOST_UNDOS = 3
EMPTY = Page((), "", True)


@require_safe
@never_cache
def my_images(request: HttpRequest) -> HttpResponse:
    """Newest first. htmx asks for the next page alone; without it there is a link."""
    person = person_of(request)
    is_favourites = request.GET.get("show") == "favourites"
    page = _page(person, is_favourites, request.GET.get("before", "")) if person else EMPTY
    if person and page.is_newest and not is_favourites:
        unseen.saw_all(person)
    context = {"page": page, "is_favourites": is_favourites, "by_image": is_favourites}
    name = "_more" if _is_next_page(request) else "my_images"
    return render(request, f"pictures/{name}.html", context | _tools(person))


def _page(person: User, is_favourites: bool, before: str) -> Page:
    if not is_favourites:
        made = shown_rows(look_sheets.listed(own_generations(person)))
        return page_of(made.prefetch_related(look_sheets.mosaics()), before, PAGE_OF_IMAGES)
    related = [f"generation__{name}" for name in SHOWN_FIELDS]
    images = with_hearts(shown_images()).select_related(*related)
    rows = Favourite.objects.filter(person=person, image__removal=None).prefetch_related(
        Prefetch("image", images)
    )
    return page_of(rows, before, PAGE_OF_IMAGES, by="added_at")


def _is_next_page(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False)) and "before" in request.GET


def _tools(person: User | None) -> dict[str, Any]:
    """What stands around the pictures: boards, and what can still be brought back."""
    removed = removing.undoable(person)[:MOST_UNDOS] if person else ()
    boards = Board.objects.filter(person=person) if person else ()
    return {"removed": removed, "undo_minutes": settings.UNDO_MINUTES, "boards": boards}
