"""Where everybody stands in a line: the order in which what waits would be served."""

import heapq
import uuid
from collections import defaultdict
from collections.abc import Iterator

from generation.fair_share import TYPICAL_IMAGE_SECONDS, turns_of
from generation.models import Generation
from generation.scheduler import IN_TURN, claimable

# Rows looked at to tell people their place.
LINE_ROWS = 1000


def line_of(queue: str) -> list[tuple[uuid.UUID, int]]:
    """Waiting rows with their image counts, in the order they would be served if nobody came.

    Each person's rows come in turn; serving one moves its person back by its images.
    """
    waiting: dict[int, list[Generation]] = defaultdict(list)
    rows = claimable(queue).only("pk", "person_id", "count").order_by(*IN_TURN)
    for row in rows[:LINE_ROWS]:
        waiting[row.person_id].append(row)
    turns = turns_of(queue)
    heap = [(turn.standing, place, turn.person_id) for place, turn in enumerate(turns)]
    heapq.heapify(heap)
    return list(_served(heap, waiting))


def _served(
    heap: list[tuple[float, int, int]], waiting: dict[int, list[Generation]]
) -> Iterator[tuple[uuid.UUID, int]]:
    while heap:
        standing, place, person_id = heapq.heappop(heap)
        rows = waiting[person_id]
        if not rows:
            continue
        row = rows.pop(0)
        yield row.pk, row.count
        cost = row.count * TYPICAL_IMAGE_SECONDS
        heapq.heappush(heap, (standing + cost, place, person_id))
