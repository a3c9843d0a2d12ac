"""One generation's page in every state, its event stream, and who may see it."""

import asyncio

import pytest

from generation.event_stream import fragments
from generation.models import Generation, Worker

ODD = "a fox $& {prompt} <script>alert(1)</script> # مرحبا 🦊"


def page_of(client, row):
    response = client.get(f"/generations/{row.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_it_says_that_the_worker_is_away_and_nothing_is_lost(as_alice, alice, make_generation):
    page = page_of(as_alice, make_generation(alice, "queued"))
    assert "not running" in page
    assert "nothing is lost" in page
    assert "hx-sse:connect" in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_it_says_who_is_next(as_alice, alice, make_generation):
    Worker.objects.create(name="w", queue="render.sd15.cpu", device="cpu", is_ready=True)
    assert "You are next" in page_of(as_alice, make_generation(alice, "queued"))


def test_it_shows_steps_while_rendering(as_alice, alice, make_generation):
    Worker.objects.create(name="w", queue="render.sd15.cpu", device="cpu", is_ready=True)
    row = make_generation(alice, "rendering")
    Generation.objects.filter(pk=row.pk).update(step=8)
    page = page_of(as_alice, row)
    assert "Step 8 of 16" in page
    assert '<progress class="bar" max="100" value="50"' in page
    assert "Painting, 50 percent" in page


def test_it_shows_the_picture_and_what_to_do_next(as_alice, alice, make_generation):
    row = make_generation(alice, "done", count=2)
    page = page_of(as_alice, row)
    assert f"/generations/{row.pk}/1.png?download" in page
    assert "Make another" in page
    assert "Remix" in page
    assert "hx-sse" not in page
    assert "refresh" not in page


@pytest.mark.parametrize("state", ["failed", "cancelled", "blocked"])
def test_it_says_that_nothing_was_charged(as_alice, alice, make_generation, state):
    page = page_of(as_alice, make_generation(alice, state))
    assert "not charged" in page
    assert "Try again" in page


def test_it_shows_odd_words_literally(as_alice, alice, make_generation):
    page = page_of(as_alice, make_generation(alice, prompt=ODD))
    assert "<script>alert" not in page
    assert "a fox $&amp; {prompt} &lt;script&gt;alert(1)&lt;/script&gt; # مرحبا 🦊" in page


def test_it_hides_everything_from_strangers(client, as_bob, alice, make_generation):
    row = make_generation(alice)
    for path in ("", "events", "tile", "delete", "0.png", "0.webp"):
        assert client.get(f"/generations/{row.pk}/{path}").status_code == 404
        assert as_bob.get(f"/generations/{row.pk}/{path}").status_code == 404
    assert as_bob.post(f"/generations/{row.pk}/cancel").status_code == 404
    assert as_bob.post(f"/generations/{row.pk}/delete").status_code == 404
    assert Generation.objects.filter(pk=row.pk, state="done").exists()


def test_it_cancels_on_request(as_alice, alice, make_generation):
    row = make_generation(alice, "queued")
    assert as_alice.get(f"/generations/{row.pk}/cancel").status_code == 405
    as_alice.post(f"/generations/{row.pk}/cancel")
    row.refresh_from_db()
    assert row.state == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_it_streams_a_fragment_and_ends(alice, make_generation):
    row = make_generation(alice, prompt=ODD)
    context = {"generation": row, "csrf_token": "t", "key": "k", "is_guest": False}

    async def collect():
        return [event async for event in fragments(row, context)]

    events = asyncio.run(collect())
    assert events[-1] == "event: ended\ndata: ended\n\n"
    assert "Your picture is ready." in events[0]
    assert all(line.startswith("data: ") for line in events[0].rstrip().splitlines())


@pytest.mark.django_db(transaction=True)
def test_it_streams_changes_as_they_come(alice, make_generation, monkeypatch):
    monkeypatch.setattr("generation.event_stream.HEARTBEAT_SECONDS", 0.05)
    row = make_generation(alice, "rendering")
    context = {"generation": row, "csrf_token": "t", "key": "k", "is_guest": False}

    async def collect():
        seen = []
        async for event in fragments(row, context):
            seen.append(event)
            if len(seen) == 1:
                await Generation.objects.filter(pk=row.pk).aupdate(step=4)
            if "Step 4" in event or ("stopped" in event and len(seen) > 3):
                await Generation.objects.filter(pk=row.pk).aupdate(state="failed")
        return seen

    seen = asyncio.run(asyncio.wait_for(collect(), timeout=20))
    assert any(event.startswith(": ") for event in seen)
    assert "That did not work" in seen[-2]


def test_it_opens_the_stream_for_the_owner(as_alice, alice, make_generation):
    response = as_alice.get(f"/generations/{make_generation(alice).pk}/events")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"
    assert "no-cache" in response["Cache-Control"]
