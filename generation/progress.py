"""What a person sees of a generation while it is made. Rows are the truth; Redis only wakes."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache as once
from typing import Any, Protocol, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models.expressions import Combinable
from django.utils import timezone

from generation import moving, places_in_line
from generation.models import GeneratedImage, Generation, Worker
from generation.pace import seconds_an_image
from generation.states import ACTIVE, ENDED, State
from generation.watching import estimates

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.25
# With Redis the bell tells of changes; places and workers change without one.
LONG_POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Snapshot:
    """One moment of a generation. `place` 1 is next; `eta` is p50 to p90 of the seconds left."""

    id: UUID
    state: State
    place: int | None
    worker_alive: bool
    step: int
    total: int
    percent: int
    eta: tuple[int, int] | None
    error: str
    count: int
    images: tuple[GeneratedImage, ...] = ()
    removed: frozenset[int] = frozenset()
    previews: dict[int, str] = field(default_factory=dict)

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def places(self) -> list[int]:
        """The indices that still have a place: their person removed none of them."""
        return [index for index in range(self.count) if index not in self.removed]


def snapshot(generation: Generation) -> Snapshot:
    """The moment of this row as it was read; places and estimates may be a second old."""
    state = State(generation.state)
    waiting = line(generation.queue) if state is State.QUEUED else []
    place = next((at for at, (pk, _) in enumerate(waiting, 1) if pk == generation.pk), None)
    ahead = sum(count for _, count in waiting[: (place or 1) - 1])
    workers = workers_alive(generation.queue)
    images = list(generation.images.all())
    eta = _eta(generation, ahead, workers)
    if eta and state is State.QUEUED:
        estimates.told(generation.pk, eta[1])
    return Snapshot(
        id=generation.pk,
        state=state,
        place=place,
        worker_alive=workers > 0,
        step=generation.step,
        total=generation.total_steps,
        percent=_percent(generation),
        eta=eta,
        error=generation.error,
        count=generation.count,
        images=tuple(image for image in images if image.removal_id is None),
        removed=frozenset(image.index for image in images if image.removal_id is not None),
        previews=_previews(generation) if state in ACTIVE else {},
    )


class Moment(Protocol):
    """What is watched: comparable, and it knows its end."""

    @property
    def is_ended(self) -> bool: ...


M = TypeVar("M", bound=Moment)


def watch(generation_id: UUID) -> AsyncIterator[Snapshot]:
    """Snapshots at once and at each change; ends after an ended state or when the row is gone."""
    return watch_all((generation_id,), lambda: _of(generation_id))


async def watch_all(
    generation_ids: Iterable[UUID], look: Callable[[], M | None]
) -> AsyncIterator[M]:
    """What `look` sees at once and whenever one of these rows changed something in it."""
    last: M | None = None
    async with _changes(generation_ids) as changed:
        while True:
            now = await _read(look)
            if now is None:
                return
            if now != last:
                yield now
            if now.is_ended:
                return
            last = now
            await changed()


def is_alive(worker: Worker) -> bool:
    """Seen within three pulses."""
    return worker.last_seen_at >= timezone.now() - timedelta(seconds=3 * settings.PULSE_SECONDS)


def publish(generation_id: UUID) -> None:
    """Wake those who watch this row. Nothing to do without Redis; never raises."""
    if not settings.REDIS_URL:
        return
    from redis import RedisError

    try:
        _redis().publish(_channel(generation_id), b"")
    except RedisError as error:
        logger.warning("Watchers could not be woken: %s", error)


@once
def _redis() -> Any:
    from redis import Redis

    return Redis.from_url(settings.REDIS_URL)


def _channel(generation_id: UUID) -> str:
    return f"generation:{generation_id}"


@asynccontextmanager
async def _changes(generation_ids: Iterable[UUID]) -> AsyncIterator[Any]:
    if not settings.REDIS_URL:
        yield lambda: asyncio.sleep(POLL_SECONDS)
        return
    from redis.asyncio import Redis

    async with Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as bell:
        await bell.subscribe(*map(_channel, generation_ids))

        async def changed() -> None:
            await bell.get_message(ignore_subscribe_messages=True, timeout=LONG_POLL_SECONDS)
            await asyncio.sleep(POLL_SECONDS / 2)

        yield changed


def _of(generation_id: UUID) -> Snapshot | None:
    row = Generation.objects.filter(pk=generation_id).first()
    return None if row is None else snapshot(row)


@sync_to_async
def _read(look: Callable[[], M | None]) -> M | None:
    try:
        return look()
    finally:
        # A watcher lives for minutes: it must not keep a connection between two looks.
        if not connection.in_atomic_block:
            connection.close()


def line_changed(queue: str) -> None:
    """A row was added: the next one who looks lines up afresh."""
    cache.delete(f"line:{queue}")


def line(queue: str) -> list[tuple[UUID, int]]:
    """Waiting rows with their image counts, next first; up to a second old."""
    found = cache.get_or_set(f"line:{queue}", lambda: places_in_line.line_of(queue), timeout=1)
    return found or []


def workers_alive(queue: str) -> int:
    """Workers of this queue that were seen within three pulses."""
    alive = Worker.objects.filter(queue=queue, last_seen_at__gte=seen_since())
    return cache.get_or_set(f"alive:{queue}", alive.count, timeout=1) or 0


def seen_since() -> Combinable:
    """A worker seen after this moment is alive."""
    return moving.seconds_from_now(-3 * settings.PULSE_SECONDS)


def _percent(generation: Generation) -> int:
    if generation.state == State.DONE.value:
        return 100
    if generation.total_steps == 0:
        return 0
    return min(100, 100 * generation.step // generation.total_steps)


def _previews(generation: Generation) -> dict[int, str]:
    return {
        preview.index: f"data:image/webp;base64,{base64.b64encode(preview.webp).decode()}"
        for preview in generation.previews.order_by("index")
    }


def _eta(generation: Generation, ahead: int, workers: int) -> tuple[int, int] | None:
    pace = seconds_an_image(generation.queue)
    if generation.is_ended or not workers or pace is None:
        return None
    left = 1.0
    if generation.total_steps:
        left -= min(1.0, generation.step / generation.total_steps)
    images = ahead / workers + generation.count * left
    return round(pace[0] * images), round(pace[1] * images)
