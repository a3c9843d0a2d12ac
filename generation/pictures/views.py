"""One finished picture large, with all that can be done next, and its copies to save."""

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generation.image_serving import FOR_EVER, attachment, serve
from generation.models import Board, GeneratedImage, Share
from generation.models.gallery import standing_of
from generation.pictures import formats, sharing, unseen
from generation.pictures.again import VARIATIONS
from generation.pictures.keeping import like, unlike
from generation.pictures.own import neighbours, own_image

SCALES = {"1": 1, "2": 2}


@require_safe
@never_cache
def picture(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    """The large view. Without a script the picture itself is a link to its file, to zoom in."""
    image = own_image(request, id, index)
    unseen.saw(image.generation)
    before, after = neighbours(image)
    context = {
        "image": image,
        "generation": image.generation,
        "before": before,
        "after": after,
        "remix": remix_query(image),
        "twice": (image.width * 2, image.height * 2),
        "is_draft": image.generation.recipe.get("quality") == "draft",
        "variations": min(VARIATIONS, settings.MAX_IMAGES_PER_GENERATION),
        "key": uuid.uuid4().hex,
        "boards": Board.objects.filter(person=image.generation.person),
        "link": (link := Share.objects.filter(image=image).first()),
        "not_public": sharing.why_not_public(image),
        "standing": standing_of(image),
        "link_url": request.build_absolute_uri(reverse("shared", args=[link.token]))
        if link
        else "",
    }
    return render(request, "pictures/picture.html", context)


@require_POST
def favourite(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    """`on` 1 or 0: said outright, so that two clicks or two tabs cannot cross."""
    image = own_image(request, id, index)
    is_on = request.POST.get("on") == "1"
    (like if is_on else unlike)(image.generation.person, [image])
    if not getattr(request, "htmx", False):
        return redirect("picture", id=id, index=index)
    image.is_favourite = is_on  # type: ignore[attr-defined]
    context = {"image": image, "generation": image.generation, "is_fresh": True}
    return render(request, "pictures/_heart.html", context)


@require_safe
def download(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    """The picture as a file to keep: `format` png, webp or jpeg, `size` 1 or 2."""
    image = own_image(request, id, index)
    format = formats.FORMATS.get(request.GET.get("format", "png"))
    scale = SCALES.get(request.GET.get("size", "1"))
    if format is None or scale is None:
        raise Http404("Pictures are saved as PNG, WebP or JPEG, at their size or twice as large.")
    name = file_name(image, format, scale)
    if format.ending == "png" and scale == 1:
        return serve(image.file, format.kind, name)
    return _copy(image, format, scale, name)


def file_name(image: GeneratedImage, format: formats.Format, scale: int = 1) -> str:
    """What a saved file is called: the pack and the seed, which make it again."""
    slug, larger = image.generation.pack_version.pack.slug, f"-{scale}x" if scale > 1 else ""
    return f"{slug}-{image.seed}{larger}.{format.ending}"


def remix_query(image: GeneratedImage) -> str:
    """What fills the studio in with everything that made this picture."""
    made = image.generation
    asked = {
        "prompt": made.prompt,
        "pack": made.pack_version.pack.slug,
        "second": made.second_version.pack.slug if made.second_version else "",
        "strength": made.strength,
        # The studio knows one seed: of a variation, the one that it started from.
        "seed": made.recipe.get("turns", [[image.seed]])[0][0],
        "quality": made.recipe.get("quality", ""),
        "aspect": made.shape,
    }
    return urlencode({name: value for name, value in asked.items() if value != ""})


def _copy(image: GeneratedImage, format: formats.Format, scale: int, name: str) -> HttpResponse:
    try:
        with image.file.open("rb") as opened:
            copy = formats.copy_of(opened.read(), format, scale)
    except OSError:  # gone from storage, or no picture
        raise Http404("This picture's file is gone.") from None
    response = HttpResponse(copy, content_type=format.kind)
    response["Content-Disposition"] = attachment(name)
    response["Cache-Control"] = FOR_EVER
    return response
