"""Who is served next. Fair between people by device-seconds, exact under concurrent workers."""

import uuid
from collections.abc import Iterable, Iterator, Sequence

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now

from generation.engine.contract import MAX_IMAGES
from generation.fair_share import Turn, first_row_of, turns_of
from generation.models import Generation
from generation.moving import move
from generation.states import State

# Staying with the loaded pack may pass people by no more than this many device-seconds …
AFFINITY_GAP_SECONDS = 20.0
# … and nobody who has waited longer than this.
AFFINITY_PATIENCE_SECONDS = 15.0
# Of one person's rows: pictures before the tiles of a sheet of looks, then the oldest.
IN_TURN = (F("sheet").asc(nulls_first=True), "created_at")
# Rows looked at to fill a batch.
FILL_ROWS = 32


def claim(worker_name: str, queue: str, loaded_batch_key: str = "") -> list[Generation]:
    """Take the next batch of compatible rows under one claim token and lease; [] when none wait.

    1. Line up the people with waiting rows by standing: device-seconds served, plus what they
       have in flight, less a small credit for waiting since they were last served.
    2. Take the first row of the first in line; or, while nobody has waited long, a row of the
       loaded pack whose person is nearly as far forward.
    3. Claim it: one conditional UPDATE. If another worker was faster, try the next in line.
    4. Fill the batch with rows of the same batch key, up to the images the device takes at once.
       A row that failed before is rendered alone, so that it cannot take others down with it.
    """
    while turns := turns_of(queue, FILL_ROWS):
        for first in _in_line(queue, turns, loaded_batch_key):
            token = uuid.uuid4()
            if _take(first, worker_name, token):
                return [first, *_mates(first, worker_name, token)]
    return []


def upcoming(queues: Iterable[str], loaded_batch_key: str) -> Generation | None:
    """A row that would be claimed next from these queues in turn. Claims and promises nothing."""
    lines = ((queue, turns_of(queue, FILL_ROWS)) for queue in queues)
    return next((row for line in lines for row in _in_line(*line, loaded_batch_key)), None)


def images_at_once() -> int:
    """Images in one engine call. On a CPU a batch gains nothing and the first picture waits."""
    return 1 if settings.RENDER_DEVICE.startswith("cpu") else MAX_IMAGES


def waiting_queues() -> dict[str, int]:
    """Queues with rows that can be claimed now, and how many."""
    counted = claimable().values_list("queue").annotate(rows=Count("pk")).order_by()
    return dict(counted)


def claimable(queue: str | None = None) -> QuerySet[Generation]:
    """Rows that may be claimed now, from one queue or all."""
    ready = Q(retry_at=None) | Q(retry_at__lte=Now())
    rows = Generation.objects.filter(ready, state=State.QUEUED.value)
    return rows if queue is None else rows.filter(queue=queue)


def _in_line(queue: str, turns: Sequence[Turn], loaded_batch_key: str) -> Iterator[Generation]:
    """The row to claim, then each person's first one, looked up only when it is asked for."""
    if turns and loaded_batch_key and turns[0].longest_wait <= AFFINITY_PATIENCE_SECONDS:
        yield from _of_loaded_pack(queue, turns, loaded_batch_key)
    for turn in turns:
        yield from first_row_of(turn.person_id, queue)


def _of_loaded_pack(queue: str, turns: Sequence[Turn], key: str) -> Iterator[Generation]:
    """The first row of the first person who is near enough and has one; often it is the first."""
    first = list(first_row_of(turns[0].person_id, queue))
    if first and first[0].batch_key == key:
        yield from first
        return
    furthest = turns[0].standing + AFFINITY_GAP_SECONDS
    near = [turn.person_id for turn in turns if turn.standing <= furthest]
    loaded = _rows(queue).filter(person_id__in=near, batch_key=key)
    having = set(loaded.order_by().values_list("person_id", flat=True).distinct())
    whose = next((person for person in near if person in having), None)
    yield from loaded.filter(person_id=whose)[:1]


def _rows(queue: str) -> QuerySet[Generation]:
    return claimable(queue).order_by(*IN_TURN)


def _mates(first: Generation, worker_name: str, token: uuid.UUID) -> Iterator[Generation]:
    room = images_at_once() - first.count
    if first.attempts > 1 or room < 1:
        return
    same = _rows(first.queue).filter(batch_key=first.batch_key, attempts=0)
    for row in same.exclude(pk=first.pk)[:FILL_ROWS]:
        if row.count <= room and _take(row, worker_name, token):
            room -= row.count
            yield row


def _take(row: Generation, worker_name: str, token: uuid.UUID) -> bool:
    taken = move(
        row.pk,
        State.CLAIMED,
        claim_token=token,
        claimed_by=worker_name,
        attempts=F("attempts") + 1,
    )
    if taken:
        row.state, row.claim_token, row.attempts = State.CLAIMED.value, token, row.attempts + 1
    return taken
