"""One prompt in every look, for programs: ask, watch, try again, cancel. People see their own."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Header, Router, Schema, Status

from accounts import limits
from accounts.api_auth import api_auth, caller_of
from generation import look_progress, look_sheets
from generation.api import STATUS_OF, Refusal
from generation.look_progress import Tile
from generation.look_sheets import LooksWish
from generation.models import LookSheet
from generation.wishes import SubmissionError

router = Router(auth=api_auth, tags=["looks"])

LISTED = 20
SHEET_STATUS_OF = {**STATUS_OF, "sheet_running": 429}


class LooksIn(Schema):
    """What to draw in every look. The whole sheet takes one image of the allowance."""

    prompt: str = Field(examples=["a red boat by the sea at sunset"])
    seed: int | None = Field(None, description="0 to 4294967295; a fresh one when left out")
    family: str = Field("", description="Looks of this family only; all when left out")
    character: str | None = Field(None, description="Slug of a character to stand in each look")


class TileOut(Schema):
    """One look: a generation of its own, found under /generations too."""

    generation: UUID
    pack: str
    state: str
    error: str
    url: str | None
    thumbnail_url: str | None


class SheetOut(Schema):
    """A sheet now. `eta_seconds` is the range, p50 to p90, of the time left."""

    id: UUID
    prompt: str
    seed: int
    family: str
    character: str | None
    created_at: datetime
    kept_until: datetime | None
    made: int
    total: int
    ended: bool
    eta_seconds: tuple[int, int] | None
    worker_alive: bool
    tiles: list[TileOut]


NOT_FOUND = Refusal(error="There is no sheet of looks of yours with this id.", code="not_found")
REFUSALS = {404: Refusal, 409: Refusal, 422: Refusal, 429: Refusal}


@router.post("", response={201: SheetOut, **REFUSALS}, summary="Ask for every look")
def submit(
    request: HttpRequest, wish: LooksIn, idempotency_key: Header[str | None] = None
) -> Status[Any]:
    """Repeat a request with the same `Idempotency-Key` and it stays one sheet."""
    limits.check_person("submit", caller_of(request))
    given = LooksWish(**wish.dict())
    try:
        made = look_sheets.submit(caller_of(request), given, idempotency_key or uuid4().hex)
    except SubmissionError as refusal:
        return _refused(refusal)
    return Status(201, _shown(made))


@router.get("", response=list[SheetOut], summary="List your latest sheets")
def list_own(request: HttpRequest) -> list[dict[str, Any]]:
    return [_shown(row) for row in _own(request)[:LISTED]]


@router.get("/{uuid:id}", response={200: SheetOut, 404: Refusal}, summary="Look at one")
def get(request: HttpRequest, id: UUID) -> Status[Any]:
    row = _own(request).filter(pk=id).first()
    return Status(404, NOT_FOUND) if row is None else Status(200, _shown(row))


@router.post("/{uuid:id}/cancel", response={200: SheetOut, 404: Refusal}, summary="Cancel one")
def cancel(request: HttpRequest, id: UUID) -> Status[Any]:
    """Looks that are ready stay, and the sheet then counts; with none it is given back."""
    row = _own(request).filter(pk=id).first()
    if row is None:
        return Status(404, NOT_FOUND)
    look_sheets.cancel(row)
    return Status(200, _shown(row))


@router.post("/{uuid:id}/retry", response={200: SheetOut, **REFUSALS}, summary="Try again")
def retry(request: HttpRequest, id: UUID) -> Status[Any]:
    """Everything that was not made, for nothing, unless the sheet had been given back."""
    row = _own(request).filter(pk=id).first()
    if row is None:
        return Status(404, NOT_FOUND)
    limits.check_person("submit", caller_of(request))
    try:
        look_sheets.retry(row)
    except SubmissionError as refusal:
        return _refused(refusal)
    return Status(200, _shown(row))


def _own(request: HttpRequest) -> Any:
    rows = LookSheet.objects.filter(person=caller_of(request))
    return rows.select_related("character__pack", "person").order_by("-created_at", "-pk")


def _refused(refusal: SubmissionError) -> Status[Any]:
    said = Refusal(error=str(refusal), code=refusal.code)
    return Status(SHEET_STATUS_OF.get(refusal.code, 422), said)


def _shown(row: LookSheet) -> dict[str, Any]:
    now = look_progress.snapshot(row)
    return {
        "id": row.pk,
        "prompt": row.prompt,
        "seed": row.seed,
        "family": row.look_family,
        "character": row.character.pack.slug if row.character else None,
        "created_at": row.created_at,
        "kept_until": look_sheets.kept_until(row),
        "made": now.made,
        "total": now.total,
        "ended": now.is_ended,
        "eta_seconds": now.eta,
        "worker_alive": now.worker_alive,
        "tiles": [_tile(tile) for tile in now.tiles],
    }


def _tile(tile: Tile) -> dict[str, Any]:
    place = {"id": tile.id, "index": 0}
    return {
        "generation": tile.id,
        "pack": tile.pack.slug,
        "state": tile.state.value,
        "error": tile.error,
        "url": reverse("image_file", kwargs=place) if tile.image else None,
        "thumbnail_url": reverse("image_thumbnail", kwargs=place) if tile.image else None,
    }
