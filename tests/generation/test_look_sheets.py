"""One prompt in every look: one hold for all tiles, exact whatever becomes of each of them."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.signals import guest_adopted
from generation import endings, look_sheets, places_in_line, recovery, scheduler, submission
from generation.look_sheets import LooksWish
from generation.models import FairShare, Favourite, Generation, LookSheet
from generation.submission import SubmissionError
from stylepacks.models import StylePack
from tests.generation.conftest import QUEUE, used_and_held
from tests.stylepacks.factories import make_checkpoint, make_lora, make_pack

pytestmark = pytest.mark.django_db

SMALL = {"width": 64, "height": 64, "steps": 8}
WORDS = "a red boat by the sea"


def make_drafting(checkpoint):
    checkpoint.draft_lora, checkpoint.draft_steps = make_lora("Quick"), 3
    checkpoint.save()


@pytest.fixture
def looks(ink):
    """Ink, wash and wood, of which the last is a print; Pip is a character."""
    make_drafting(ink.live_version.checkpoint)
    make_pack("wash", **SMALL)
    make_pack("wood", **SMALL)
    make_pack("pip", kind="character", template="{trigger}, {prompt}", **SMALL)
    StylePack.objects.filter(slug="wood").update(look_family="print")


@pytest.fixture
def ask(looks):
    def make(person, key=None, **wish):
        wish = {"prompt": WORDS, "seed": 7, **wish}
        return look_sheets.submit(person, LooksWish(**wish), key or uuid.uuid4().hex)

    return make


def states(sheet):
    return list(sheet.tiles.order_by("place").values_list("state", flat=True))


def slugs(sheet):
    return list(sheet.tiles.order_by("place").values_list("pack_version__pack__slug", flat=True))


class TestAsking:
    def test_it_queues_a_draft_a_look_and_holds_one_image(self, alice, ask):
        sheet = ask(alice)
        assert slugs(sheet) == ["ink", "wash", "wood"]
        recipes = [tile.recipe for tile in sheet.tiles.all()]
        assert {(recipe["quality"], recipe["count"], recipe["seed"]) for recipe in recipes} == {
            ("draft", 1, 7)
        }
        assert len({tile.batch_key for tile in sheet.tiles.all()}) == 3
        assert used_and_held(alice) == (0, 1)

    def test_it_rings_once_after_the_commit(
        self, alice, ask, quiet_house, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            ask(alice)
            assert quiet_house == []
        assert quiet_house == [QUEUE]

    def test_it_keeps_to_a_family(self, alice, ask):
        assert slugs(ask(alice, family="print")) == ["wood"]

    def test_it_puts_a_character_into_each_look(self, alice, ask):
        tile = ask(alice, character="pip").tiles.first()
        assert (
            tile.recipe["prompt"] == f"pip style, {WORDS}, {tile.recipe['packs'][1]['slug']} style"
        )
        assert tile.second_version.pack.slug == "pip"

    def test_it_makes_one_sheet_of_a_repeated_key(self, alice, bob, ask):
        first = ask(alice, key="k")
        assert ask(alice, key="k") == first
        assert ask(bob, key="k") != first
        assert (LookSheet.objects.count(), used_and_held(alice)) == (2, (0, 1))

    def test_it_gives_the_twin_back_when_two_posts_race(self, alice, ask, monkeypatch):
        first = ask(alice, key="k")
        Generation.objects.update(state="done")
        answers = iter([None, first])
        monkeypatch.setattr(look_sheets, "_with_key", lambda person, key: next(answers))
        assert ask(alice, key="k") == first
        assert used_and_held(alice) == (0, 1)

    def test_it_draws_one_seed_for_all_when_none_is_asked(self, alice, ask):
        sheet = ask(alice, seed=None)
        assert set(sheet.tiles.values_list("seed", flat=True)) == {sheet.seed}

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"prompt": " "}, "prompt_empty"),
            ({"prompt": "a" * 10_000}, "prompt_too_long"),
            ({"seed": -1}, "seed_invalid"),
            ({"family": "nothing"}, "family_unknown"),
            ({"character": "nobody"}, "pack_unknown"),
            ({"character": "wash"}, "packs_incompatible"),
            ({"key": "k" * 65}, "idempotency_key_invalid"),
        ],
    )
    def test_it_refuses_with_one_sentence_and_holds_nothing(self, alice, ask, wrong, code):
        with pytest.raises(SubmissionError) as refusal:
            ask(alice, **wrong)
        assert refusal.value.code == code
        assert str(refusal.value)[-1] == "."
        assert not LookSheet.objects.exists()
        assert used_and_held(alice) == (0, 0)

    def test_it_leaves_out_looks_without_drafts(self, alice, ask):
        make_pack("slow", checkpoint=make_checkpoint("elsewhere"), **SMALL)
        assert "slow" not in slugs(ask(alice))

    def test_it_says_when_no_look_makes_drafts(self, alice, ink):
        with pytest.raises(SubmissionError) as refusal:
            look_sheets.submit(alice, LooksWish(WORDS), "k")
        assert refusal.value.code == "draft_unavailable"

    def test_it_takes_no_more_looks_than_one_can_see(self, alice, ask, monkeypatch):
        monkeypatch.setattr(look_sheets, "MAX_TILES", 2)
        assert slugs(ask(alice)) == ["ink", "wash"]

    def test_it_makes_one_sheet_at_a_time(self, alice, bob, ask, process):
        ask(alice)
        with pytest.raises(SubmissionError, match="still being made") as refusal:
            ask(alice)
        assert refusal.value.code == "sheet_running"
        assert ask(bob)
        process.work()
        assert ask(alice)

    def test_it_says_when_the_allowance_is_used_up(self, alice, ask, submit, settings):
        settings.DAILY_ALLOWANCE = 1
        submit(alice)
        with pytest.raises(SubmissionError) as refusal:
            ask(alice)
        assert refusal.value.code == "allowance_used_up"
        assert not LookSheet.objects.exists()

    def test_it_leaves_room_for_pictures(self, alice, ask, submit, monkeypatch):
        monkeypatch.setattr(submission, "MAX_UNENDED", 2)
        ask(alice)
        assert submit(alice)

    def test_it_asks_the_database_as_often_for_many_looks(self, bob, ask):
        ask(bob)
        Generation.objects.update(state="done")
        few = self._queries(bob, ask)
        Generation.objects.update(state="done")
        for number in range(4):
            make_pack(f"more-{number}", **SMALL)
        assert self._queries(bob, ask) == few

    def _queries(self, person, ask):
        with CaptureQueriesContext(connection) as captured:
            ask(person)
        return len(captured)


class TestLedger:
    def test_it_charges_one_image_for_the_whole_sheet(self, alice, ask, process):
        sheet = ask(alice)
        process.work()
        assert states(sheet) == ["done"] * 3
        assert used_and_held(alice) == (1, 0)

    def test_it_charges_when_the_first_tile_arrives(self, alice, ask, process):
        sheet = ask(alice)
        process.plain.before_step = self._stop_after(process, 1, sheet)
        process.work()
        assert states(sheet).count("done") == 1
        assert used_and_held(alice) == (1, 0)

    def test_it_gives_back_when_no_tile_arrives(self, alice, ask, process, settings):
        settings.MAX_ATTEMPTS = 1
        sheet = ask(alice)
        process.plain.before_step = self._break
        process.work()
        assert states(sheet) == ["failed"] * 3
        assert used_and_held(alice) == (0, 0)

    def test_it_holds_until_the_last_tile_has_ended(self, alice, ask):
        first, second, third = ask(alice).tiles.order_by("place")
        for tile in (first, second):
            endings.failed(tile.pk, "It did not work.")
            assert used_and_held(alice) == (0, 1)
        endings.failed(third.pk, "It did not work.")
        assert used_and_held(alice) == (0, 0)

    def test_it_cancels_all_and_gives_back(self, alice, ask, process):
        sheet = ask(alice)
        look_sheets.cancel(sheet)
        assert states(sheet) == ["cancelled"] * 3
        assert used_and_held(alice) == (0, 0)
        assert process.work() == 0

    def test_it_keeps_what_is_ready_when_cancelled(self, alice, ask, process):
        sheet = ask(alice)
        process.plain.before_step = self._stop_after(process, 2, sheet)
        process.work()
        assert sorted(states(sheet)) == ["cancelled", "done", "done"]
        assert used_and_held(alice) == (1, 0)

    def _stop_after(self, process, tiles, sheet):
        def stop(request, step):
            if len(process.plain.requests) > tiles:
                look_sheets.cancel(sheet)

        return stop

    def _break(self, request, step):
        raise RuntimeError


class TestTryingAgain:
    def _fail(self, sheet, *places):
        for tile in sheet.tiles.filter(place__in=places):
            endings.failed(tile.pk, "It did not work.")

    def test_it_costs_nothing_for_a_failed_tile(self, alice, ask, process):
        sheet = ask(alice)
        self._fail(sheet, 1)
        process.work()
        assert states(sheet) == ["done", "failed", "done"]
        assert look_sheets.retry(sheet, 1) == 1
        assert look_sheets.retry(sheet, 1) == 0
        process.work()
        assert states(sheet) == ["done"] * 3
        assert slugs(sheet) == ["ink", "wash", "wood"]
        assert used_and_held(alice) == (1, 0)

    def test_it_holds_anew_what_was_given_back(self, alice, ask, process):
        sheet = ask(alice)
        look_sheets.cancel(sheet)
        assert look_sheets.retry(sheet) == 3
        assert used_and_held(alice) == (0, 1)
        look_sheets.cancel(sheet)
        assert used_and_held(alice) == (0, 0)
        look_sheets.retry(sheet)
        process.work()
        assert states(sheet) == ["done"] * 3
        assert used_and_held(alice) == (1, 0)

    def test_it_changes_nothing_when_the_allowance_is_used_up(self, alice, ask, submit, settings):
        settings.DAILY_ALLOWANCE = 1
        sheet = ask(alice)
        look_sheets.cancel(sheet)
        submit(alice)
        with pytest.raises(SubmissionError) as refusal:
            look_sheets.retry(sheet)
        assert refusal.value.code == "allowance_used_up"
        assert states(sheet) == ["cancelled"] * 3

    def test_it_waits_for_another_sheet(self, alice, ask):
        sheet = ask(alice)
        look_sheets.cancel(sheet)
        ask(alice)
        with pytest.raises(SubmissionError) as refusal:
            look_sheets.retry(sheet)
        assert refusal.value.code == "sheet_running"

    def test_it_keeps_a_tile_that_was_cancelled_after_its_image_came(self, alice, ask, process):
        sheet = ask(alice)
        process.work()
        sheet.tiles.filter(place=0).update(state="cancelled")
        assert look_sheets.retry(sheet) == 0


class TestTheLine:
    def test_it_does_not_hold_others_up(self, alice, bob, ask, submit, process):
        ask(alice)
        scheduler.claim("worker-1", QUEUE)
        his = submit(bob)
        assert scheduler.claim("worker-2", QUEUE) == [his]

    def test_it_lets_ones_own_pictures_go_first(self, alice, ask, submit):
        ask(alice)
        mine = submit(alice)
        assert places_in_line.line_of(QUEUE)[0] == (mine.pk, 1)
        assert scheduler.claim("worker-1", QUEUE) == [mine]

    def test_it_counts_the_seconds_that_were_spent(self, alice, ask, process):
        ask(alice)
        process.work()
        assert FairShare.objects.get(person=alice).served_seconds == pytest.approx(3 * 0.6)


class TestLosingAWorker:
    def test_it_recovers_a_tile_and_charges_once(self, alice, ask, process):
        sheet = ask(alice)
        (lost,) = scheduler.claim("worker-9", QUEUE)
        rendering = Generation.objects.filter(pk=lost.pk)
        rendering.update(state="rendering", lease_expires_at="2020-01-01T00:00Z")
        assert recovery.recover() == 1
        process.work()
        assert states(sheet) == ["done"] * 3
        lost.refresh_from_db()
        assert lost.attempts == 2
        assert used_and_held(alice) == (1, 0)

    def test_it_gives_back_when_the_last_tile_dies_with_its_worker(self, alice, ask, settings):
        settings.MAX_DEATHS = 1
        sheet = ask(alice, family="print")
        scheduler.claim("worker-9", QUEUE)
        Generation.objects.update(state="rendering", lease_expires_at="2020-01-01T00:00Z")
        recovery.recover()
        assert states(sheet) == ["failed"]
        assert used_and_held(alice) == (0, 0)


class TestForgetting:
    def test_it_deletes_rows_and_files(
        self, alice, ask, process, django_capture_on_commit_callbacks
    ):
        sheet = ask(alice)
        process.work()
        names = [tile.images.get().file.name for tile in sheet.tiles.all()]
        with django_capture_on_commit_callbacks(execute=True):
            look_sheets.delete(sheet)
        assert not Generation.objects.exists()
        assert not any(default_storage.exists(name) for name in names)
        assert used_and_held(alice) == (1, 0)

    def test_it_forgets_sheets_after_their_time(self, alice, ask, process):
        old = ask(alice)
        process.work()
        young = ask(alice)
        LookSheet.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
        recovery.sweep()
        assert list(LookSheet.objects.all()) == [young]

    def test_it_keeps_a_sheet_of_which_somebody_kept_a_draft(self, alice, ask, process):
        sheet = ask(alice)
        process.work()
        Favourite.objects.create(person=alice, image=sheet.tiles.first().images.get())
        LookSheet.objects.update(created_at=timezone.now() - timedelta(days=31))
        recovery.sweep()
        assert LookSheet.objects.exists()
        Favourite.objects.all().delete()
        recovery.sweep()
        assert not LookSheet.objects.exists()

    def test_it_keeps_them_for_ever_where_the_house_says_so(self, alice, ask, settings):
        settings.LOOKS_KEPT_DAYS = 0
        sheet = ask(alice)
        LookSheet.objects.update(created_at="2020-01-01T00:00Z")
        assert look_sheets.forget_old() == 0
        assert look_sheets.kept_until(sheet) is None


def test_it_goes_along_when_a_guest_signs_up(alice, bob, ask):
    ask(alice, key="k")
    sheet = ask(bob, key="k")
    guest_adopted.send(sender=type(alice), guest=bob, person=alice)
    sheet.refresh_from_db()
    assert sheet.person == alice
    assert set(sheet.tiles.values_list("person", flat=True)) == {alice.pk}
