"""The house's figures: how much waits, in rows and in device-seconds, whoever is asked."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts import allowance
from accounts.models import User
from generation import pace, scheduler
from generation.models import Generation, LookSheet, Worker
from generation.watching import facts, house_metrics
from tests.generation.conftest import QUEUE
from tests.stylepacks.factories import make_checkpoint, make_pack

MOST_QUERIES = 6


@pytest.fixture
def figure(db):
    """figure(name, **labels) as a scrape reads it now; None when it is not said."""

    def read(name, **labels):
        for family in text_string_to_metric_families(house_metrics.exposition().decode()):
            for sample in family.samples:
                if sample.name == f"housestyle_{name}" and sample.labels == labels:
                    return sample.value
        return None

    return read


@pytest.fixture
def made(ink, alice):
    """made(seconds) writes a generation of one image that took so many device-seconds."""

    def done(seconds, ago=timedelta(0), **fields):
        ended = {"state": "done", "finished_at": timezone.now() - ago}
        return write(alice, ink, seconds, **{**ended, **fields})

    return done


def write(person, pack, seconds, **fields):
    return Generation.objects.create(
        person=person,
        pack_version=pack.live_version,
        prompt="a boat",
        strength=85,
        count=1,
        seed=7,
        recipe={},
        idempotency_key=uuid.uuid4().hex,
        device_seconds=seconds,
        **{"queue": QUEUE, **fields},
    )


def listen(queue=QUEUE, name="worker-1", **fields):
    return Worker.objects.create(name=f"{name} {queue}", queue=queue, device="cpu", **fields)


def test_a_queue_says_its_depth_in_rows_and_in_device_seconds(figure, made, submit, alice, bob):
    for _ in range(5):
        made(4.0)
    submit(alice, count=2)
    submit(alice)
    submit(bob)
    assert figure("queue_generations", queue=QUEUE, state="waiting") == 3
    assert figure("queue_device_seconds", queue=QUEUE, state="waiting") == 16.0
    assert figure("queue_people", queue=QUEUE) == 2
    scheduler.claim("worker-1", QUEUE)
    assert figure("queue_generations", queue=QUEUE, state="running") == 1
    assert figure("queue_generations", queue=QUEUE, state="waiting") == 2


def test_tiles_of_a_sheet_cost_what_tiles_take(figure, made, alice):
    sheet = LookSheet.objects.create(person=alice, prompt="a boat", seed=7, idempotency_key="s")
    for place in range(4):
        made(4.0)
        made(1.0, sheet=sheet, place=place)
    for place in range(4, 7):
        made(0, sheet=sheet, place=place, state="queued", finished_at=None)
    assert figure("queue_device_seconds", queue=QUEUE, state="waiting") == 3.0
    assert figure("image_device_seconds", queue=QUEUE, kind="tile", quantile="0.5") == 1.0
    assert figure("image_device_seconds", queue=QUEUE, kind="picture", quantile="0.9") == 4.0


def test_a_pace_nobody_measured_is_the_schedulers(figure, submit, alice):
    submit(alice)
    assert figure("queue_device_seconds", queue=QUEUE, state="waiting") == 5.0
    assert figure("image_device_seconds", queue=QUEUE, kind="picture", quantile="0.5") is None


def test_an_idle_queue_says_zero_and_not_nothing(figure):
    make_checkpoint(slug="xl", family="sdxl")
    idle = "render.sdxl.cpu"
    assert figure("queue_device_seconds", queue=idle, state="waiting") == 0
    assert figure("queue_oldest_seconds", queue=idle) == 0
    assert figure("workers_alive", queue=idle) == 0
    assert figure("ended_last_hour", queue=idle, ending="failed") == 0


def test_the_expected_wait_shares_the_line_among_workers(figure, made, submit, alice):
    for _ in range(5):
        made(4.0)
    for _ in range(4):
        submit(alice)
    assert figure("queue_expected_wait_seconds", queue=QUEUE, quantile="0.5") is None
    listen(is_ready=True)
    assert figure("queue_expected_wait_seconds", queue=QUEUE, quantile="0.5") == 16 + 4
    listen(name="worker-2")
    assert figure("queue_expected_wait_seconds", queue=QUEUE, quantile="0.5") == 8 + 4
    assert figure("workers_alive", queue=QUEUE) == 2
    assert figure("workers_ready", queue=QUEUE) == 1


def test_a_worker_that_went_silent_is_not_alive(figure, ink):
    listen(last_seen_at=timezone.now() - timedelta(minutes=5))
    assert figure("workers_alive", queue=QUEUE) == 0


def test_the_oldest_says_how_long_it_has_waited(figure, submit, alice):
    row = submit(alice)
    Generation.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    assert figure("queue_oldest_seconds", queue=QUEUE) == pytest.approx(120, abs=30)


def test_endings_and_holds_of_the_last_hour(figure, made, submit, alice):
    made(4.0)
    made(0, state="failed")
    made(0, state="failed", ago=timedelta(hours=2))
    assert figure("ended_last_hour", queue=QUEUE, ending="done") == 1
    assert figure("ended_last_hour", queue=QUEUE, ending="failed") == 1
    kept, given_back = submit(alice, count=2), submit(alice)
    allowance.settle(str(kept.pk), 0)
    allowance.release(str(given_back.pk))
    assert figure("holds_open") == 1
    assert figure("holds_closed_last_hour", how="settled") == 1
    assert figure("holds_closed_last_hour", how="released") == 1


def scrape():
    with CaptureQueriesContext(connection) as asked:
        house_metrics.exposition()
    return len(asked)


def test_a_scrape_asks_the_same_few_questions_however_much_there_is(made, submit, alice):
    submit(alice)
    few = scrape()
    for number in range(6):
        queue = f"render.family{number}.cuda"
        listen(queue)
        for _ in range(5):
            made(3.0, queue=queue)
        made(0, queue=queue, state="queued", finished_at=None)
    assert few == scrape() <= MOST_QUERIES


def test_paces_of_many_queues_are_those_of_each_alone(made, db):
    for seconds in (1.0, 2.0, 3.0, 4.0):
        made(seconds)
        made(10 * seconds, queue="render.sdxl.cuda")
    made(9.0, queue="render.flux.cuda")
    lines = [(queue, False) for queue in (QUEUE, "render.sdxl.cuda", "render.flux.cuda")]
    together = pace.paces(lines)
    assert together == {line: pace.paces([line])[line] for line in lines[:2]}
    assert together[lines[1]] == pytest.approx((25.0, 37.0))
    assert pace.paces([]) == {}


def test_only_the_newest_count_for_the_pace(made, db):
    for _ in range(pace.MEASURED_ROWS):
        made(2.0)
        made(50.0, ago=timedelta(hours=3))
    assert pace.paces([(QUEUE, False)])[QUEUE, False] == (2.0, 2.0)


def test_both_databases_understand_every_question(shared_database):
    """The union of paces is put together by hand, and each database has its own dialect."""
    ink = make_pack("ink")
    alice = User.objects.create(username="alice")
    listen(is_ready=True)
    for seconds in (2.0, 2.0, 2.0, 0.0):
        state = {"state": "done", "finished_at": timezone.now()} if seconds else {}
        write(alice, ink, seconds, **state)
    assert pace.paces([(QUEUE, False), (QUEUE, True)]) == {(QUEUE, False): (2.0, 2.0)}
    (here,) = facts.queues()
    assert (here.waiting.pictures, here.workers, here.expected_wait) == (1, 1, (4.0, 4.0))
    assert b'housestyle_ended_last_hour{ending="done",queue="render.sd15.cpu"} 3.0' in (
        house_metrics.exposition()
    )
