"""The pages where pictures are made, watched, kept and deleted. People see only their own."""

import uuid
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import limits
from accounts.guests import person_or_guest
from generation import look_sheets, recipes, submission
from generation.event_stream import fragments
from generation.forms import WishForm
from generation.image_serving import serve
from generation.models import Generation
from generation.pictures import unseen
from generation.pictures.own import own_generation, own_image
from generation.progress import snapshot
from generation.wishes import SubmissionError
from generation.wording import moment
from stylepacks import known_words, shapes
from stylepacks.library import published_packs
from stylepacks.models import PackVersion, StylePack
from stylepacks.rules.token_budget import estimate_tokens
from stylepacks.shelf import Shelf, shelf

COUNTS = (1, 2, 3, 4)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    """The studio; a POST makes one generation for one page and one wish.

    Refusals come back as 422, with all that was typed and a sentence in its place.
    """
    if request.method != "POST":
        return studio(request, WishForm(initial=_asked(request)))
    form = WishForm(request.POST)
    if was_signed_out(request):
        return ask_to_sign_in(request, form)
    if not form.is_valid():
        return studio(request, form, status=422)
    key = form.idempotency_key(request.POST.get("key") or uuid.uuid4().hex)
    limits.check("submit", request)
    try:
        made = submission.submit(person_or_guest(request), form.wish, key)
    except SubmissionError as refusal:
        form.refuse(refusal)
        return studio(request, form, status=422)
    return redirect("generation", id=made.pk)


@require_GET
@never_cache
def surprise(request: HttpRequest) -> HttpResponse:
    """A prompt of words that the picked packs' checkpoint knows, as plain text; else 404."""
    words = known_words.surprise(_picked(request.GET.get("pack"), request.GET.get("second")))
    if not words:
        raise Http404("This pack's model has no list of words.")
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


@require_GET
@never_cache
def final_prompt(request: HttpRequest) -> HttpResponse:
    """What will be rendered and what it costs, for the studio as it stands, and a note on words
    the model does not know."""
    form = WishForm(request.GET)
    context: dict[str, Any] = {"refusal": None, "final": None, "cost": 0, "note": None}
    if form.is_valid():
        context |= _final_of(form)
    else:
        context["refusal"] = next(iter(form.refusals.values()))
    return render(request, "generation/_final_prompt.html", context)


@require_safe
@never_cache
def generation(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    shown = own_generation(request, id)
    unseen.saw(shown)
    return render(request, "generation/generation.html", _generation_context(request, shown))


@require_POST
def seen(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The page filled while it was looked at: its person need not be told any more."""
    unseen.saw(own_generation(request, id))
    return HttpResponse(status=204)


@require_GET
async def generation_events(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """Server-sent events: the progress fragment, again whenever something changed."""
    shown = await sync_to_async(own_generation)(request, id)
    context = await sync_to_async(_fragment_context)(request, shown)
    response = StreamingHttpResponse(fragments(shown, context), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@require_GET
@never_cache
def generation_tile(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """One generation in "My images"; asked again by the page while it is being made."""
    shown = own_generation(request, id)
    return render(request, "generation/_tile.html", {"generation": shown})


@require_POST
def cancel(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    shown = own_generation(request, id)
    submission.cancel(shown)
    return redirect("generation", id=shown.pk)


@require_safe
def image_file(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    image = own_image(request, id, index)
    name = f"{image.generation.pack_version.pack.slug}-{image.seed}.png"
    return serve(image.file, "image/png", name if "download" in request.GET else "")


@require_safe
def image_thumbnail(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    return serve(own_image(request, id, index).thumbnail, "image/webp")


@require_safe
def image_thumbnail_large(request: HttpRequest, id: uuid.UUID, index: int) -> HttpResponse:
    return serve(own_image(request, id, index).thumbnail_large, "image/webp")


def _generation_context(request: HttpRequest, shown: Generation) -> dict[str, Any]:
    return {**_fragment_context(request, shown), **moment(snapshot(shown))}


def _fragment_context(request: HttpRequest, shown: Generation) -> dict[str, Any]:
    return {
        "generation": shown,
        "is_guest": not request.user.is_authenticated,
        "csrf_token": get_token(request),
        "key": uuid.uuid4().hex,
    }


def _final_of(form: WishForm) -> dict[str, Any]:
    try:
        final = recipes.final_prompt(form.wish)
        versions = recipes.versions_of(form.wish)
    except SubmissionError as refusal:
        waiting = refusal.code == "prompt_empty" and not form.cleaned_data["prompt"].strip()
        return {"refusal": None if waiting else str(refusal)}
    limit = min(version.checkpoint.max_prompt_tokens for version in versions)
    note = known_words.note_on(form.wish.prompt, versions)
    return {
        "final": known_words.runs_of(final.parts, note),
        "too_long": estimate_tokens(final.text) > limit,
        "cost": form.wish.count,
        "note": note,
    }


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the address fills in; `surprise` asks for a prompt instead of the given one."""
    asked = {name: str(value) for name, value in request.GET.items()}
    if "surprise" not in asked:
        return asked
    words = known_words.surprise(_picked(asked.get("pack"), asked.get("second")))
    return asked | {"prompt": words or asked.get("prompt", "")}


def _picked(pack: str | None, second: str | None) -> list[PackVersion]:
    """The live versions of the packs on offer under these slugs; without a pack, the first's."""
    offered = published_packs()
    lead = offered.filter(slug=pack) if pack else offered
    other = offered.filter(slug=second) if second else offered.none()
    found = [*lead[:1], *other[:1]]
    return [shown.live_version for shown in found if shown.live_version]


def was_signed_out(request: HttpRequest) -> bool:
    """Whether the form was shown to an account that is signed in no more."""
    return "account" in request.POST and not request.user.is_authenticated


def ask_to_sign_in(request: HttpRequest, form: WishForm) -> HttpResponse:
    """The studio as it was typed, with a way to sign in that brings all of it along."""
    said = _(
        "You were signed out meanwhile, so nothing was made yet. Sign in and your words come "
        "along, or press the button again to make it as a guest."
    )
    typed = {name: form[name].value() for name in form.fields if form[name].value()}
    back = f"{reverse('create')}?{urlencode(typed)}"
    return studio(request, form.only(said), status=403, sign_in_next=back)


def studio(
    request: HttpRequest, form: WishForm, status: int = 200, sign_in_next: str = ""
) -> HttpResponse:
    """The studio with what was typed into this form, each refusal in its place.

    `sign_in_next` is where signing in leads back to, for someone who was signed out meanwhile.
    """
    typed = {name: form[name].value() or "" for name in form.fields}
    all_packs = shelf()
    shown = all_packs.to_pick_from(str(typed["pack"]), str(typed["second"]))
    offered = [*all_packs.offered(shown)]
    picked = next((pack for pack in offered if pack.slug == typed["pack"]), None)
    lead = picked or next(iter(offered), None)
    # The picked cover stands first, so that it is in sight on every screen.
    offered.sort(key=lambda pack: pack != lead)
    refusals = form.refusals if form.is_bound else _unknown_pack(typed["pack"], picked)
    versions = [pack.live_version for pack in offered if pack.live_version]
    cards = [all_packs.by_pk[pack.pk] for pack in offered]
    chosen = [pack for pack in offered if pack == lead or pack.slug == typed["second"]]
    context = {
        "packs": offered,
        "options": [_option(all_packs, pack, lead) for pack in offered],
        "total": len(all_packs.cards),
        "characters": [card for card in cards if card.is_character],
        "styles": [card for card in cards if not card.is_character],
        "picked": lead,
        "typed": typed,
        "strength": _dial(typed["strength"], lead),
        "count": str(typed["count"] or 1),
        "counts": COUNTS,
        "refusals": refusals,
        "key": uuid.uuid4().hex,
        "makes_drafts": any(version.checkpoint.draft_lora_id for version in versions),
        "shelves": all_packs.once(
            ("words", get_language(), *shown), lambda: known_words.shelves(versions)
        ),
        "note": known_words.note_on(
            str(typed["prompt"]), [pack.live_version for pack in chosen if pack.live_version]
        ),
        "families": all_packs.once("families", look_sheets.families),
        "look_family": typed.get("family") or request.GET.get("family", ""),
        "shapes": shapes.choices(versions),
        **_shape(typed["aspect"], lead),
        "sign_in_next": sign_in_next,
        "surprise_query": urlencode({k: v for k, v in typed.items() if v and k != "prompt"}),
    }
    return render(request, "generation/create.html", context, status=status)


def _option(all_packs: Shelf, pack: StylePack, lead: StylePack | None) -> SafeString:
    """A pack in the picker: the same for everybody, but for which of them is picked."""
    is_picked = pack == lead
    return all_packs.once(
        ("option", get_language(), pack.pk, is_picked),
        lambda: render_to_string(
            "generation/_pack_option.html", {"each": pack, "is_picked": is_picked}
        ),
    )


def _unknown_pack(slug: str, picked: StylePack | None) -> dict[str, str]:
    if not slug or picked:
        return {}
    return {"pack": _("That pack is not offered any more; pick another one here.")}


def _shape(typed: object, pack: StylePack | None) -> dict[str, object]:
    version = pack.live_version if pack else None
    if version is None:
        return {}
    found = shapes.shapes_of(version)
    return {"aspect": typed if typed in shapes.LABELS else found.own, "shape_note": found.note}


def _dial(typed: object, pack: StylePack | None) -> str:
    if str(typed).isdecimal():
        return str(typed)
    version = pack.live_version if pack else None
    return str(version.strength if version else 85)
