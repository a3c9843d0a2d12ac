"""Workers that die, stall or are asked to stop; disks that are full; devices that are lost."""

import errno
import uuid
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from generation import endings, parcels, recovery, scheduler, worker_process
from generation.engine.contract import DeviceLost
from generation.models import FairShare, Generation, Incident, StepPreview, Worker
from tests.generation.conftest import QUEUE, TestProcess, used_and_held

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What no handler catches, as kill -9."""


def expire(*generations):
    rows = Generation.objects.filter(pk__in=[row.pk for row in generations])
    rows.update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def die_at(process, image, step):
    def before_step(request, now):
        if request.images[0].key.endswith(f"/{image}") and now == step:
            raise Killed

    process.plain.before_step = before_step
    with pytest.raises(Killed):
        process.work()
    process.plain.before_step = lambda request, step: None


def test_a_person_without_a_counter_is_in_the_line(alice, submit):
    generation = submit(alice)
    FairShare.objects.all().delete()
    assert scheduler.claim("worker-1", QUEUE) == [generation]


class TestKilledWorkers:
    def test_their_rows_are_finished_once_and_charged_once(self, alice, submit, process):
        generation = submit(alice, count=3)
        die_at(process, image=1, step=3)
        generation.refresh_from_db()
        assert (generation.state, used_and_held(alice)) == ("rendering", (1, 2))

        expire(generation)
        assert recovery.sweep() == 1
        second = TestProcess("worker-2")
        second.work()

        generation.refresh_from_db()
        assert (generation.state, generation.attempts) == ("done", 2)
        rendered = [order.key[-1] for request in second.plain.requests for order in request.images]
        assert rendered == ["1", "2"]
        assert generation.images.count() == 3
        assert used_and_held(alice) == (3, 0)

    def test_they_lose_nothing_between_the_last_image_and_the_last_word(
        self, alice, submit, process, monkeypatch
    ):
        generation = submit(alice)

        def killed(*_):
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(endings, "done", killed)
            with pytest.raises(Killed):
                process.work()
        expire(generation)
        recovery.sweep()
        process.plain.requests.clear()
        process.work()
        generation.refresh_from_db()
        assert (generation.state, process.plain.requests) == ("done", [])
        assert used_and_held(alice) == (1, 0)

    def test_a_row_that_kills_every_worker_fails_and_is_released(self, alice, submit, process):
        generation = submit(alice, count=2)
        for _ in range(2):
            die_at(process, image=0, step=1)
            expire(generation)
            recovery.sweep()
        generation.refresh_from_db()
        assert (generation.state, generation.deaths) == ("failed", 2)
        assert "not charged" in generation.error
        assert used_and_held(alice) == (0, 0)

    def test_their_successor_takes_their_rows_back_at_once(self, alice, submit, process):
        generation = submit(alice)
        die_at(process, image=0, step=1)
        assert recovery.recover_held_by("worker-2") == 0
        assert recovery.recover_held_by("worker-1") == 1
        generation.refresh_from_db()
        assert generation.state == "queued"


class TestSweeping:
    def test_it_leaves_rows_with_a_fresh_lease(self, alice, submit):
        generation = submit(alice)
        scheduler.claim("worker-1", QUEUE)
        assert recovery.sweep() == 0
        generation.refresh_from_db()
        assert generation.state == "claimed"

    def test_it_moves_a_row_once_when_two_sweep_at_once(self, alice, submit, monkeypatch):
        generation = submit(alice)
        scheduler.claim("worker-1", QUEUE)
        expire(generation)
        seen_by_both = list(recovery._running())
        assert recovery.sweep() == 1
        monkeypatch.setattr(recovery, "_running", lambda: _Listed(seen_by_both))
        assert recovery.sweep() == 0

    def test_it_lets_a_lease_be_that_was_renewed_meanwhile(self, alice, submit):
        generation = submit(alice)
        (claimed,) = scheduler.claim("worker-1", QUEUE)
        assert not endings.left_behind(claimed, claimed.claim_token, lease_ran_out=True)
        generation.refresh_from_db()
        assert generation.state == "claimed"

    def test_it_rings_for_what_waits(self, alice, submit, quiet_house):
        submit(alice)
        submit(alice)
        quiet_house.clear()
        recovery.sweep()
        assert quiet_house == [QUEUE, QUEUE]

    def test_it_forgets_old_previews_and_workers(self, alice, submit):
        generation = submit(alice)
        StepPreview.objects.create(generation=generation, index=0, step=4, webp=b"webp")
        gone = timezone.now() - timedelta(hours=2)
        Worker.objects.create(name="old", queue=QUEUE, device="cpu", last_seen_at=gone)
        Worker.objects.create(name="new", queue=QUEUE, device="cpu")
        recovery.sweep()
        assert not StepPreview.objects.exists()
        assert Worker.objects.get().name == "new"


class _Listed(list):
    def filter(self, *_, **__):
        return self


class TestLostLeases:
    def test_the_loser_delivers_nothing(self, alice, submit, process):
        generation = submit(alice, count=2)
        other = uuid.uuid4()

        def lose(request, step):
            if step == 6:
                Generation.objects.filter(pk=generation.pk).update(claim_token=other)

        process.plain.before_step = lose
        process.work()
        generation.refresh_from_db()
        assert (generation.state, generation.claim_token) == ("rendering", other)
        assert not generation.images.exists()
        assert not default_storage.exists(f"generations/{generation.pk}/0.png")
        assert used_and_held(alice) == (0, 2)

    def test_the_loser_does_not_deliver_what_it_has_finished(
        self, alice, submit, process, monkeypatch
    ):
        generation = submit(alice)
        store = default_storage.save

        def cancelled_meanwhile(key, content):
            endings.cancelled(generation.pk)
            return store(key, content)

        monkeypatch.setattr(default_storage, "save", cancelled_meanwhile)
        process.work()
        generation.refresh_from_db()
        assert generation.state == "cancelled"
        assert not generation.images.exists()
        assert not default_storage.exists(f"generations/{generation.pk}/0.png")
        assert used_and_held(alice) == (0, 0)

    def test_the_loser_leaves_the_winners_files_when_its_disk_is_full(
        self, alice, submit, process, monkeypatch
    ):
        generation = submit(alice)
        store, tries = default_storage.save, []

        def lose_then_fill(key, content):
            tries.append(key)
            if len(tries) > 1:
                return store(key, content)
            expire(generation)
            recovery.sweep()
            TestProcess("worker-2").work()
            return _disk_is_full()

        monkeypatch.setattr(default_storage, "save", lose_then_fill)
        process.work()
        generation.refresh_from_db()
        assert (generation.state, used_and_held(alice)) == ("done", (1, 0))
        assert default_storage.exists(f"generations/{generation.pk}/0.png")
        assert default_storage.exists(f"thumbnails/{generation.pk}/0.webp")


class TestStopping:
    def test_it_gives_work_back_within_a_step_and_counts_no_try(self, alice, submit, process):
        generation = submit(alice, count=2)

        def stop(request, step):
            if step == 3:
                worker_process.ask_to_stop()

        process.plain.before_step = stop
        process.work()
        generation.refresh_from_db()
        assert (generation.state, generation.attempts) == ("queued", 0)
        assert len(process.plain.requests) == 1
        assert used_and_held(alice) == (0, 2)

    def test_it_claims_nothing_more(self, alice, submit, process):
        submit(alice)
        worker_process.ask_to_stop()
        assert process.work() == 0


class TestFullDisks:
    def test_it_waits_and_tries_again(self, alice, submit, process, monkeypatch):
        generation = submit(alice)
        with monkeypatch.context() as patch:
            patch.setattr(default_storage, "save", _disk_is_full)
            process.work()
        generation.refresh_from_db()
        assert (generation.state, generation.attempts) == ("queued", 1)
        assert generation.retry_at > timezone.now()
        assert used_and_held(alice) == (0, 1)

        Generation.objects.update(retry_at=None)
        process.work()
        generation.refresh_from_db()
        assert (generation.state, used_and_held(alice)) == ("done", (1, 0))

    def test_it_gives_up_with_a_sentence_and_charges_nothing(
        self, alice, submit, process, monkeypatch
    ):
        generation = submit(alice, count=2)
        monkeypatch.setattr(default_storage, "save", _disk_is_full)
        for _ in range(parcels.STORAGE_TRIES):
            Generation.objects.update(retry_at=None)
            process.work()
        generation.refresh_from_db()
        assert generation.state == "failed"
        assert "could not be stored" in generation.error
        assert used_and_held(alice) == (0, 0)

    def test_it_costs_the_neighbours_nothing(
        self, alice, bob, submit, process, monkeypatch, settings
    ):
        settings.RENDER_DEVICE = "cuda"
        unlucky, lucky = submit(alice), submit(bob)
        store = default_storage.save

        def full_for_alice(key, content):
            return _disk_is_full() if str(unlucky.pk) in key else store(key, content)

        monkeypatch.setattr(default_storage, "save", full_for_alice)
        assert process.work() == 1
        unlucky.refresh_from_db()
        lucky.refresh_from_db()
        assert (unlucky.state, lucky.state) == ("queued", "done")


def _disk_is_full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


class TestLostDevices:
    @pytest.fixture
    def lost(self, process, monkeypatch):
        """Every render loses the device; yields the calls that are to end the process."""
        ends = []
        monkeypatch.setattr("threading.Timer", lambda *call: ends.append(call) or Mock())

        def lose(request, on_step):
            raise DeviceLost("The device stopped answering.", retryable=True)

        monkeypatch.setattr(process.plain, "render", lose)
        return ends

    def test_a_row_goes_back_with_evidence_and_the_process_ends(self, alice, submit, process, lost):
        first, second = submit(alice), submit(alice)
        assert process.work() == 1
        assert (len(lost), process.work()) == (1, 0)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, first.deaths, first.refusals) == ("queued", 1, 0)
        assert first.incidents.get().cause == Incident.Cause.DIED
        assert (second.state, second.attempts) == ("queued", 0)
        assert TestProcess("worker-2").work() == 2
        first.refresh_from_db()
        assert (first.state, used_and_held(alice)) == ("done", (2, 0))

    def test_a_row_that_loses_two_is_set_aside(self, alice, submit, process, lost):
        generation = submit(alice)
        process.work()
        process._is_broken = False
        process.work()
        generation.refresh_from_db()
        assert (generation.state, generation.deaths) == ("failed", 2)
        assert used_and_held(alice) == (0, 0)
