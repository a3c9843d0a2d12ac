"""How painting goes, for people who know nothing of models."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from generation.models import Generation, Worker
from generation.watching.status import last_hours, status
from stylepacks.models import Checkpoint
from tests.stylepacks.factories import make_checkpoint, make_pack

QUEUE = "render.sd15.cpu"


@pytest.fixture
def painter(db):
    def listen(queue=QUEUE, is_ready=True):
        name = f"worker {queue}"
        return Worker.objects.create(name=name, queue=queue, device="cpu", is_ready=is_ready)

    return listen


@pytest.fixture
def ended(make_generation, alice):
    """ended(state, hours ago) with so many images."""

    def write(state="done", ago=0, seconds=4.0, count=1, **fields):
        row = make_generation(alice, state=state)
        moment = timezone.now() - timedelta(hours=ago)
        Generation.objects.filter(pk=row.pk).update(
            finished_at=moment, device_seconds=seconds * count, count=count, **fields
        )

    return write


def of_family(family, *packs):
    """Packs on a checkpoint of another family, as their shelf knows them."""
    checkpoint = make_checkpoint(slug=family)
    for slug in packs:
        make_pack(slug, checkpoint=checkpoint)
    Checkpoint.objects.filter(pk=checkpoint.pk).update(family=family)


def page(client, **headers):
    cache.clear()
    answer = client.get("/status/", **headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_that_nobody_waits(client, ink, painter, ended):
    painter()
    for _ in range(3):
        ended()
    said = page(client)
    for sentence in ("Ready to paint", "Your picture starts at once", "nobody waits", "about 4 s"):
        assert sentence in said
    assert "Pictures in every style" in said


def test_it_says_how_long_a_line_of_people_takes(
    client, ink, painter, ended, make_generation, alice, bob
):
    painter()
    for seconds in (3.0, 4.0, 4.0, 5.0, 8.0):
        ended(seconds=seconds)
    for person in (alice, alice, bob):
        make_generation(person, state="queued")
    said = page(client)
    assert "Painting is going on" in said
    assert "2 people wait" in said
    assert "16 to 27 s" in said


def test_long_waits_are_told_in_minutes(client, ink, painter, ended, make_generation, alice):
    painter()
    for _ in range(3):
        ended(seconds=50.0)
    for _ in range(4):
        make_generation(alice, state="queued")
    assert "about 4 min" in page(client)


def test_it_says_that_painting_has_stopped_and_that_nothing_is_lost(client, ink):
    said = page(client)
    assert "Painting has stopped" in said
    assert "Nothing is lost" in said
    assert "waits until painting goes on" in said


def test_it_says_when_a_painter_is_getting_ready(client, ink, painter):
    painter(is_ready=False)
    said = page(client)
    assert "Getting ready" in said
    assert "not measured yet" in said


def test_it_names_styles_and_not_models_where_lines_differ(client, ink, painter):
    of_family("sdxl", "oils", "gouache", "neon", "chalk")
    painter()
    said = page(client)
    assert "Some styles have to wait" in said
    assert "and 2 more" in said
    for technical in ("sdxl", "sd15", "render.", "cuda", "cpu"):
        assert technical not in said.split("<main")[1].split("</main")[0].lower()


def test_it_shows_trouble_of_this_hour_and_says_that_it_costs_nothing(client, ink, painter, ended):
    painter()
    ended()
    for _ in range(3):
        ended("failed")
    said = page(client)
    assert "Painting goes on, with trouble" in said
    assert "3 did not work and were not charged, the last one within this hour." in said


def test_a_single_failure_is_counted_but_is_no_alarm(client, ink, painter, ended):
    painter()
    ended(count=3)
    ended("failed", ago=5)
    said = page(client)
    assert "Ready to paint" in said
    assert "3 pictures in the last 24 hours. 1 did not work and was not charged" in said
    assert said.count('class="day__failed"') == 1


def test_hours_are_the_last_24_and_nothing_older(ended):
    ended(count=2)
    ended(ago=3)
    ended(ago=25)
    ended("cancelled")
    hours = last_hours()
    assert len(hours) == 24
    assert [hour.made for hour in hours if hour.made] == [1, 2]
    assert hours[-1].made == 2


def asked_by(client):
    with CaptureQueriesContext(connection) as asked:
        client.get("/status/")
    return len(asked)


def test_it_asks_the_same_few_questions_however_much_there_is(client, ink, painter, ended):
    cache.clear()
    client.get("/status/")
    cache.clear()
    few = asked_by(client)
    for number in range(5):
        of_family(f"family{number}", f"pack{number}")
        painter(f"render.family{number}.cpu")
        ended(queue=f"render.family{number}.cpu", ago=number)
    client.get("/")  # reads the shelf anew
    cache.clear()
    assert asked_by(client) == few <= 8
    assert asked_by(client) <= few - 7


def test_it_is_linked_from_every_page(client, ink):
    assert 'href="/status/"' in client.get("/packs/").content.decode()


def test_it_speaks_german(client, ink, painter):
    painter()
    with translation.override("en"):
        assert "Bereit zum Malen" in page(client, HTTP_ACCEPT_LANGUAGE="de")


def test_both_databases_count_the_same_hours(shared_database):
    make_pack("ink")
    assert len(last_hours()) == 24
    assert status().going == "away"
