"""Spans of OpenTelemetry where its packages are installed and switched on; nothing otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager

from generation import logs

try:
    from opentelemetry import trace
except ImportError:
    trace = None  # type: ignore[assignment, unused-ignore]


@contextmanager
def span(name: str) -> Iterator[None]:
    """A span around the block, with the ids that its log lines carry; never with words."""
    if trace is None:
        yield
        return
    with trace.get_tracer("housestyle").start_as_current_span(name) as started:
        try:
            yield
        finally:
            started.set_attributes(_ids())


def _ids() -> dict[str, str]:
    now = logs.scope()
    ids = {"generation_id": now.generation_id, "request_id": now.request_id}
    return {name: value for name, value in ids.items() if value}
