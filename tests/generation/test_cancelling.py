"""A person changes their mind, at any moment of a generation's life."""

import pytest

from accounts import allowance
from generation import endings, scheduler
from generation.models import Generation
from generation.states import State
from tests.generation.conftest import QUEUE

pytestmark = pytest.mark.django_db


def used_and_held(person):
    meter = allowance.meter(person)
    return meter.used, meter.held


def test_it_releases_what_waits(alice, submit, process):
    generation = submit(alice, count=2)
    endings.cancelled(generation.pk)
    assert process.work() == 0
    generation.refresh_from_db()
    assert (generation.state, used_and_held(alice)) == ("cancelled", (0, 0))


@pytest.mark.parametrize("state", ["claimed", "rendering", "delivering"])
def test_it_stops_what_is_being_made(alice, submit, state):
    generation = submit(alice)
    scheduler.claim("worker-1", QUEUE)
    Generation.objects.update(state=state)
    assert endings.cancelled(generation.pk)
    assert used_and_held(alice) == (0, 0)


def test_it_keeps_images_that_are_ready(alice, submit, process):
    generation = submit(alice, count=3)

    def cancel(request, step):
        if request.images[0].key.endswith("/1"):
            endings.cancelled(generation.pk)

    process.plain.before_step = cancel
    process.work()
    generation.refresh_from_db()
    assert generation.state == "cancelled"
    assert [image.index for image in generation.images.all()] == [0]
    assert len(process.plain.requests) == 2
    assert used_and_held(alice) == (1, 0)


@pytest.mark.parametrize("state", ["done", "failed", "cancelled", "blocked"])
def test_it_leaves_what_has_ended(alice, submit, state):
    generation = submit(alice)
    Generation.objects.update(state=state)
    assert not endings.cancelled(generation.pk)
    generation.refresh_from_db()
    assert State(generation.state) == state
