"""Deliveries beside the render loop: real threads, on the database each profile has."""

import threading
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts import allowance
from accounts.models import User
from generation import delivery, delivery_desk, endings, fair_share, recovery, worker_process
from generation.delivery_desk import DeliveryDesk
from generation.models import GeneratedImage, Generation
from stylepacks import previews
from tests.generation.conftest import TestProcess
from tests.house import wait_until
from tests.shared_databases import PROFILES, default_database, empty
from tests.stylepacks.factories import make_pack

PATIENCE = 20


@pytest.fixture(scope="module", params=PROFILES)
def kept_database(request, django_db_setup, django_db_blocker):
    url = request.getfixturevalue(f"{request.param}_url")
    with django_db_blocker.unblock(), default_database(url):
        yield


@pytest.fixture
def db(kept_database):
    """Every fixture that asks for the database gets one that threads share."""
    yield
    empty()


class Worker(TestProcess):
    """A worker that delivers beside its loop, as the real one does."""

    def __init__(self, name="worker-1"):
        super().__init__(name)
        self.desk = DeliveryDesk(worker_process.is_stopping, worker_process.close_connection)


@pytest.fixture
def process(db):
    return Worker()


@pytest.fixture
def storage(monkeypatch):
    return Storage(monkeypatch)


class Storage:
    """The real storage behind a door that a test may shut; keeps the order of what came in."""

    def __init__(self, monkeypatch):
        self.put, self.began = [], threading.Event()
        self._door, self._save = threading.Event(), default_storage.save
        self._door.set()
        monkeypatch.setattr(default_storage, "save", self.save)

    def save(self, key, content):
        self.began.set()
        assert self._door.wait(PATIENCE)
        self.put.append(key)
        return self._save(key, content)

    def shut(self):
        self._door.clear()

    def open(self):
        self._door.set()


@contextmanager
def working(process):
    """The worker's loop in a thread of its own while the block runs; raises what it raises."""
    raised = []

    def work():
        try:
            process.work()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    loop = threading.Thread(target=work)
    loop.start()
    try:
        yield
    finally:
        loop.join(PATIENCE)
    assert not loop.is_alive()
    assert not raised


def soon(condition):
    wait_until(condition, PATIENCE, "it did not come to this")


def states():
    return Counter(Generation.objects.values_list("state", flat=True))


def used_and_held(person):
    meter = allowance.meter(person)
    return meter.used, meter.held


def require_each_once(*generations):
    """Every image is there once, charged once, and nothing else is."""
    for generation in generations:
        generation.refresh_from_db()
        assert generation.state == "done"
        indices = list(generation.images.order_by("index").values_list("index", flat=True))
        assert indices == list(range(generation.count))
        for image in generation.images.all():
            assert len(default_storage.open(image.file.name).read()) == image.byte_size
            assert default_storage.exists(image.thumbnail.name)
    asked = Counter()
    for generation in generations:
        asked[generation.person] += generation.count
    assert {person: used_and_held(person) for person in asked} == {
        person: (count, 0) for person, count in asked.items()
    }


class TestOverlap:
    def test_a_slow_storage_does_not_stop_the_next_render(self, alice, submit, process, storage):
        first, second = submit(alice), submit(alice)
        storage.shut()
        with working(process):
            soon(lambda: states() == {"delivering": 2})
            assert [len(process.plain.requests), storage.put] == [2, []]
            storage.open()
        require_each_once(first, second)
        assert process._held == set()

    def test_nothing_begins_before_the_next_render_shows_a_step(
        self, alice, submit, process, storage, monkeypatch
    ):
        monkeypatch.setattr(delivery_desk, "ASIDE_SECONDS", PATIENCE)
        submit(alice, count=2)
        began = []
        process.plain.before_step = lambda request, step: began.append(storage.began.wait(0.05))
        process.work()
        assert not any(began[:9])
        assert began[-1]

    def test_no_more_than_one_render_waits(self, alice, submit, process, storage):
        rows = [submit(alice) for _ in range(5)]
        storage.shut()
        with working(process):
            soon(lambda: states() == {"delivering": 3, "queued": 2})
            assert not process.desk.is_idle(within=0.5)
            assert states() == {"delivering": 3, "queued": 2}
            storage.open()
        require_each_once(*rows)

    def test_the_images_of_a_generation_arrive_in_order(self, alice, submit, process, storage):
        rows = [submit(alice, count=4), submit(alice, count=2)]
        process.work()
        pictures = [key for key in storage.put if key.endswith(".png")]
        assert pictures == [
            delivery.image_key(row.pk, index) for row in rows for index in range(row.count)
        ]
        require_each_once(*rows)

    def test_it_shows_delivering_once_all_is_rendered(self, alice, submit, process, storage):
        generation, seen = submit(alice, count=2), []

        def look(request, step):
            if request.images[0].key.endswith("/1"):
                assert storage.began.wait(PATIENCE)
                generation.refresh_from_db()
                seen.append(generation.state)

        process.plain.before_step = look
        storage.shut()
        with working(process):
            soon(lambda: states() == {"delivering": 1})
            storage.open()
        assert set(seen) == {"rendering"}
        require_each_once(generation)

    def test_the_thread_ends_after_its_work(self, alice, submit, process, monkeypatch):
        monkeypatch.setattr(delivery_desk, "LINGER_SECONDS", 0.1)
        submit(alice)
        process.work()
        wait_until(lambda: process.desk._thread is None, PATIENCE, "the thread stays")

    def test_what_is_delivered_counts_once_in_the_line(self, alice, submit, process, storage):
        submit(alice)
        waiting = submit(alice)
        Generation.objects.filter(pk=waiting.pk).update(queue="elsewhere")
        storage.shut()
        with working(process):
            soon(lambda: states() == {"delivering": 1, "queued": 1})
            (meanwhile,) = fair_share.turns_of("elsewhere")
            storage.open()
        assert states() == {"done": 1, "queued": 1}
        (afterwards,) = fair_share.turns_of("elsewhere")
        assert meanwhile.standing == afterwards.standing


class TestLeases:
    def test_they_are_kept_for_what_waits_and_what_is_delivered(
        self, alice, submit, process, storage
    ):
        rows = [submit(alice) for _ in range(2)]
        storage.shut()
        with working(process):
            soon(lambda: states() == {"delivering": 2})
            soon_over = timezone.now() + timedelta(seconds=1)
            Generation.objects.update(lease_expires_at=soon_over)
            process._renew()
            assert all(row.lease_expires_at > soon_over for row in Generation.objects.all())
            assert recovery.recover() == 0
            storage.open()
        require_each_once(*rows)

    def test_the_loser_of_one_delivers_nothing(self, alice, submit, process, storage):
        generation = submit(alice)
        storage.shut()
        with working(process):
            soon(storage.began.is_set)
            Generation.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
            assert recovery.recover() == 1
            storage.open()
        # The loop itself claims the row again, as any other worker could.
        require_each_once(generation)
        assert len(process.plain.requests) == 2


class TestCancelling:
    def test_between_render_and_delivery(self, alice, bob, submit, process, storage):
        first, unwanted = submit(alice), submit(bob)
        storage.shut()
        with working(process):
            soon(lambda: states() == {"delivering": 2})
            endings.cancelled(unwanted.pk)
            storage.open()
        require_each_once(first)
        unwanted.refresh_from_db()
        assert (unwanted.state, unwanted.images.count()) == ("cancelled", 0)
        assert used_and_held(bob) == (0, 0)
        assert not any(str(unwanted.pk) in key for key in storage.put)

    def test_while_it_is_stored(self, alice, submit, process, storage):
        generation = submit(alice)
        storage.shut()
        with working(process):
            soon(storage.began.is_set)
            endings.cancelled(generation.pk)
            storage.open()
        assert not GeneratedImage.objects.exists()
        assert not default_storage.exists(delivery.image_key(generation.pk, 0))
        assert used_and_held(alice) == (0, 0)


BREAKS = {
    "before encoding": (delivery, "signed"),
    "before storing": (default_storage, "save"),
    "after storing, before the row": (delivery, "_record"),
    "after the row, before the charge": (allowance, "settle"),
    "after the charge, before the last word": (endings, "done"),
}


class TestFailures:
    @pytest.mark.parametrize("error", [RuntimeError("a bug"), DatabaseError("gone")])
    @pytest.mark.parametrize("place", BREAKS)
    def test_nothing_is_lost_and_nothing_arrives_twice(
        self, alice, bob, submit, process, monkeypatch, place, error
    ):
        module, name = BREAKS[place]
        real, failed = getattr(module, name), []

        def fail_once(*given, **named):
            if not failed:
                failed.append(place)
                raise error
            return real(*given, **named)

        monkeypatch.setattr(module, name, fail_once)
        hit, neighbour = submit(alice, count=2), submit(bob, count=2)
        process.work()
        assert (failed, process._held) == ([place], set())
        assert states()["done"] >= 1
        Generation.objects.update(retry_at=None)
        process.work()
        require_each_once(hit, neighbour)

    def test_a_database_that_is_away_longer_leaves_the_row_to_its_lease(
        self, alice, submit, process, monkeypatch
    ):
        def away(*_, **__):
            raise DatabaseError("gone")

        generation = submit(alice)
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "signed", away)
            patch.setattr(endings, "move", away)
            process.work()
        assert (states(), process._held) == ({"delivering": 1}, set())
        Generation.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        assert recovery.recover() == 1
        process.work()
        require_each_once(generation)

    def test_what_no_handler_may_keep_is_raised_in_the_loop(
        self, alice, submit, process, monkeypatch
    ):
        class Ended(BaseException):
            pass

        def end(*_):
            raise Ended

        generation = submit(alice)
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "signed", end)
            with pytest.raises(Ended):
                process.work()
        soon(process.desk.is_idle)
        Generation.objects.update(retry_at=None)
        process.work()
        require_each_once(generation)


class TestStopping:
    def test_what_is_rendered_still_arrives_and_the_rest_goes_back(
        self, alice, submit, process, storage
    ):
        rendered, begun, waiting = (submit(alice) for _ in range(3))

        def stop_in_the_second(request, step):
            if request.images[0].key.startswith(str(begun.pk)) and step == 3:
                assert storage.began.wait(PATIENCE)
                worker_process.ask_to_stop()
                storage.open()

        process.plain.before_step = stop_in_the_second
        storage.shut()
        process.work()
        require_states(rendered=(rendered, "done", 1), begun=(begun, "queued", 0))
        require_states(waiting=(waiting, "queued", 0))
        assert process._held == set()
        restart(process)
        require_each_once(rendered, begun, waiting)

    def test_what_does_not_arrive_in_time_goes_back_untouched(
        self, alice, submit, process, storage, monkeypatch
    ):
        monkeypatch.setattr(delivery_desk, "STOP_SECONDS", 0.5)
        rows = [submit(alice) for _ in range(4)]
        storage.shut()
        with working(process):
            soon(lambda: states() == {"delivering": 3, "queued": 1})
            worker_process.ask_to_stop()
        assert states() == {"queued": 4}
        assert set(Generation.objects.values_list("attempts", flat=True)) == {0}
        storage.open()
        soon(lambda: process.desk.is_idle(within=1))
        assert not GeneratedImage.objects.exists()
        restart(process)
        require_each_once(*rows)


def require_states(**rows):
    for name, (row, state, attempts) in rows.items():
        row.refresh_from_db()
        assert (row.state, row.attempts) == (state, attempts), name


def restart(process):
    worker_process._stop_flag[0] = 0
    process.plain.before_step = lambda request, step: None
    process.work()


def test_a_trial_is_answered_after_its_delivery(curator, process, db):
    draft = make_pack("draft", published=False, width=64, height=64).versions.get()
    preview = previews.request(draft, "a red boat", curator)
    process.work()
    preview.refresh_from_db()
    assert (preview.state, preview.images.count()) == ("done", 2)
    assert not Generation.objects.exists()
    assert User.objects.filter(pk=curator.pk).exists()
