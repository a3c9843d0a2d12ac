"""What one worker counts while it works, for Prometheus. Its own process alone: see worker_door.

Counts begin anew with the process, as Prometheus expects of counters.
"""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager

from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from generation.engine.contract import RenderResult
from generation.models import Generation
from generation.watching import estimates

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
# A switch takes milliseconds, a wait may take minutes.
BUCKETS = (
    .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800,
)  # fmt: skip
STAGES = Histogram(
    "housestyle_stage_seconds",
    "Seconds of each stage: wait (of a generation), switch, render, decode (of a batch), "
    "delivery (of an image).",
    ["queue", "stage"],
    buckets=BUCKETS,
    registry=REGISTRY,
)
BUSY = Counter(
    "housestyle_device_busy_seconds",
    "Seconds the device switched, rendered or decoded.",
    ["queue"],
    registry=REGISTRY,
)
PICTURES = Counter(
    "housestyle_pictures_rendered",
    "Images that came out of the engine.",
    ["queue"],
    registry=REGISTRY,
)
ERRORS = Counter("housestyle_errors", "What went wrong, by cause.", ["cause"], registry=REGISTRY)
ESTIMATES = Counter(
    "housestyle_estimates",
    "Pictures that came within the first p90 their person was told, or late.",
    ["queue", "came"],
    registry=REGISTRY,
)
OUT_OF_MEMORY = "ran out of memory"


def claimed(rows: Sequence[Generation]) -> None:
    """Rows that were claimed now; how long each waited counts at its first claim."""
    now = timezone.now()
    for row in rows:
        if row.attempts <= 1:
            waited = max(0.0, (now - row.created_at).total_seconds())
            STAGES.labels(row.queue, "wait").observe(waited)


def rendered(queue: str, result: RenderResult) -> None:
    """One call of the engine, as its clock measured it."""
    stages = {
        "switch": result.switch_seconds,
        "render": result.denoise_seconds,
        "decode": result.decode_seconds,
    }
    for stage, seconds in stages.items():
        STAGES.labels(queue, stage).observe(seconds)
    BUSY.labels(queue).inc(sum(stages.values()))
    PICTURES.labels(queue).inc(len(result.images))


def delivering(queue: str) -> AbstractContextManager[object]:
    """Times the delivery of one image."""
    return STAGES.labels(queue, "delivery").time()


def arrived(row: Generation) -> None:
    """All of it is with its person: was that as soon as they were told?"""
    in_time = estimates.came_in_time(row.pk)
    if in_time is not None:
        ESTIMATES.labels(row.queue, "in_time" if in_time else "late").inc()


def erred(cause: str | Exception, times: int = 1) -> None:
    """Count a cause: a fixed word, or the kind of an exception. Its sentence is never a label."""
    ERRORS.labels(cause if isinstance(cause, str) else _kind_of(cause)).inc(times)


def _kind_of(error: Exception) -> str:
    if OUT_OF_MEMORY in str(error):
        return "out_of_memory"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
