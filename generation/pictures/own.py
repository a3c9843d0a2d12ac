"""Whose pictures these are. Another person's answer 404, as if they did not exist."""

import uuid

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.guests import person_of
from accounts.models import User
from generation.models import GeneratedImage, Generation
from generation.pictures.history import newer, older

SHOWN_FIELDS = ("pack_version__pack", "second_version__pack")


def person_or_404(request: HttpRequest) -> User:
    """Who is asking; someone who never made anything has nothing here."""
    person = person_of(request)
    if person is None:
        raise Http404
    return person


def own_generations(person: User) -> QuerySet[Generation]:
    """What a person asked for, without a curator's trials."""
    return Generation.objects.filter(person=person, is_trial=False)


def own_images(person: User) -> QuerySet[GeneratedImage]:
    return GeneratedImage.objects.filter(generation__person=person)


def own_generation(request: HttpRequest, id: uuid.UUID) -> Generation:
    """One of the asking person's generations with its packs and images, or 404."""
    rows = Generation.objects.select_related(*SHOWN_FIELDS).prefetch_related("images")
    return get_object_or_404(rows, pk=id, person=person_or_404(request))


def own_image(request: HttpRequest, id: uuid.UUID, index: int) -> GeneratedImage:
    """One of the asking person's images with its generation and packs, or 404."""
    related = [f"generation__{name}" for name in SHOWN_FIELDS]
    rows = own_images(person_or_404(request)).select_related(*related)
    return get_object_or_404(rows, generation_id=id, index=index)


def neighbours(image: GeneratedImage) -> tuple[GeneratedImage | None, GeneratedImage | None]:
    """The pictures before and after this one, in the order of "My images"."""
    siblings = GeneratedImage.objects.filter(generation=image.generation_id)
    before = siblings.filter(index__lt=image.index).order_by("-index").first()
    after = siblings.filter(index__gt=image.index).order_by("index").first()
    rows = _with_images(image.generation.person)
    if before is None and (row := newer(rows, image.generation).first()):
        before = row.images.order_by("-index").first()
    if after is None and (row := older(rows, image.generation).first()):
        after = row.images.order_by("index").first()
    return before, after


def _with_images(person: User) -> QuerySet[Generation]:
    images = GeneratedImage.objects.filter(generation=OuterRef("pk"))
    return own_generations(person).filter(Exists(images))
