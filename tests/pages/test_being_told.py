"""Finished while its person looked elsewhere: every page says so until it was seen."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Generation
from generation.pictures.unseen import MOST, ready_for

BADGE = 'class="ready"'


def header_of(client, address="/packs/"):
    return client.get(address).content.decode()


def test_it_says_what_is_ready_and_leads_there(as_alice, alice, make_generation):
    row = make_generation(alice)
    page = header_of(as_alice)
    assert f'class="ready" href="/generations/{row.pk}/">1<span class="ready__word"> ready' in page
    assert BADGE not in header_of(as_alice, f"/generations/{row.pk}/")
    assert BADGE not in header_of(as_alice)


def test_it_counts_several_and_leads_to_all(as_alice, alice, make_generation):
    for _ in range(2):
        make_generation(alice)
    assert 'class="ready" href="/images/">2<' in header_of(as_alice)
    assert BADGE not in header_of(as_alice, "/images/")
    assert ready_for(alice) is None


def test_it_stops_counting_at_many(as_alice, alice, make_generation):
    for _ in range(MOST + 2):
        make_generation(alice)
    assert f">{MOST}+<" in header_of(as_alice)


@pytest.mark.parametrize("state", ["queued", "rendering", "failed", "cancelled"])
def test_it_says_nothing_of_what_is_not_done(as_alice, alice, make_generation, state):
    row = make_generation(alice, state)
    assert BADGE not in header_of(as_alice)
    as_alice.post(f"/generations/{row.pk}/seen")
    row.refresh_from_db()
    assert row.seen_at is None


def test_it_takes_a_picture_opened_large_for_seen(as_alice, alice, make_generation):
    row = make_generation(alice)
    as_alice.get(f"/generations/{row.pk}/0/")
    assert ready_for(alice) is None


def test_it_takes_a_page_that_filled_while_looked_at_for_seen(as_alice, alice, make_generation):
    row = make_generation(alice)
    assert as_alice.get(f"/generations/{row.pk}/seen").status_code == 405
    assert as_alice.post(f"/generations/{row.pk}/seen").status_code == 204
    assert ready_for(alice) is None


def test_it_tells_strangers_nothing(as_bob, alice, make_generation):
    row = make_generation(alice)
    assert BADGE not in header_of(as_bob)
    assert as_bob.post(f"/generations/{row.pk}/seen").status_code == 404
    assert BADGE not in header_of(Client())
    assert ready_for(alice).newest == row.pk


def test_it_asks_one_small_query_however_much_there_is(alice, make_generation):
    with CaptureQueriesContext(connection) as few:
        ready_for(alice)
    for _ in range(MOST + 5):
        make_generation(alice)
    with CaptureQueriesContext(connection) as many:
        ready_for(alice)
    assert len(few) == len(many) == 1
    plan = " ".join(
        str(row) for row in connection.cursor().execute("EXPLAIN QUERY PLAN " + many[0]["sql"])
    )
    assert "unseen_of_person" in plan


def test_it_leaves_a_program_alone(as_alice, alice, ink):
    asked = {"pack": "ink", "prompt": "a red boat"}
    made = as_alice.post("/api/generations", asked, content_type="application/json")
    assert made.status_code == 201
    Generation.objects.update(state="done")
    assert ready_for(alice) is None
