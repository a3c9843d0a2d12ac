"""The program's way in: submit, look, list, cancel. People see only their own rows."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Header, Query, Router, Schema, Status

from accounts import limits
from accounts.api_auth import api_auth, caller_of
from generation import submission
from generation.models import Generation
from generation.pictures import unseen
from generation.pictures.own import own_generations
from generation.progress import snapshot
from generation.wishes import FINAL, SubmissionError, Wish

router = Router(auth=api_auth, tags=["generations"])

MAX_PAGE = 100
# 409: the wish is fine, the moment is not.
STATUS_OF = {"pack_unknown": 404, "pack_retired": 409, "too_many_waiting": 429}
STATUS_OF |= {"allowance_used_up": 429}


class WishIn(Schema):
    """What to make. Values are checked by the house, so that each refusal is one sentence."""

    pack: str = Field(description="Slug of the pack", examples=["watercolour"])
    prompt: str = Field(examples=["a red boat by the sea at sunset"])
    strength: int | None = Field(None, description="0 to 100; the pack's own when left out")
    count: int = Field(1, description="Number of images")
    seed: int | None = Field(None, description="0 to 4294967295; a fresh one when left out")
    second: str | None = Field(None, description="Slug of a pack of the other kind to stack")
    quality: str = Field(FINAL, description="final, or draft: the same picture in fewer steps")
    aspect: str | None = Field(
        None, description="square, portrait, landscape or wide; the pack's own when left out"
    )


class ImageOut(Schema):
    index: int
    seed: int
    width: int
    height: int
    sha256: str
    url: str
    thumbnail_url: str


class GenerationOut(Schema):
    """A generation now. `eta_seconds` is the range, p50 to p90, of the time left."""

    id: UUID
    state: str
    pack: str
    second: str | None
    prompt: str
    strength: int
    count: int
    seed: int
    quality: str
    width: int
    height: int
    created_at: datetime
    place: int | None
    percent: int
    eta_seconds: tuple[int, int] | None
    worker_alive: bool
    error: str
    images: list[ImageOut]


class GenerationList(Schema):
    items: list[GenerationOut]
    count: int


class Refusal(Schema):
    """Why not, in one sentence, and a code that never changes."""

    error: str
    code: str


NOT_FOUND = Refusal(error="There is no generation of yours with this id.", code="not_found")
REFUSALS = {404: Refusal, 409: Refusal, 422: Refusal, 429: Refusal}


@router.post("", response={201: GenerationOut, **REFUSALS}, summary="Ask for images")
def submit(
    request: HttpRequest, wish: WishIn, idempotency_key: Header[str | None] = None
) -> Status[Any]:
    """Repeat a request with the same `Idempotency-Key` and it stays one generation."""
    limits.check_person("submit", caller_of(request))
    try:
        made = submission.submit(caller_of(request), _wish(wish), idempotency_key or uuid4().hex)
    except SubmissionError as refusal:
        return Status(
            STATUS_OF.get(refusal.code, 422), Refusal(error=str(refusal), code=refusal.code)
        )
    unseen.sees_itself(made)
    return Status(201, _shown(made))


@router.get("", response={200: GenerationList, 422: Refusal}, summary="List your generations")
def list_own(request: HttpRequest, limit: Query[int] = 20, offset: Query[int] = 0) -> Status[Any]:
    if not 1 <= limit <= MAX_PAGE or not 0 <= offset < 2**31:
        said = f"limit goes from 1 to {MAX_PAGE}, offset from 0."
        return Status(422, Refusal(error=said, code="page_invalid"))
    # The tiles of a sheet are listed with their sheet, under /looks.
    rows = _own(request).filter(sheet=None)
    page = rows.prefetch_related("images")[offset : offset + limit]
    return Status(200, {"items": [_shown(row) for row in page], "count": rows.count()})


@router.get("/{uuid:id}", response={200: GenerationOut, 404: Refusal}, summary="Look at one")
def get(request: HttpRequest, id: UUID) -> Status[Any]:
    row = _own(request).filter(pk=id).first()
    return Status(404, NOT_FOUND) if row is None else Status(200, _shown(row))


@router.post(
    "/{uuid:id}/cancel",
    response={200: GenerationOut, 404: Refusal, 409: Refusal},
    summary="Cancel one",
)
def cancel(request: HttpRequest, id: UUID) -> Status[Any]:
    """Images that are ready stay and count; the others are given back to your allowance."""
    row = _own(request).filter(pk=id).first()
    if row is None:
        return Status(404, NOT_FOUND)
    submission.cancel(row)
    if row.state != "cancelled":
        said = "This generation has ended already, there is nothing to cancel."
        return Status(409, Refusal(error=said, code="already_ended"))
    return Status(200, _shown(row))


def _own(request: HttpRequest) -> Any:
    related = ("pack_version__pack", "second_version__pack")
    rows = own_generations(caller_of(request)).select_related(*related)
    return rows.order_by("-created_at", "-pk")


def _wish(given: WishIn) -> Wish:
    return Wish(**given.dict())


def _shown(row: Generation) -> dict[str, Any]:
    now = snapshot(row)
    return {
        "id": row.pk,
        "state": row.state,
        "pack": row.pack_version.pack.slug,
        "second": row.second_version.pack.slug if row.second_version else None,
        "prompt": row.prompt,
        "strength": row.strength,
        "count": row.count,
        "seed": row.seed,
        "quality": row.recipe.get("quality", FINAL),
        "width": row.recipe["width"],
        "height": row.recipe["height"],
        "created_at": row.created_at,
        "place": now.place,
        "percent": now.percent,
        "eta_seconds": now.eta,
        "worker_alive": now.worker_alive,
        "error": row.error,
        "images": [_image(row, image) for image in now.images],
    }


def _image(row: Generation, image: Any) -> dict[str, Any]:
    place = {"id": row.pk, "index": image.index}
    return {
        **{name: getattr(image, name) for name in ("index", "seed", "width", "height", "sha256")},
        "url": reverse("image_file", kwargs=place),
        "thumbnail_url": reverse("image_thumbnail", kwargs=place),
    }
