"""The process that owns a device: it announces itself, keeps its leases, and steps down."""

import os
import time
import uuid
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from django.db import InterfaceError
from django.utils import timezone

from generation import scheduler, worker_process
from generation.devices import EngineUnopened, guidances_to_compile
from generation.engine.contract import DeviceLost
from generation.models import Generation, Worker
from generation.worker_process import WorkerProcess
from stylepacks.models import Lora
from tests.generation.conftest import QUEUE, TestProcess
from tests.stylepacks.factories import make_checkpoint, make_pack

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(monkeypatch):
    """No threads: what they would do is called by hand."""

    class Thread:
        def __init__(self, **_):
            pass

        def start(self):
            pass

    monkeypatch.setattr("threading.Thread", Thread)


def lease_of(generation):
    generation.refresh_from_db()
    return generation.lease_expires_at


def test_it_announces_itself_before_it_is_ready(process, silent, quiet_house):
    make_checkpoint()
    process.open()
    worker = Worker.objects.get()
    assert (worker.queue, worker.is_ready) == (QUEUE, False)
    assert quiet_house == [QUEUE]
    process._warm_up()
    worker.refresh_from_db()
    assert (worker.is_ready, worker.loaded_checkpoint) == (True, "starter/weights/starter")


def test_it_takes_the_place_of_its_killed_predecessor(alice, submit, silent, db):
    generation = submit(alice)
    TestProcess("worker-1").open()
    scheduler.claim("worker-1", QUEUE)
    TestProcess("worker-1").open()
    generation.refresh_from_db()
    assert generation.state == "queued"
    assert Worker.objects.count() == 1


def test_its_pulse_outlives_a_beat_that_failed(process, settings, monkeypatch):
    settings.PULSE_SECONDS = 0
    monkeypatch.setattr(worker_process.connection, "close", lambda: None)
    beats = []

    def renew():
        beats.append("beat")
        if len(beats) == 1:
            raise InterfaceError("connection already closed")
        process._closed.set()

    monkeypatch.setattr(process, "_renew", renew)
    process._beat()
    assert beats == ["beat", "beat"]


def test_it_renews_the_leases_it_holds_and_no_others(alice, bob, submit, process):
    ours, others = submit(alice), submit(bob)
    (claimed,) = scheduler.claim("worker-1", QUEUE)
    scheduler.claim("worker-2", QUEUE)
    soon = timezone.now() + timedelta(seconds=1)
    Generation.objects.update(lease_expires_at=soon)
    with process.holding(claimed.claim_token):
        process._renew()
    assert lease_of(ours) > soon
    assert lease_of(others) == soon
    Generation.objects.update(lease_expires_at=soon)
    process._renew()
    assert lease_of(ours) == soon


def test_it_lets_go_of_leases_when_the_work_has_hung(alice, submit, process):
    generation = submit(alice)
    (claimed,) = scheduler.claim("worker-1", QUEUE)
    before = lease_of(generation)
    with process.holding(claimed.claim_token):
        process._alive_at = time.monotonic() - worker_process.HUNG_SECONDS - 1
        process._renew()
        assert lease_of(generation) == before


def test_it_announces_itself_again_when_it_was_forgotten(process):
    process._renew()
    assert Worker.objects.get().queue == QUEUE


def test_it_takes_its_row_down_when_it_ends(process, silent):
    process.open()
    process.close()
    assert not Worker.objects.exists()


def test_it_notes_what_the_device_holds(alice, submit, process, silent):
    process.open()
    generation = submit(alice)
    process.work()
    worker = Worker.objects.get()
    assert worker.is_ready
    assert worker.loaded_batch_key == generation.batch_key


def test_it_opens_once(monkeypatch, silent, db):
    monkeypatch.setattr(worker_process, "_current", None)
    first = worker_process.open_once(f"worker-{uuid.uuid4()}", (QUEUE,))
    assert worker_process.open_once("another", (QUEUE,)) is first


def test_it_shows_the_queue_and_the_workers_to_staff(client, curator, alice, submit, process):
    generation = submit(alice)
    process._announce(is_ready=True)
    client.force_login(curator)
    for name in ("generation", "worker", "fairshare"):
        assert client.get(f"/admin/generation/{name}/").status_code == 200
    page = client.get(f"/admin/generation/generation/{generation.pk}/change/")
    assert page.status_code == 200
    assert client.get("/admin/generation/generation/add/").status_code == 403


def test_it_tells_staff_once_what_was_given_up_for_want_of_memory(
    alice, submit, process, silent, client, curator, caplog
):
    process.open()
    process.plain.given_up = ("smaller batch", "tiled decode")
    for _ in range(2):
        submit(alice)
    process.work()
    assert Worker.objects.get().memory_note == "smaller batch, tiled decode"
    said = [record for record in caplog.records if "memory ran short" in record.message]
    assert len(said) == 1
    client.force_login(curator)
    assert "smaller batch, tiled decode" in client.get("/admin/generation/worker/").text
    process.plain.given_up = ()
    submit(alice)
    process.work()
    assert Worker.objects.get().memory_note == ""


@pytest.fixture
def compiling(settings):
    settings.RENDER_DEVICE, settings.COMPILE = "cuda", "blocks"


def test_it_takes_no_work_before_it_is_warm(process, silent, quiet_house, compiling):
    make_checkpoint()
    process.open()
    assert not process.takes_work
    assert not Worker.objects.get().is_ready

    def warm_up(*_):
        assert not process.takes_work
        assert not Worker.objects.get().is_ready
        return process.plain.warm

    process.plain.warm_up = warm_up
    process._renew()
    process._warm_up()
    assert process.takes_work
    assert Worker.objects.get().is_ready
    # Once when it came, once when it was ready: what waited meanwhile is taken now.
    assert quiet_house == [QUEUE, QUEUE]


def test_it_takes_work_at_once_where_nothing_is_compiled(process, silent, settings, quiet_house):
    make_checkpoint()
    process.open()
    assert process.takes_work
    settings.RENDER_DEVICE, settings.COMPILE = "cuda", "off"
    assert process.takes_work
    process._warm_up()
    assert quiet_house == [QUEUE]


def test_it_takes_work_when_the_warm_up_failed(process, silent, compiling, caplog):
    def fail(*_):
        raise RuntimeError("the driver is too old")

    make_checkpoint()
    process.plain.warm_up = fail
    process.open()
    process._warm_up()
    assert process.takes_work
    assert not Worker.objects.get().is_ready
    assert "the driver is too old" in caplog.text


def test_it_warms_up_the_size_its_checkpoint_was_made_for(process, silent, settings):
    made = make_checkpoint()
    process._warm_up()
    assert process.plain.warmed[0][2] == ((made.default_width, made.default_height),)
    settings.COMPILED_SIZES = ["1024x1024", "832x1216"]
    process._warm_up()
    assert process.plain.warmed[1][2] == ((1024, 1024), (832, 1216))


def test_it_compiles_for_what_published_looks_ask_for():
    assert guidances_to_compile(make_checkpoint()) == ()
    guided = make_pack("guided").live_version.checkpoint
    assert guidances_to_compile(guided) == (4.0,)
    guided.draft_lora = Lora.objects.first()
    assert guidances_to_compile(guided) == (4.0, 1.0)


def test_it_warms_up_a_checkpoint_that_it_is_asked_for(silent, compiling, db):
    make_checkpoint(is_default=True)
    own = make_checkpoint(slug="dreamer-xl", family="sdxl", is_default=False, location="dreamer-xl")
    process = TestProcess()
    process.queues = ("render.sdxl.cuda",)
    process._warm_up()
    assert [family for _, family, _ in process.plain.warmed] == [own.family]


def test_it_says_what_could_not_be_compiled(process, silent, compiling, caplog):
    make_checkpoint()
    process.plain.warm = SimpleNamespace(passes=(), failures=("decoder: no compiler",))
    process._warm_up()
    assert "Rendered without being compiled: decoder: no compiler" in caplog.text


@pytest.fixture
def broken(process, monkeypatch):
    """A process that finds no engine; yields what it would call when its time is over."""
    calls = []
    monkeypatch.setattr(process, "renderer", partial(WorkerProcess.renderer, process))
    monkeypatch.setattr(worker_process, "open_renderer", lambda: __import__("no_such_engine"))
    monkeypatch.setattr("threading.Timer", lambda *call: calls.append(call) or Mock())
    return calls


def test_without_an_engine_it_steps_down_and_ends(process, silent, broken, quiet_house, caplog):
    make_checkpoint()
    process.open()
    process._warm_up()
    assert "no_such_engine" in caplog.text
    assert not process.takes_work
    assert Worker.objects.count() == 0
    assert broken == [(worker_process.BROKEN_SECONDS, os._exit, [os.EX_UNAVAILABLE])]
    assert quiet_house == [QUEUE]
    with pytest.raises(EngineUnopened):
        process.renderer()
    assert len(broken) == 1


def test_what_it_claimed_before_it_knew_costs_no_try(alice, submit, process, silent, broken):
    first, second = submit(alice), submit(alice)
    process.open()
    assert process.work() == 1
    for generation in (first, second):
        generation.refresh_from_db()
        assert (generation.state, generation.attempts) == ("queued", 0)
    assert process.work() == 0


def test_it_steps_down_when_its_warm_up_loses_the_device(process, silent, broken, compiling):
    def fail(*_):
        raise DeviceLost("The device stopped answering.")

    make_checkpoint()
    process.open()
    process.renderer = lambda: SimpleNamespace(warm_up=fail)
    process._warm_up()
    assert not process.takes_work
    assert len(broken) == 1


def test_its_task_leaves_rows_to_others_until_it_is_warm(
    alice, submit, process, silent, compiling, monkeypatch
):
    from generation import tasks

    generation = submit(alice)
    monkeypatch.setattr(worker_process, "open_once", lambda *_: process)
    monkeypatch.setattr(tasks, "_render_queues", lambda: (QUEUE,))
    assert tasks.render(QUEUE) == 0
    generation.refresh_from_db()
    assert generation.state == "queued"
    process._warm_up()
    assert tasks.render(QUEUE) == 1


def test_a_machine_with_a_wrong_clock_takes_no_work(alice, submit, process, silent, monkeypatch):
    generation = submit(alice)
    process.open()
    process._renew()
    real = timezone.now
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: real() + timedelta(hours=1))
        process._renew()
        assert process.work() == 0
    process._renew()
    assert process.work() == 1
    generation.refresh_from_db()
    assert generation.state == "done"
