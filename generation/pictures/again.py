"""Going on from a finished picture: others near it, or the same one at final quality."""

import hashlib
import uuid
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import limits
from generation import recipes, submission
from generation.models import GeneratedImage, Generation
from generation.pictures.own import own_image
from generation.recipes import Recipe
from generation.wishes import SubmissionError, Wish, cleaned

# Shares of a right angle between two noises, chosen by eye on the starter model.
SHARES = {"subtle": 0.2, "strong": 0.5}
VARIATIONS = 4


@require_POST
def vary(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    """New pictures near this one: `how` is subtle or strong."""
    image = own_image(request, id, index)
    share = SHARES.get(request.POST.get("how", ""))
    if share is None:
        raise Http404("Pictures vary subtly or strongly.")
    made, count = image.generation, min(VARIATIONS, settings.MAX_IMAGES_PER_GENERATION)
    recipe = recipes.varied(made.recipe, image.seed, share, count)
    return _asked(request, image, count, lambda wish: recipe)


@require_POST
def finalise(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    """The draft of this seed once more, with the same versions of its packs and all the steps."""
    image = own_image(request, id, index)
    return _asked(request, image, 1, partial(_final, image))


def submit_again(
    source: Generation, key: str, count: int, recipe_of: Callable[[Wish], Recipe]
) -> Generation:
    """Queue what `recipe_of` makes of an earlier wish, with the very versions it was made with.

    Raises SubmissionError, for a pack that is no longer offered too.
    """
    key = submission.checked_key(key)
    earlier = submission.with_key(source.person, key)
    if earlier is not None:
        return earlier
    wish = cleaned(recipes.wish_of(source, count))
    recipes.versions_of(wish)
    versions = recipes.versions_in(source)
    return submission.entered(
        submission.row_of(source.person, wish, versions, recipe_of(wish)), key
    )


def _final(image: GeneratedImage, wish: Wish) -> Recipe:
    made = image.generation
    recipe = recipes.build(wish, recipes.versions_in(made)) | {"seed": image.seed}
    turns = made.recipe.get("turns")
    return {**recipe, "turns": turns} if turns else recipe


def _asked(
    request: HttpRequest, image: GeneratedImage, count: int, recipe_of: Callable[[Wish], Recipe]
) -> HttpResponse:
    key = _key(request)
    limits.check("submit", request)
    try:
        new = submit_again(image.generation, key, count, recipe_of)
    except SubmissionError as refusal:
        messages.error(request, str(refusal))
        return redirect("picture", id=image.generation_id, index=image.index)
    return redirect("generation", id=new.pk)


def _key(request: HttpRequest) -> str:
    # One page and one deed make one generation, however often its button is pressed.
    asked = "/".join([request.POST.get("key") or uuid.uuid4().hex, request.path])
    return hashlib.sha256(f"{asked}/{request.POST.get('how', '')}".encode()).hexdigest()
