"""While one batch renders, the next one's LoRAs are read; nothing is claimed or promised."""

import threading

import pytest
from django.db import DatabaseError

from generation import scheduler
from generation.models import Generation
from generation.reading_ahead import ReadAhead
from tests.generation.conftest import QUEUE, TestProcess
from tests.stylepacks.factories import make_pack

pytestmark = pytest.mark.django_db


@pytest.fixture
def neon(db):
    return make_pack("neon", width=64, height=64, steps=8)


def finish_reading():
    for thread in threading.enumerate():
        if thread.name == "read-ahead":
            thread.join(20)


def lora_of(generation):
    return [lora["sha256"] for lora in generation.recipe["loras"]]


@pytest.fixture
def in_order(process):
    """Steps wait for what is read, so that tests know when it has been read."""
    process.plain.before_step = lambda request, step: finish_reading()
    return process


def test_it_reads_the_loras_of_the_batch_that_comes_next(alice, bob, submit, neon, in_order):
    submit(alice)
    following = submit(bob, pack="neon")
    in_order.work()
    assert lora_of(following)
    ((_, family, read),) = in_order.plain.read_before
    assert (family, read) == ("sd15", lora_of(following))


def test_it_looks_without_claiming(alice, bob, submit, neon):
    first, second = submit(alice), submit(bob, pack="neon")
    seen = scheduler.upcoming([QUEUE], "")
    assert seen.pk == first.pk
    assert scheduler.upcoming([QUEUE, "render.sdxl.cpu"], second.batch_key).pk == second.pk
    assert scheduler.upcoming(["render.sdxl.cpu"], "") is None
    states = Generation.objects.values_list("state", "claim_token", "attempts")
    assert list(states) == [("queued", None, 0)] * 2


def test_it_reads_nothing_for_more_of_the_same_pack(alice, bob, submit, in_order):
    submit(alice)
    submit(bob)
    in_order.work()
    assert len(in_order.plain.requests) == 2
    assert in_order.plain.read_before == []


def test_it_wrongs_nobody_when_what_it_read_for_is_cancelled(alice, bob, submit, neon, process):
    first, cancelled = submit(alice), submit(bob, pack="neon")

    def cancel(request, step):
        finish_reading()
        Generation.objects.filter(pk=cancelled.pk).update(state="cancelled")

    process.plain.before_step = cancel
    process.work()
    assert len(process.plain.requests) == 1
    first.refresh_from_db()
    assert first.state == "done"


@pytest.mark.parametrize("error", [OSError("the disk is gone"), RuntimeError("no memory")])
def test_it_leaves_errors_to_the_render_itself(
    alice, bob, submit, neon, in_order, monkeypatch, error
):
    rows = [submit(alice), submit(bob, pack="neon")]

    def fail(*_):
        raise error

    monkeypatch.setattr(in_order.plain, "read_ahead", fail)
    in_order.work()
    assert [Generation.objects.get(pk=row.pk).state for row in rows] == ["done", "done"]


def test_it_costs_no_render_when_the_database_is_away(alice, submit, process, monkeypatch):
    def away(*_):
        raise DatabaseError("gone for a moment")

    row = submit(alice)
    monkeypatch.setattr(scheduler, "upcoming", away)
    monkeypatch.setattr("generation.reading_ahead.connection.close", lambda: None)
    process.work()
    row.refresh_from_db()
    assert row.state == "done"


def test_it_begins_nothing_once_the_worker_closes(alice, bob, submit, neon):
    row = submit(alice)
    submit(bob, pack="neon")
    process, ahead = TestProcess(), ReadAhead([QUEUE])
    ahead.close()
    ahead.begin(process.plain, row)
    finish_reading()
    assert process.plain.read_before == []


def test_it_reads_one_batch_at_a_time_and_closes_in_a_moment(alice, bob, submit, neon, monkeypatch):
    row, following = submit(alice), submit(bob, pack="neon")
    process, ahead, read = TestProcess(), ReadAhead([QUEUE]), []
    reading, may_end = threading.Event(), threading.Event()

    def slow(*asked):
        read.append(asked)
        reading.set()
        may_end.wait(20)

    monkeypatch.setattr("generation.reading_ahead.CLOSING_SECONDS", 0.05)
    monkeypatch.setattr(process.plain, "read_ahead", slow)
    Generation.objects.filter(pk=row.pk).delete()
    for _ in range(3):
        ahead.begin(process.plain, row)
        assert reading.wait(20)
    ahead.close()
    may_end.set()
    finish_reading()
    assert [asked[1] for asked in read] == [following.recipe["family"]]
