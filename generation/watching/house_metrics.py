"""The house's figures for Prometheus, read from the database at each scrape.

Every web process gives the same answer, for none counts anything itself; a queue that is empty
says 0, so that an autoscaler can tell it from one that is away.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from generation.states import ENDED
from generation.watching import facts
from generation.watching.facts import QueueFacts

QUANTILES = ("0.5", "0.9")


def exposition() -> bytes:
    """The text that Prometheus reads. At most six queries."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_House())
    return generate_latest(registry)


class _House(Collector):
    def collect(self) -> Iterator[Metric]:
        found = facts.queues()
        yield from _of_lines(found)
        yield from _of_waiting(found)
        yield _of_paces(found)
        yield from _of_workers(found)
        yield _of_endings(found)
        yield from _of_holds()


def _of_lines(found: list[QueueFacts]) -> Iterator[Metric]:
    rows = _gauge("queue_generations", "Generations that wait or are made.", "queue", "state")
    cost = _gauge(
        "queue_device_seconds",
        "Seconds one device needs for them at the measured pace.",
        "queue",
        "state",
    )
    for each in found:
        for state, load in (("waiting", each.waiting), ("running", each.running)):
            rows.add_metric([each.queue, state], load.rows)
            cost.add_metric([each.queue, state], each.device_seconds(load))
    yield from (rows, cost)


def _of_waiting(found: list[QueueFacts]) -> Iterator[Metric]:
    people = _gauge("queue_people", "People who wait.", "queue")
    oldest = _gauge("queue_oldest_seconds", "Seconds the oldest has waited.", "queue")
    wait = _gauge(
        "queue_expected_wait_seconds",
        "Seconds until a picture asked for now would be there.",
        "queue",
        "quantile",
    )
    for each in found:
        people.add_metric([each.queue], each.people)
        oldest.add_metric([each.queue], each.oldest_seconds)
        for quantile, seconds in zip(QUANTILES, each.expected_wait or (), strict=False):
            wait.add_metric([each.queue, quantile], seconds)
    yield from (people, oldest, wait)


def _of_paces(found: list[QueueFacts]) -> Metric:
    seconds = _gauge(
        "image_device_seconds",
        "Seconds of a device that an image took lately.",
        "queue",
        "kind",
        "quantile",
    )
    for each in found:
        for kind, measured in (("picture", each.pace), ("tile", each.tile_pace)):
            for quantile, value in zip(QUANTILES, measured or (), strict=False):
                seconds.add_metric([each.queue, kind, quantile], value)
    return seconds


def _of_workers(found: list[QueueFacts]) -> Iterator[Metric]:
    alive = _gauge("workers_alive", "Workers seen within three pulses.", "queue")
    ready = _gauge("workers_ready", "Those of them whose model is loaded.", "queue")
    for each in found:
        alive.add_metric([each.queue], each.workers)
        ready.add_metric([each.queue], each.ready)
    yield from (alive, ready)


def _of_endings(found: list[QueueFacts]) -> Metric:
    ended = _gauge("ended_last_hour", "Generations that ended in the last hour.", "queue", "ending")
    counted = facts.endings()
    none = {(each.queue, ending.value): 0 for each in found for ending in ENDED}
    for labels, count in sorted({**none, **counted}.items()):
        ended.add_metric(labels, count)
    return ended


def _of_holds() -> Iterator[Metric]:
    counted = facts.holds()
    open_now = _gauge("holds_open", "Images that are held and neither charged nor given back.")
    open_now.add_metric([], counted.pop("held"))
    closed = _gauge(
        "holds_closed_last_hour", "Holds that were settled (charged) or released.", "how"
    )
    for how, count in counted.items():
        closed.add_metric([how], count)
    yield from (open_now, closed)


def _gauge(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"housestyle_{name}", says, labels=labels)
