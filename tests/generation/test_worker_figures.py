"""What a worker counts while it works, and the door at which Prometheus reads it."""

import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from prometheus_client.parser import text_string_to_metric_families

from generation import progress, recovery, scheduler
from generation.engine.contract import EngineError, LoraRefused
from generation.models import Generation
from generation.watching import worker_door, worker_metrics
from tests.generation.conftest import QUEUE
from tests.house import free_port


def value(name, **labels):
    return worker_metrics.REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def grown():
    """grown(name, **labels) says by how much a figure grew since it was first asked for."""
    before = {}

    def by(name, **labels):
        key = (name, *sorted(labels.items()))
        before.setdefault(key, value(name, **labels))
        return pytest.approx(value(name, **labels) - before[key])

    return by


@pytest.mark.django_db
def test_it_counts_every_stage_of_a_picture(alice, submit, process, grown):
    stages = ("wait", "switch", "render", "decode", "delivery")
    counts = [("housestyle_stage_seconds_count", {"queue": QUEUE, "stage": s}) for s in stages]
    busy = ("housestyle_device_busy_seconds_total", {"queue": QUEUE})
    made = ("housestyle_pictures_rendered_total", {"queue": QUEUE})
    for name, labels in (*counts, busy, made):
        grown(name, **labels)
    submit(alice, count=2)
    Generation.objects.update(created_at=Generation.objects.get().created_at - timedelta(minutes=1))
    process.work()
    # On a CPU each image is a batch of its own.
    assert [grown(name, **labels) for name, labels in counts] == [1, 2, 2, 2, 2]
    assert grown(busy[0], **busy[1]) == 2 * (0.5 + 0.1)
    assert grown(made[0], **made[1]) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (LoraRefused("These keys fit nothing."), "lora_refused"),
        (EngineError("No such sampler."), "engine_error"),
        (EngineError("The device ran out of memory.", retryable=True), "out_of_memory"),
        (ZeroDivisionError(), "unexpected"),
    ],
)  # fmt: skip
def test_it_counts_what_the_engine_says_by_its_kind(alice, submit, process, grown, error, cause):
    def refuse(*_):
        raise error

    process.plain.before_step = refuse
    grown("housestyle_errors_total", cause=cause)
    submit(alice)
    process.work()
    assert grown("housestyle_errors_total", cause=cause) == 1


@pytest.mark.django_db
def test_it_counts_a_storage_that_takes_nothing(alice, submit, process, grown, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    grown("housestyle_errors_total", cause="delivery_failed")
    submit(alice)
    process.work()
    assert grown("housestyle_errors_total", cause="delivery_failed") == 1


@pytest.mark.django_db
def test_it_counts_leases_that_ran_out(alice, submit, grown):
    grown("housestyle_errors_total", cause="lease_ran_out")
    submit(alice)
    (row,) = scheduler.claim("worker-1", QUEUE)
    Generation.objects.update(lease_expires_at=row.created_at - timedelta(hours=1))
    recovery.recover()
    assert grown("housestyle_errors_total", cause="lease_ran_out") == 1


@pytest.fixture
def shared_cache(settings):
    """As with Redis: web and worker share what they know."""
    settings.REDIS_URL = "redis://shared"


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "came"), [(60, "in_time"), (-1, "late")])
def test_it_counts_whether_people_were_told_right(
    alice, submit, process, grown, shared_cache, monkeypatch, seconds, came
):
    monkeypatch.setattr("generation.progress.publish", lambda _: None)
    monkeypatch.setattr("generation.endings.publish", lambda _: None)
    monkeypatch.setattr("generation.progress._eta", lambda *_: (1, seconds))
    grown("housestyle_estimates_total", queue=QUEUE, came=came)
    row = submit(alice)
    progress.snapshot(row)
    # Later estimates change nothing: the first one is what somebody counted on.
    monkeypatch.setattr("generation.progress._eta", lambda *_: (1, -seconds))
    progress.snapshot(row)
    process.work()
    assert grown("housestyle_estimates_total", queue=QUEUE, came=came) == 1


@pytest.mark.django_db
def test_what_nobody_was_told_is_not_counted(alice, submit, process, grown):
    names = [{"queue": QUEUE, "came": came} for came in ("in_time", "late")]
    for labels in names:
        grown("housestyle_estimates_total", **labels)
    submit(alice)
    process.work()
    assert [grown("housestyle_estimates_total", **labels) for labels in names] == [0, 0]


@pytest.fixture
def door(settings):
    """The door of one worker on a free port."""
    settings.METRICS_TOKEN = ""
    server = worker_door.open_on(free_port())
    yield f"http://127.0.0.1:{server.server_port}/metrics"
    server.shutdown()
    server.server_close()


def read(address, **headers):
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def test_its_door_is_open_to_the_machine_itself(door):
    names = {family.name for family in text_string_to_metric_families(read(door))}
    assert {"housestyle_stage_seconds", "housestyle_errors", "process_open_fds"} <= names


def test_its_door_asks_for_the_token_where_there_is_one(door, settings):
    settings.METRICS_TOKEN = "a long token"
    with pytest.raises(urllib.error.HTTPError) as refused:
        read(door)
    assert refused.value.code == 401
    assert "HOUSESTYLE_METRICS_TOKEN" in refused.value.read().decode()
    assert "housestyle_stage_seconds" in read(door, Authorization="Bearer a long token")


def test_a_port_in_use_costs_figures_and_nothing_else(door, caplog):
    port = int(door.split(":")[2].split("/")[0])
    assert worker_door.open_on(port) is None
    assert "HOUSESTYLE_METRICS_PORT of its own" in caplog.text


def test_without_a_port_there_is_no_door():
    assert worker_door.open_on(0) is None
