"""What a person sees of a sheet of looks while it is made, tile by tile."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from generation import progress
from generation.models import GeneratedImage, Generation, LookSheet
from generation.pace import seconds_an_image
from generation.states import ACTIVE, ENDED, State
from stylepacks.models import StylePack


@dataclass(frozen=True)
class Tile:
    """One look now: delivered, forming (`preview` is a data URI or empty), waiting or not made."""

    id: UUID
    place: int
    pack: StylePack
    state: State
    image: GeneratedImage | None
    preview: str
    error: str

    @property
    def is_coming(self) -> bool:
        return self.image is None and self.state not in ENDED

    @property
    def is_forming(self) -> bool:
        return self.image is None and self.state in ACTIVE


@dataclass(frozen=True)
class SheetSnapshot:
    """One moment of a sheet; `eta` is p50 to p90 of the seconds left."""

    tiles: tuple[Tile, ...]
    worker_alive: bool
    eta: tuple[int, int] | None

    @property
    def total(self) -> int:
        return len(self.tiles)

    @property
    def made(self) -> int:
        return sum(tile.image is not None for tile in self.tiles)

    @property
    def percent(self) -> int:
        return 100 * self.made // max(1, self.total)

    @property
    def is_ended(self) -> bool:
        return not any(tile.is_coming for tile in self.tiles)

    @property
    def ready(self) -> list[Tile]:
        return [tile for tile in self.tiles if tile.image]

    @property
    def missing(self) -> int:
        """Tiles that ended without an image."""
        return sum(tile.image is None and not tile.is_coming for tile in self.tiles)


def snapshot(sheet: LookSheet) -> SheetSnapshot:
    """The moment of this sheet; places in line and estimates may be a second old."""
    related = sheet.tiles.select_related("pack_version__pack").defer("recipe")
    rows = list(related.prefetch_related("images", "previews").order_by("place"))
    coming = [row for row in rows if State(row.state) not in ENDED]
    queues = {row.queue for row in coming}
    return SheetSnapshot(
        tiles=tuple(_tile(row) for row in rows),
        worker_alive=any(progress.workers_alive(queue) for queue in queues),
        eta=_eta(coming),
    )


def watch(sheet: LookSheet) -> AsyncIterator[SheetSnapshot]:
    """Snapshots at once and at each change, until the last tile has ended or the sheet is gone."""
    ids = list(sheet.tiles.values_list("pk", flat=True))
    return progress.watch_all(ids, lambda: _look(sheet.pk))


def _look(sheet_id: UUID) -> SheetSnapshot | None:
    sheet = LookSheet.objects.filter(pk=sheet_id).first()
    return None if sheet is None else snapshot(sheet)


def _tile(row: Generation) -> Tile:
    image = next(iter(row.images.all()), None)
    preview = next((each.webp for each in row.previews.all()), b"") if image is None else b""
    return Tile(
        id=row.pk,
        place=row.place,
        pack=row.pack_version.pack,
        state=State(row.state),
        image=image,
        preview=f"data:image/webp;base64,{base64.b64encode(preview).decode()}" if preview else "",
        error=row.error,
    )


def _eta(coming: list[Generation]) -> tuple[int, int] | None:
    """Of the queue that takes longest; None while any of them cannot be told."""
    estimates = [_eta_in(queue, coming) for queue in {row.queue for row in coming}]
    told = [estimate for estimate in estimates if estimate is not None]
    return max(told) if told and len(told) == len(estimates) else None


def _eta_in(queue: str, coming: list[Generation]) -> tuple[int, int] | None:
    pace = seconds_an_image(queue, of_tiles=True)
    workers = progress.workers_alive(queue)
    if pace is None or not workers:
        return None
    ours = {row.pk for row in coming if row.queue == queue}
    line = progress.line(queue)
    last = max((at for at, (pk, _) in enumerate(line, 1) if pk in ours), default=0)
    others = sum(count for pk, count in line[:last] if pk not in ours)
    theirs = seconds_an_image(queue) or pace
    seconds = [
        (len(ours) * mine + others * other) / workers
        for mine, other in zip(pace, theirs, strict=True)
    ]
    return round(seconds[0]), round(seconds[1])
