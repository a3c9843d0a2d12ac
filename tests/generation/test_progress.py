"""What people see while they wait."""

import asyncio
import base64
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.cache import cache
from django.utils import timezone

from generation import endings, progress, scheduler, step_reports
from generation.models import Generation, StepPreview, Worker
from generation.progress import snapshot, watch
from tests.generation.conftest import QUEUE

pytestmark = pytest.mark.django_db
PATIENCE = 60


@pytest.fixture
def worker(db):
    return Worker.objects.create(name="worker-1", queue=QUEUE, device="cpu")


def now(generation):
    cache.clear()
    return snapshot(Generation.objects.get(pk=generation.pk))


def test_it_tells_the_place_in_the_order_of_service(alice, bob, submit, worker):
    first, third, second = submit(alice), submit(alice), submit(bob)
    assert [now(row).place for row in (first, second, third)] == [1, 2, 3]
    scheduler.claim("worker-1", QUEUE)
    assert now(first).place is None


def test_it_says_whether_a_worker_is_alive(alice, submit, worker, settings):
    generation = submit(alice)
    assert now(generation).worker_alive
    silent = timezone.now() - timedelta(seconds=3 * settings.PULSE_SECONDS + 1)
    Worker.objects.update(last_seen_at=silent)
    assert not now(generation).worker_alive
    Worker.objects.update(last_seen_at=timezone.now(), queue="render.sdxl.cuda")
    assert not now(generation).worker_alive


def test_it_shows_steps_previews_and_then_images(alice, submit, process, worker, monkeypatch):
    monkeypatch.setattr(step_reports, "REPORT_SECONDS", 0)
    generation, seen = submit(alice, count=2), []
    process.plain.before_step = lambda request, step: seen.append(now(generation))
    process.work()
    assert [one.step for one in seen] == list(range(16))
    assert all(one.total == 16 for one in seen)
    assert seen[8].percent == 50
    data = base64.b64encode(b"webp").decode()
    assert seen[4].previews == {0: f"data:image/webp;base64,{data}"}
    assert [len(one.images) for one in (seen[7], seen[8])] == [0, 1]
    done = now(generation)
    assert (done.state, done.percent, done.previews, len(done.images)) == ("done", 100, {}, 2)


class TestEstimates:
    @pytest.fixture
    def measured(self, alice, submit):
        for seconds in (4, 5, 6, 7):
            submit(alice)
            Generation.objects.filter(state="queued").update(
                state="done", device_seconds=seconds, finished_at=timezone.now()
            )

    def test_it_knows_nothing_before_it_has_measured(self, alice, submit, worker):
        assert now(submit(alice)).eta is None

    def test_it_knows_nothing_without_a_worker(self, alice, submit, measured):
        assert now(submit(alice)).eta is None

    def test_it_counts_the_images_ahead(self, alice, bob, submit, measured, worker):
        own = submit(alice, count=2)
        low, high = now(own).eta
        assert 10 <= low < high <= 14
        other = submit(bob, count=1)
        cache.clear()
        ahead = 1 if now(own).place == 2 else 0
        assert now(own).eta[0] == round(5.5 * (2 + ahead))
        assert now(other).eta is not None

    def test_it_counts_down(self, alice, submit, measured, worker):
        generation = submit(alice)
        Generation.objects.filter(pk=generation.pk).update(
            state="rendering", step=12, total_steps=16
        )
        assert now(generation).eta == (1, 2)


class TestWatching:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_it_shows_each_change_and_ends(self, alice, submit):
        generation = submit(alice)

        async def look():
            seen = []
            async for one in watch(generation.pk):
                seen.append(one.state.value)
                if one.state == "queued":
                    await sync_to_async(endings.cancelled)(generation.pk)
            return seen

        assert async_to_sync(look)() == ["queued", "cancelled"]

    def test_it_says_nothing_while_nothing_changes(self, alice, submit):
        generation = submit(alice)

        async def look():
            changes = watch(generation.pk)
            await anext(changes)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(changes), 0.8)

        async_to_sync(look)()

    def test_it_ends_when_the_row_is_gone(self, alice, submit):
        generation = submit(alice)
        Generation.objects.all().delete()

        async def look():
            return [one async for one in watch(generation.pk)]

        assert async_to_sync(look)() == []


def test_it_survives_a_redis_that_is_away(alice, submit, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    progress._redis.cache_clear()
    progress.publish(submit(alice).pk)


def test_it_forgets_previews_of_what_has_ended(alice, submit):
    generation = submit(alice)
    scheduler.claim("worker-1", QUEUE)
    StepPreview.objects.create(generation=generation, index=0, step=4, webp=b"webp")
    endings.cancelled(generation.pk)
    assert not StepPreview.objects.exists()


@pytest.mark.production
class TestWakingByRedis:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_it_is_woken_before_its_next_look(
        self,
        alice,
        submit,
        settings,
        redis_url,
        monkeypatch,
    ):
        settings.REDIS_URL = redis_url
        # Whoever is not woken does not look again before this test is over.
        monkeypatch.setattr(progress, "LONG_POLL_SECONDS", 3600.0)
        progress._redis.cache_clear()
        generation = submit(alice)

        async def look():
            changes = watch(generation.pk)
            await anext(changes)
            waiting = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0.3)
            await sync_to_async(endings.cancelled)(generation.pk)
            return (await asyncio.wait_for(waiting, PATIENCE)).state

        assert async_to_sync(look)() == "cancelled"
