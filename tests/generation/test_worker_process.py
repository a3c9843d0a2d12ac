"""The process that owns a device: it announces itself, keeps its leases, and steps down."""

import time
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from generation import scheduler, worker_process
from generation.models import Generation, Worker
from tests.generation.conftest import QUEUE, TestProcess
from tests.stylepacks.factories import make_checkpoint

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
