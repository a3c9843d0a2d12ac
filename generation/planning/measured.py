"""What this house measured about itself, for plans."""

from django.db.models import F

from generation.models import Generation
from generation.states import State

NEWEST_ROWS = 2000


def seconds_of_requests(queue: str = "") -> list[float]:
    """Device-seconds of the newest finished generations, of one queue or of all."""
    rows = Generation.objects.filter(state=State.DONE.value, device_seconds__gt=0)
    if queue:
        rows = rows.filter(queue=queue)
    newest = rows.order_by(F("finished_at").desc())[:NEWEST_ROWS]
    return list(newest.values_list("device_seconds", flat=True))
