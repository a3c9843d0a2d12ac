"""The pages of a sheet of looks: asked for in the studio, watched, compared, tried again."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import allowance, tokens
from generation import look_progress, look_sheets
from generation.event_stream import events
from generation.look_views import _changes, _context
from generation.models import GeneratedImage, Generation, LookSheet
from tests.pages.conftest import PNG
from tests.stylepacks.factories import make_lora, make_pack

ODD = "a fox $& {prompt} <script>alert(1)</script> # مرحبا 🦊"


@pytest.fixture
def looks(ink, fox):
    checkpoint = ink.live_version.checkpoint
    checkpoint.draft_lora = make_lora("Quick")
    checkpoint.save()
    make_pack("wash")
    make_pack("wood")


def ask(client, **typed):
    typed = {"key": "k", "prompt": "a red boat", "pack": "ink", "count": "1", "seed": "7", **typed}
    return client.post("/looks/", typed)


def arrive(tile):
    tile.state = "done"
    tile.save()
    image = GeneratedImage(
        generation=tile, index=0, seed=7, width=512, height=512, byte_size=4, sha256="e" * 64
    )
    image.file.save(f"generations/{tile.pk}/0.png", ContentFile(PNG), save=False)
    image.thumbnail.save(f"generations/{tile.pk}/0.thumb.webp", ContentFile(b"w"), save=False)
    image.save()


@pytest.fixture
def sheet(as_alice, looks):
    ask(as_alice)
    return LookSheet.objects.get()


@pytest.fixture
def address(sheet):
    return f"/looks/{sheet.pk}/"


def tiles(sheet):
    return list(sheet.tiles.order_by("place"))


class TestTheStudio:
    def test_it_offers_every_look_for_one_picture(self, client, looks):
        page = client.get("/create/").content.decode()
        assert "All looks · 3" in page
        assert "All of them take 1 picture" in page

    def test_it_offers_nothing_where_no_look_makes_drafts(self, client, ink):
        assert "every-look" not in client.get("/create/").content.decode()

    def test_it_makes_one_sheet_of_a_double_click(self, as_alice, looks):
        first, second = ask(as_alice), ask(as_alice)
        sheet = LookSheet.objects.get()
        assert first.status_code == 302
        assert first["Location"] == second["Location"] == f"/looks/{sheet.pk}/"
        assert sheet.seed == 7

    @pytest.mark.parametrize("picked", [{"pack": "fox"}, {"pack": "ink", "second": "fox"}])
    def test_it_takes_the_character_along(self, as_alice, looks, picked):
        ask(as_alice, **picked)
        sheet = LookSheet.objects.get()
        assert sheet.character.pack.slug == "fox"
        assert "with Fox" in as_alice.get(f"/looks/{sheet.pk}/").content.decode()

    def test_it_makes_a_sheet_for_a_guest(self, client, looks):
        page = client.post("/looks/", {"key": "k", "prompt": "a red boat"}, follow=True)
        assert page.status_code == 200
        assert "Create an account" in page.content.decode()

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"prompt": " "}, "Describe the picture you want"),
            ({"seed": "abc"}, "The seed is a whole number"),
            ({"family": "nothing"}, "pick another family, or all"),
            ({"prompt": "x" * 501}, "shorten it"),
        ],
    )
    def test_it_tells_what_is_wrong_and_keeps_what_was_typed(
        self, as_alice, looks, typed, sentence
    ):
        response = ask(as_alice, **{"prompt": "a red boat at sea", **typed})
        page = response.content.decode()
        assert response.status_code == 422
        assert sentence in page
        if "prompt" not in typed:
            assert "a red boat at sea</textarea>" in page
        assert not LookSheet.objects.exists()

    def test_it_says_that_one_sheet_is_still_being_made(self, as_alice, sheet):
        response = ask(as_alice, key="another")
        assert response.status_code == 422
        assert "still being made" in response.content.decode()

    def test_it_opens_the_studio_for_a_plain_visit(self, client, looks):
        assert client.get("/looks/")["Location"] == "/create/"


class TestWatching:
    def test_it_shows_each_look_waiting(self, as_alice, sheet, address):
        page = as_alice.get(address).content.decode()
        assert page.count("Waiting</span>") == 3
        assert "0 of 3 looks" in page
        assert "The render worker is not running" in page
        assert f'hx-sse:connect="{address}events"' in page
        assert '<noscript><meta http-equiv="refresh"' in page

    def test_it_fills_in_tile_by_tile(self, as_alice, sheet, address):
        arrive(tiles(sheet)[1])
        page = as_alice.get(address).content.decode()
        assert "1 of 3 looks" in page
        assert f"/generations/{tiles(sheet)[1].pk}/0.webp" in page
        assert 'name="look" value="wash"' in page

    def test_it_ends_with_what_to_do_next(self, as_alice, sheet, address):
        for tile in tiles(sheet):
            arrive(tile)
        page = as_alice.get(address).content.decode()
        assert "All 3 looks are ready" in page
        assert "Another seed" in page
        assert "hx-sse" not in page
        assert "kept until" in page

    def test_it_offers_another_try_for_what_did_not_work(self, as_alice, sheet, address):
        first, *others = tiles(sheet)
        arrive(first)
        Generation.objects.filter(pk__in=[row.pk for row in others]).update(state="failed")
        page = as_alice.get(address).content.decode()
        assert "1 of 3 looks" in page
        assert "Try the missing 2 again" in page
        as_alice.post(f"{address}retry", {"place": "1"})
        assert [tile.state for tile in tiles(sheet)] == ["done", "queued", "failed"]
        as_alice.post(f"{address}retry", {"place": "nonsense"})
        assert [tile.state for tile in tiles(sheet)] == ["done", "queued", "queued"]

    def test_it_says_that_a_cancelled_sheet_costs_nothing(self, as_alice, alice, sheet, address):
        assert as_alice.post(f"{address}cancel").status_code == 302
        page = as_alice.get(address).content.decode()
        assert "Cancelled" in page
        assert "You were not charged." in page
        assert allowance.meter(alice).held == 0

    def test_it_says_why_it_cannot_try_again(self, as_alice, sheet, address):
        as_alice.post(f"{address}cancel")
        ask(as_alice, key="another")
        page = as_alice.post(f"{address}retry", follow=True).content.decode()
        assert "still being made" in page

    def test_it_opens_the_studio_filled_in(self, as_alice, looks):
        ask(as_alice, prompt=ODD)
        sheet = LookSheet.objects.get()
        arrive(tiles(sheet)[0])
        page = as_alice.get(f"/looks/{sheet.pk}/").content.decode()
        assert "<script>alert(1)" not in page
        link = page.split('class="look__link" href="')[1].split('"')[0].replace("&amp;", "&")
        studio = as_alice.get(link).content.decode()
        assert "a fox $&amp; {prompt} &lt;script&gt;" in studio
        assert 'value="final" checked' in studio
        assert 'name="seed" inputmode="numeric" autocomplete="off" value="7"' in studio

    def test_it_makes_one_properly_with_the_same_seed(self, as_alice, sheet, address):
        arrive(tiles(sheet)[0])
        sent = {"key": "k", "prompt": sheet.prompt, "seed": str(sheet.seed), "pack": "wash"}
        response = as_alice.post("/create/", sent)
        made = Generation.objects.get(sheet=None)
        assert response["Location"] == f"/generations/{made.pk}/"
        assert (made.seed, made.recipe["quality"]) == (7, "final")

    def test_it_sends_only_what_changed(self, rf, as_alice, alice, sheet):
        request = rf.get("/")
        request.user = alice
        shown = _changes(_context(request, sheet))
        assert shown(look_progress.snapshot(sheet)).count("<hx-partial") == 4
        arrive(tiles(sheet)[1])
        later = shown(look_progress.snapshot(sheet))
        assert later.count("<hx-partial") == 2
        assert 'hx-target="#look-1"' in later

    def test_it_asks_the_database_as_often_for_many_looks(self, as_alice, sheet, address):
        few = self._queries(as_alice, address)
        as_alice.post(f"{address}cancel")
        for number in range(5):
            make_pack(f"more-{number}")
        ask(as_alice, key="another")
        for tile in tiles(LookSheet.objects.first()):
            arrive(tile)
        assert self._queries(as_alice, f"/looks/{LookSheet.objects.first().pk}/") <= few

    def _queries(self, client, address):
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)


@pytest.mark.django_db(transaction=True)
def test_it_streams_what_changed_and_ends(sheet):
    first, *others = tiles(sheet)
    moments = look_progress.watch(sheet)

    async def collect():
        shown = _changes({"sheet": sheet, "csrf_token": "t", "key": "k", "kept_until": None})
        seen = []
        async for event in events(moments, shown):
            seen.append(event)
            if len(seen) == 1:
                await sync_to_async(arrive)(first)
                rest = Generation.objects.filter(pk__in=[tile.pk for tile in others])
                await rest.aupdate(state="failed")
        return seen

    seen = asyncio.run(asyncio.wait_for(collect(), timeout=20))
    assert seen[-1] == "event: ended\ndata: ended\n\n"
    assert "1 of 3 looks" in seen[-2]


def test_it_opens_the_stream_for_the_owner(as_alice, sheet, address):
    look_sheets.cancel(sheet)
    response = as_alice.get(f"{address}events")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"


class TestComparing:
    @pytest.fixture
    def ready(self, sheet):
        for tile in tiles(sheet):
            arrive(tile)

    def test_it_shows_the_two_that_are_named(self, as_alice, ready, address):
        page = as_alice.get(f"{address}compare", {"look": ["wood", "ink"]}).content.decode()
        assert page.index("in Wood") < page.index("in Ink")
        assert 'aria-label="Divider between Wood and Ink"' in page

    @pytest.mark.parametrize("asked", [{}, {"look": "wood"}, {"look": ["wood", "wood", "gone"]}])
    def test_it_fills_in_what_is_not_named(self, as_alice, ready, address, asked):
        response = as_alice.get(f"{address}compare", asked)
        assert response.status_code == 200
        assert "duel__range" in response.content.decode()

    def test_it_says_when_there_are_no_two(self, as_alice, sheet, address):
        page = as_alice.get(f"{address}compare").content.decode()
        assert "None of the looks is ready yet" in page
        arrive(tiles(sheet)[0])
        page = as_alice.get(f"{address}compare").content.decode()
        assert "Only one look is ready so far" in page


class TestMyImages:
    def test_it_lists_a_sheet_once(self, as_alice, sheet, address):
        page = as_alice.get("/images/").content.decode()
        assert page.count('class="tile"') == 1
        assert f'href="{address}"' in page
        assert f'hx-get="{address}entry"' in page
        for tile in tiles(sheet):
            arrive(tile)
        assert "hx-get" not in as_alice.get(f"{address}entry").content.decode()

    def test_it_asks_the_database_as_often_for_many_sheets(
        self, as_alice, alice, sheet, make_generation
    ):
        make_generation(alice)
        few = self._queries(as_alice)
        for key in "abc":
            look_sheets.cancel(sheet)
            ask(as_alice, key=key)
            sheet = LookSheet.objects.first()
            make_generation(alice)
        assert self._queries(as_alice) == few

    def test_it_deletes_the_sheet_after_asking(self, as_alice, sheet, address):
        arrive(tiles(sheet)[0])
        tile = tiles(sheet)[0]
        assert as_alice.get(f"/generations/{tile.pk}/delete")["Location"] == f"{address}delete"
        assert "Delete for good" in as_alice.get(f"{address}delete").content.decode()
        page = as_alice.post(f"{address}delete", follow=True).content.decode()
        assert "Deleted." in page
        assert not LookSheet.objects.exists()

    def _queries(self, client):
        with CaptureQueriesContext(connection) as captured:
            client.get("/images/")
        return len(captured)


@pytest.mark.parametrize("path", ["", "events", "entry", "delete", "compare"])
def test_it_hides_a_sheet_from_everybody_else(as_bob, client, address, path):
    from django.test import Client

    assert as_bob.get(address + path).status_code == 404
    assert Client().get(address + path).status_code == 404


@pytest.mark.parametrize("path", ["cancel", "retry", "delete"])
def test_it_lets_nobody_else_act(as_bob, sheet, address, path):
    assert as_bob.post(address + path).status_code == 404
    assert [tile.state for tile in tiles(sheet)] == ["queued"] * 3


class TestForPrograms:
    @pytest.fixture
    def call(self, client, alice, looks):
        headers = {"Authorization": f"Bearer {tokens.issue(alice, 'test')}"}

        def make(path="", **wish):
            address = f"/api/looks{path}"
            if not wish and not path.endswith(("cancel", "retry")):
                return client.get(address, headers=headers)
            sent = {
                "content_type": "application/json",
                "headers": {**headers, "Idempotency-Key": "k"},
            }
            return client.post(address, wish, **sent)

        return make

    def test_it_asks_and_looks(self, call):
        response = call(prompt="a red boat", seed=7)
        made = response.json()
        assert response.status_code == 201
        assert (made["made"], made["total"], made["ended"]) == (0, 3, False)
        assert [tile["pack"] for tile in made["tiles"]] == ["ink", "wash", "wood"]
        assert call(prompt="a red boat", seed=7).json()["id"] == made["id"]
        arrive(tiles(LookSheet.objects.get())[0])
        now = call(f"/{made['id']}").json()
        assert now["tiles"][0]["url"].endswith("/0.png")
        assert [one["id"] for one in call().json()] == [made["id"]]

    def test_it_cancels_and_tries_again(self, call):
        made = call(prompt="a red boat").json()
        assert call(f"/{made['id']}/cancel").json()["ended"]
        assert not call(f"/{made['id']}/retry").json()["ended"]

    def test_it_refuses_with_a_sentence_and_a_code(self, call):
        assert call(prompt=" ").json()["code"] == "prompt_empty"
        refused = call(prompt="x", family="nothing")
        assert (refused.status_code, refused.json()["code"]) == (422, "family_unknown")

    def test_it_hides_what_is_not_theirs(self, client, bob, call):
        made = call(prompt="a red boat").json()
        headers = {"Authorization": f"Bearer {tokens.issue(bob, 'test')}"}
        for path in ("", "/cancel", "/retry"):
            send = client.post if path else client.get
            assert send(f"/api/looks/{made['id']}{path}", headers=headers).status_code == 404

    def test_it_lists_tiles_under_their_sheet_alone(self, client, alice, call):
        call(prompt="a red boat")
        headers = {"Authorization": f"Bearer {tokens.issue(alice, 'other')}"}
        assert client.get("/api/generations", headers=headers).json()["count"] == 0
