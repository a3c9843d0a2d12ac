"""Whose pictures these are. Another person's answer 404, as if they did not exist."""

import uuid

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.guests import person_of
from accounts.models import User
from generation.models import Favourite, GeneratedImage, Generation
from generation.pictures.history import Place, newer, older

SHOWN_FIELDS = ("pack_version__pack", "second_version__pack", "sheet")


def person_or_404(request: HttpRequest) -> User:
    """Who is asking; someone who never made anything has nothing here."""
    person = person_of(request)
    if person is None:
        raise Http404
    return person


def own_generations(person: User) -> QuerySet[Generation]:
    """What a person asked for, without a curator's trials and what is on its way out."""
    return Generation.objects.filter(person=person, is_trial=False, removal=None)


def own_images(person: User) -> QuerySet[GeneratedImage]:
    return shown_images().filter(generation__person=person)


def shown_images() -> QuerySet[GeneratedImage]:
    """Images that nobody has removed."""
    return GeneratedImage.objects.filter(removal=None)


def with_hearts(images: QuerySet[GeneratedImage]) -> QuerySet[GeneratedImage]:
    """The images in order, each saying whether it `is_favourite`."""
    liked = Favourite.objects.filter(image=OuterRef("pk"))
    return images.annotate(is_favourite=Exists(liked)).order_by("index")


def shown_rows(rows: QuerySet[Generation]) -> QuerySet[Generation]:
    """Generations with all that a tile or a page says of them."""
    images = Prefetch("images", with_hearts(shown_images()))
    return rows.select_related(*SHOWN_FIELDS).prefetch_related(images)


def own_generation(request: HttpRequest, id: uuid.UUID) -> Generation:
    """One of the asking person's generations with its packs and all its images, or 404."""
    rows = Generation.objects.filter(person=person_or_404(request), removal=None)
    rows = rows.select_related(*SHOWN_FIELDS).prefetch_related("images")
    return get_object_or_404(rows, pk=id)


def own_image(request: HttpRequest, id: uuid.UUID, index: int) -> GeneratedImage:
    """One of the asking person's images with its generation and packs, or 404."""
    related = [f"generation__{name}" for name in SHOWN_FIELDS]
    rows = with_hearts(own_images(person_or_404(request))).select_related(*related, "standing")
    return get_object_or_404(rows, generation_id=id, index=index)


def neighbours(image: GeneratedImage) -> tuple[GeneratedImage | None, GeneratedImage | None]:
    """The pictures before and after this one, in the order of "My images"."""
    made = image.generation
    siblings = shown_images().filter(generation=made)
    before = siblings.filter(index__lt=image.index).order_by("-index").first()
    after = siblings.filter(index__gt=image.index).order_by("index").first()
    rows, here = _with_images(image.generation.person), Place(made.created_at, made.pk)
    if before is None and (row := newer(rows, here).first()):
        before = shown_images().filter(generation=row).order_by("-index").first()
    if after is None and (row := older(rows, here).first()):
        after = shown_images().filter(generation=row).order_by("index").first()
    return before, after


def _with_images(person: User) -> QuerySet[Generation]:
    images = shown_images().filter(generation=OuterRef("pk"))
    # The drafts of a sheet of looks are seen there, side by side.
    return own_generations(person).filter(Exists(images), sheet=None)
