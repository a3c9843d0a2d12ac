"""Your words in every look: one request, one draft a pack, one image of the day's allowance.

The hold belongs to the sheet: the first tile that is delivered settles it, and it is released
when the last one ends and none was. A tile that did not work can be tried again for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import allowance
from accounts.models import User
from generation import fair_share, logs, recipes, submission
from generation.deleting import delete_generation
from generation.models import GeneratedImage, Generation, LookSheet
from generation.states import ACTIVE, ENDED, WAITING, State
from generation.wishes import DRAFT, SubmissionError, Wish, cleaned
from stylepacks.library import published_packs
from stylepacks.models import PackVersion, StylePack

# More looks than a person can take in at once, and a bound on what one image of allowance costs.
MAX_TILES = 60
FORGOTTEN_AT_ONCE = 20
MOSAIC_TILES = 9
UNENDED = [state.value for state in ACTIVE | WAITING]
NOT_MADE = [state.value for state in ENDED - {State.DONE}]


@dataclass(frozen=True)
class LooksWish:
    """The words, and in which looks: a family's, or all. A character may stand in each of them."""

    prompt: str
    seed: int | None = None
    family: str = ""
    character: str | None = None


@dataclass(frozen=True)
class LookFamily:
    """A choice in the studio; an empty name stands for all looks."""

    name: str
    count: int


def families() -> list[LookFamily]:
    """What can be drafted of the packs on offer: all looks first, then family by family."""
    looks = published_packs().filter(
        kind=StylePack.Kind.STYLE, live_version__checkpoint__draft_lora__isnull=False
    )
    grouped = looks.order_by("look_family").values_list("look_family").annotate(Count("pk"))
    counted = [LookFamily(name, count) for name, count in grouped]
    every = LookFamily("", min(sum(each.count for each in counted), MAX_TILES))
    return [every, *(each for each in counted if each.name)] if counted else []


def submit(person: User, wish: LooksWish, idempotency_key: str) -> LookSheet:
    """Queue one draft a look and hold one image; a repeated key gives the same sheet back.

    Raises SubmissionError with one plain sentence, having changed nothing.
    """
    key = submission.checked_key(idempotency_key)
    earlier = _with_key(person, key)
    if earlier is not None:
        return earlier
    sheet, tiles = _drawn_up(person, wish)
    sheet.idempotency_key = key
    try:
        return _enter(sheet, tiles)
    except allowance.AllowanceError as error:
        raise SubmissionError(str(error), "allowance_used_up") from error


def retry(sheet: LookSheet, place: int | None = None) -> int:
    """Queue again what was not made, or one tile of it; returns how many. Safe to repeat.

    Costs nothing while the sheet's image is held or charged; a sheet that was given back is held
    anew. Raises SubmissionError, having changed nothing.
    """
    try:
        with transaction.atomic():
            fair_share.join(sheet.person)
            _check_running(sheet.person, besides=sheet)
            locked = LookSheet.objects.select_for_update().get(pk=sheet.pk)
            return _queue_again(locked, _not_made(locked, place))
    except allowance.AllowanceError as error:
        raise SubmissionError(str(error), "allowance_used_up") from error


def cancel(sheet: LookSheet) -> None:
    """Stop every tile that is not made yet; those that are stay, and the sheet then counts."""
    for tile in sheet.tiles.filter(state__in=UNENDED):
        submission.cancel(tile)


def delete(sheet: LookSheet) -> None:
    """Cancel what is under way, then delete rows and files for good."""
    cancel(sheet)
    for tile in sheet.tiles.all():
        delete_generation(tile)
    sheet.delete()


def kept_until(sheet: LookSheet) -> datetime | None:
    """When the house forgets this sheet, or None when it keeps them for ever."""
    days = settings.LOOKS_KEPT_DAYS
    return sheet.created_at + timedelta(days=days) if days else None


def forget_old() -> int:
    """Delete some sheets whose time is over; returns how many. Safe to run twice at once.

    One of which somebody kept a draft (favourite, on a board, shared) stays whole.
    """
    if not settings.LOOKS_KEPT_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.LOOKS_KEPT_DAYS)
    wanted = Q(favourites__isnull=False) | Q(places__isnull=False) | Q(share__isnull=False)
    kept = GeneratedImage.objects.filter(wanted, generation__sheet=OuterRef("pk"))
    old = LookSheet.objects.filter(~Exists(kept), created_at__lt=before).order_by("created_at")
    forgotten = old[:FORGOTTEN_AT_ONCE]
    for sheet in forgotten:
        delete(sheet)
    return len(forgotten)


def listed(rows: QuerySet[Generation]) -> QuerySet[Generation]:
    """What a history shows: pictures, and of each sheet its first tile to stand for it."""
    return rows.filter(Q(sheet=None) | Q(place=0), is_trial=False)


def mosaics() -> "Prefetch[Any]":
    """The first tiles of each sheet as `sheet.mosaic`, with their images, for a history."""
    tiles = Generation.objects.filter(place__lt=MOSAIC_TILES).order_by("place")
    tiles = tiles.defer("recipe").prefetch_related("images")
    return Prefetch("sheet__tiles", tiles, to_attr="mosaic")


def _drawn_up(person: User, wish: LooksWish) -> tuple[LookSheet, list[Generation]]:
    base = cleaned(Wish(pack="", prompt=wish.prompt, seed=wish.seed, quality=DRAFT))
    assert base.seed is not None
    character = _character(wish.character)
    sheet = LookSheet(
        person=person,
        prompt=base.prompt,
        seed=base.seed,
        look_family=wish.family,
        character=character,
    )
    versions = _looks(wish.family, character)
    return sheet, [_tile(sheet, place, base, version) for place, version in enumerate(versions)]


def _tile(sheet: LookSheet, place: int, base: Wish, version: PackVersion) -> Generation:
    versions = (version, sheet.character) if sheet.character else (version,)
    slugs = [each.pack.slug for each in versions]
    wish = replace(base, pack=slugs[0], second=slugs[1] if sheet.character else None)
    row = submission.row_of(sheet.person, wish, versions, recipes.build(wish, versions))
    row.sheet, row.place, row.idempotency_key = sheet, place, row.pk.hex
    return row


def _character(slug: str | None) -> PackVersion | None:
    if not slug:
        return None
    (version,) = recipes.versions_of(Wish(pack=slug, prompt=""))
    if version.pack.kind != StylePack.Kind.CHARACTER:
        said = _("{name} is no character: pick one, or none.").format(name=version.pack.name)
        raise SubmissionError(said, "packs_incompatible")
    return version


def _looks(family: str, character: PackVersion | None) -> list[PackVersion]:
    offered = published_packs().select_related("live_version__checkpoint__draft_lora")
    looks = [pack for pack in offered if _makes_tiles(pack) and family in ("", pack.look_family)]
    versions = [pack.live_version for pack in looks if pack.live_version]
    if character is not None:
        versions = [each for each in versions if each.checkpoint_id == character.checkpoint_id]
    if not versions:
        raise _no_looks(family)
    return versions[:MAX_TILES]


def _no_looks(family: str) -> SubmissionError:
    if family:
        said = _("There are no looks in “{family}” that fit: pick another family, or all.")
        return SubmissionError(said.format(family=family[:30]), "family_unknown")
    said = _(
        "No pack here makes drafts yet, and this page is made of drafts: pick one pack instead."
    )
    return SubmissionError(said, "draft_unavailable")


def _makes_tiles(pack: StylePack) -> bool:
    version = pack.live_version
    drafts = version is not None and version.checkpoint.draft_lora_id is not None
    return drafts and pack.kind == StylePack.Kind.STYLE


def _enter(sheet: LookSheet, tiles: Sequence[Generation]) -> LookSheet:
    with logs.about(tiles), transaction.atomic():
        fair_share.join(sheet.person)
        # Joining lets one person in at a time: a twin with the same key may have come in before.
        twin = _with_key(sheet.person, sheet.idempotency_key)
        if twin is not None:
            return twin
        _check_running(sheet.person)
        sheet.save(force_insert=True)
        allowance.hold(sheet.person, sheet.hold_reference, 1)
        _queue(tiles)
    return sheet


def _queue(tiles: Sequence[Generation]) -> None:
    Generation.objects.bulk_create(tiles)
    for queue in {tile.queue for tile in tiles}:
        transaction.on_commit(partial(submission.announce, queue), robust=True)


def _check_running(person: User, besides: LookSheet | None = None) -> None:
    running = Generation.objects.filter(person=person, sheet__isnull=False, state__in=UNENDED)
    if running.exclude(sheet=besides).exists():
        said = _("Your last sheet of looks is still being made: wait for it, or cancel it.")
        raise SubmissionError(said, "sheet_running")


def _not_made(sheet: LookSheet, place: int | None) -> list[Generation]:
    # A tile that was cancelled after its image arrived has what it was asked for.
    rows = sheet.tiles.filter(state__in=NOT_MADE, images=None).order_by("place")
    return list(rows if place is None else rows.filter(place=place))


def _queue_again(sheet: LookSheet, ended: Sequence[Generation]) -> int:
    if not ended:
        return 0
    if allowance.is_released(sheet.hold_reference):
        sheet.hold_number += 1
        sheet.save(update_fields=["hold_number"])
        allowance.hold(sheet.person, sheet.hold_reference, 1)
    Generation.objects.filter(pk__in=[row.pk for row in ended]).delete()
    _queue([copy_of(row) for row in ended])
    return len(ended)


# An ended row never moves again: a new one with the same frozen recipe takes its place.
KEPT_FIELDS = (
    *("person_id", "pack_version_id", "second_version_id", "sheet_id", "place", "prompt"),
    *("strength", "count", "seed", "recipe", "recipe_digest", "batch_key", "queue"),
)


def copy_of(row: Generation) -> Generation:
    """A new row, not yet saved, with the same recipe in the same place."""
    kept: dict[str, Any] = {name: getattr(row, name) for name in KEPT_FIELDS}
    again = Generation(**kept)
    again.idempotency_key = again.pk.hex
    return again


def _with_key(person: User, key: str) -> LookSheet | None:
    return LookSheet.objects.filter(person=person, idempotency_key=key).first()
