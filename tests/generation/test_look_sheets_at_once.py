"""Many workers and many clicks on one sheet: its one image is charged or given back once."""

import pytest

from accounts import allowance
from accounts.models import AllowanceHold, User
from generation import endings, look_sheets, scheduler
from generation.look_sheets import LooksWish
from generation.models import Generation, LookSheet
from generation.submission import SubmissionError
from tests.generation.conftest import QUEUE
from tests.shared_databases import together
from tests.stylepacks.factories import make_lora, make_pack

LOOKS = 8
WISH = LooksWish("a red boat", seed=7)


@pytest.fixture
def alice(shared_database):
    checkpoint = make_pack("look-0").live_version.checkpoint
    checkpoint.draft_lora = make_lora("Quick")
    checkpoint.save()
    for number in range(1, LOOKS):
        make_pack(f"look-{number}")
    return User.objects.create(username="alice")


def used_and_held(person):
    meter = allowance.meter(person)
    return meter.used, meter.held


def test_it_makes_one_sheet_of_one_key(alice):
    made = together(lambda _: look_sheets.submit(alice, WISH, "the-key").pk)
    assert len(set(made)) == 1
    assert (LookSheet.objects.count(), Generation.objects.count()) == (1, LOOKS)
    assert used_and_held(alice) == (0, 1)


def test_it_makes_one_sheet_at_a_time(alice):
    def ask(number):
        try:
            look_sheets.submit(alice, WISH, f"key-{number}")
        except SubmissionError:
            return 0
        return 1

    assert sum(together(ask)) == 1
    assert used_and_held(alice) == (0, 1)


def test_it_gives_back_once_when_all_tiles_fail_together(alice):
    tiles = list(look_sheets.submit(alice, WISH, "k").tiles.values_list("pk", flat=True))
    together(lambda number: endings.failed(tiles[number], "It did not work."))
    assert used_and_held(alice) == (0, 0)
    assert AllowanceHold.objects.get().state == "released"


def test_it_charges_once_when_tiles_arrive_and_fail_together(alice):
    sheet = look_sheets.submit(alice, WISH, "k")
    tiles = list(sheet.tiles.order_by("place"))

    def end(number):
        if number % 2:
            return endings.failed(tiles[number].pk, "It did not work.")
        return allowance.settle(*tiles[number].place_in_ledger(0))

    together(end)
    assert used_and_held(alice) == (1, 0)


def test_it_tries_again_once_and_holds_once(alice):
    sheet = look_sheets.submit(alice, WISH, "k")
    look_sheets.cancel(sheet)
    assert sum(together(lambda _: look_sheets.retry(sheet))) == LOOKS
    assert Generation.objects.count() == LOOKS
    assert used_and_held(alice) == (0, 1)


def test_it_gives_every_tile_to_one_worker(alice):
    look_sheets.submit(alice, WISH, "k")

    def work(number):
        return sum(len(batch) for batch in iter(lambda: scheduler.claim(f"w-{number}", QUEUE), []))

    assert sum(together(work)) == LOOKS
