"""Deleting one picture or one generation, and bringing back what was deleted a moment ago."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from generation.pictures import removing
from generation.pictures.own import own_generation, own_image, person_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """A whole generation: asks first, then hides it; what is still being made is cancelled."""
    shown = own_generation(request, id)
    if shown.sheet_id:
        return redirect("look_sheet_delete", id=shown.sheet_id)
    if request.method != "POST":
        return render(request, "generation/delete.html", {"generation": shown})
    removing.remove_generation(shown)
    return redirect("my_images")


@require_POST
def delete_picture(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    image = own_image(request, id, index)
    removing.remove(image.generation.person, [image])
    return redirect("my_images")


@require_POST
def undo(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Too late is said, and is no error: the page may have been open for an hour."""
    count = removing.undo(person_or_404(request), id)
    if count is None:
        messages.error(request, _("It is too late to bring these back: they are gone for good."))
    else:
        messages.success(request, _("Brought back."))
    return redirect("my_images")
