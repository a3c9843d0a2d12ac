"""What is done with several pictures at once, by one person, in one request."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from generation.models import Board, GeneratedImage
from generation.pictures import removing
from generation.pictures.formats import FORMATS
from generation.pictures.keeping import BoardRefused, add_board, hang, like, take_down, unlike
from generation.pictures.own import SHOWN_FIELDS, own_images, person_or_404
from generation.pictures.views import file_name
from generation.pictures.zip_stream import named_apart, zipped

MOST = 200
NEW_BOARD = "new"
Images = list[GeneratedImage]


@require_POST
def selection(request: HttpRequest) -> HttpResponseBase:
    """One of the deeds below on the picked pictures; those of other people count as not there."""
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404("Nothing of this name can be done with pictures.")
    picked = request.POST.getlist("image")
    if not 0 < len(picked) <= MOST:
        most = _("Pick up to {number} pictures at once.").format(number=MOST)
        messages.error(request, most if picked else _("Pick some pictures first."))
        return back(request)
    person = person_or_404(request)
    images = _found(person, picked)
    if not images:
        raise Http404("These pictures are not here.")
    return deed(request, person, images)


def back(request: HttpRequest) -> HttpResponseBase:
    """Where the request came from, as its form says; "My images" where it does not."""
    asked = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/"):
        return redirect(asked)
    return redirect(reverse("my_images"))


def _tell(request: HttpRequest, said: str, images: Images, **words: str) -> None:
    messages.success(request, said.format(number=len(images), **words))


def _found(person: User, picked: list[str]) -> Images:
    related = [f"generation__{name}" for name in SHOWN_FIELDS]
    rows = own_images(person).select_related(*related)
    try:
        return list(rows.filter(pk__in=picked).order_by("-generation__created_at", "index"))
    except (ValidationError, ValueError):
        return []


def _favour(request: HttpRequest, person: User, images: Images) -> HttpResponseBase:
    like(person, images)
    said = ngettext(
        "{number} picture added to your favourites.",
        "{number} pictures added to your favourites.",
        len(images),
    )
    _tell(request, said, images)
    return back(request)


def _unfavour(request: HttpRequest, person: User, images: Images) -> HttpResponseBase:
    unlike(person, images)
    said = ngettext(
        "{number} picture taken out of your favourites.",
        "{number} pictures taken out of your favourites.",
        len(images),
    )
    _tell(request, said, images)
    return back(request)


def _hang(request: HttpRequest, person: User, images: Images) -> HttpResponseBase:
    """On a board of one's own, or on a new one that the form names."""
    try:
        board = _board(request, person)
    except BoardRefused as refusal:
        messages.error(request, str(refusal))
        return back(request)
    hang(board, images)
    said = ngettext(
        "{number} picture added to “{board}”.",
        "{number} pictures added to “{board}”.",
        len(images),
    )
    _tell(request, said, images, board=board.name)
    return back(request)


def _take_down(request: HttpRequest, person: User, images: Images) -> HttpResponseBase:
    take_down(_board(request, person), images)
    said = ngettext(
        "{number} picture taken off the board.",
        "{number} pictures taken off the board.",
        len(images),
    )
    _tell(request, said, images)
    return back(request)


def _board(request: HttpRequest, person: User) -> Board:
    asked = request.POST.get("board", "")
    if asked == NEW_BOARD:
        return add_board(person, request.POST.get("name", "") or _("My board"))
    try:
        return Board.objects.get(person=person, pk=asked)
    except (Board.DoesNotExist, ValidationError, ValueError):
        raise Http404("This board is not here.") from None


def _delete(request: HttpRequest, person: User, images: Images) -> HttpResponseBase:
    removing.remove(person, images)
    return back(request)


def _zip(request: HttpRequest, person: User, images: Images) -> HttpResponseBase:
    names = named_apart([file_name(image, FORMATS["png"]) for image in images])
    files = [image.file for image in images]
    response = StreamingHttpResponse(
        zipped(list(zip(names, files, strict=True))), content_type="application/zip"
    )
    response["Content-Disposition"] = 'attachment; filename="housestyle-pictures.zip"'
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


Deed = Callable[[HttpRequest, User, Images], HttpResponseBase]
DEEDS: dict[str, Deed] = {
    "favourite": _favour,
    "unfavourite": _unfavour,
    "zip": _zip,
    "delete": _delete,
    "hang": _hang,
    "take_down": _take_down,
}
