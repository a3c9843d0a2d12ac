import pytest

from accounts.allowance import (
    AllowanceError,
    AllowanceUsedUp,
    hold,
    meter,
    move_ledger,
    release,
    settle,
)
from accounts.models import Allowance, AllowanceHold, User


def counts(person):
    now = meter(person)
    return now.used, now.held, now.remaining


def test_it_holds_an_image_at_a_time(alice):
    hold(alice, "g1", 3)
    assert counts(alice) == (0, 3, 7)
    assert AllowanceHold.objects.filter(reference="g1", state="held").count() == 3


def test_it_settles_one_image_once(alice):
    hold(alice, "g1", 2)
    assert settle("g1", 0) is True
    assert settle("g1", 0) is False
    assert counts(alice) == (1, 1, 8)


def test_it_releases_what_is_still_held(alice):
    hold(alice, "g1", 3)
    settle("g1", 1)
    assert release("g1") == 2
    assert release("g1") == 0
    assert counts(alice) == (1, 0, 9)


def test_it_releases_a_single_image(alice):
    hold(alice, "g1", 2)
    assert release("g1", 1) == 1
    assert settle("g1", 1) is False
    assert counts(alice) == (0, 1, 9)


def test_it_ignores_unknown_references(db):
    assert settle("nothing", 0) is False
    assert release("nothing") == 0


def test_it_refuses_more_than_is_left_and_changes_nothing(alice):
    hold(alice, "g1", 8)
    with pytest.raises(AllowanceUsedUp, match="You have 2 images left today, and asked for 3"):
        hold(alice, "g2", 3)
    assert counts(alice) == (0, 8, 2)
    assert not AllowanceHold.objects.filter(reference="g2").exists()


def test_it_says_when_all_is_used_up(alice, clock):
    clock("2026-03-01T19:00:00")
    hold(alice, "g1", 10)
    with pytest.raises(AllowanceUsedUp) as refusal:
        hold(alice, "g2", 1)
    assert refusal.value.remaining == 0
    assert str(refusal.value) == (
        "Today's 10 free images are used up. New ones come in 5 h, at midnight UTC."
    )


def test_it_invites_a_guest_to_sign_up(charlie):
    hold(charlie, "g1", 4)
    with pytest.raises(AllowanceUsedUp, match=r"Sign up to get 10 a day, free\."):
        hold(charlie, "g2", 1)


def test_it_refuses_an_empty_request(alice):
    with pytest.raises(AllowanceError, match="at least one image"):
        hold(alice, "g1", 0)


def test_it_keeps_people_apart(alice, bob):
    hold(alice, "g1", 10)
    hold(bob, "g2", 10)
    assert counts(bob) == (0, 10, 0)


def test_it_gives_staff_ten_times_and_guests_less(alice, charlie):
    assert meter(None).limit == 4
    assert meter(charlie).limit == 4
    alice.is_staff = True
    assert meter(alice).limit == 100


def test_it_takes_a_figure_set_for_one_person(alice):
    hold(alice, "g1", 1)
    alice.daily_allowance = 12
    hold(alice, "g2", 11)
    assert counts(alice) == (0, 12, 0)


def test_it_starts_anew_at_midnight_utc(alice, clock):
    clock("2026-03-01T23:59:59")
    hold(alice, "g1", 10)
    assert meter(alice).resets_at.isoformat() == "2026-03-02T00:00:00+00:00"
    clock("2026-03-02T00:00:00")
    assert counts(alice) == (0, 0, 10)


def test_it_settles_yesterdays_hold_in_yesterdays_row(alice, clock):
    clock("2026-03-01T23:59:00")
    hold(alice, "g1", 2)
    clock("2026-03-02T00:01:00")
    hold(alice, "g2", 1)
    settle("g1", 0)
    assert counts(alice) == (0, 1, 9)
    yesterday = Allowance.objects.get(person=alice, day="2026-03-01")
    assert (yesterday.held, yesterday.settled) == (1, 1)


@pytest.mark.parametrize(
    ("time", "words"), [("19:00:00", "5 h"), ("23:20:30", "39 min"), ("23:59:59", "1 min")]
)
def test_it_tells_the_wait_in_words(clock, db, time, words):
    clock(f"2026-03-01T{time}")
    assert meter(None).resets_in == words


def guest_at(address, name):
    return User.objects.create(username=name, is_guest=True, guest_address=address)


def test_it_bounds_all_guests_of_one_address(db):
    for number in range(3):
        hold(guest_at("home", f"guest-{number}"), f"g{number}", 4)
    fourth = guest_at("home", "guest-3")
    assert meter(fourth, "home").remaining == 0
    with pytest.raises(AllowanceUsedUp, match="guests of your network are used up"):
        hold(fourth, "g3", 1)
    hold(guest_at("elsewhere", "guest-4"), "g4", 1)


def test_it_gives_back_to_the_address_too(db):
    first = guest_at("home", "guest-0")
    hold(first, "g0", 4)
    settle("g0", 0)
    release("g0")
    shared = Allowance.objects.get(address="home")
    assert (shared.held, shared.settled) == (0, 1)


def test_it_moves_a_guests_ledger_to_the_person(alice):
    guest = guest_at("home", "guest-0")
    hold(alice, "mine", 2)
    hold(guest, "g0", 3)
    settle("g0", 0)
    move_ledger(guest, alice)
    assert counts(alice) == (1, 4, 5)
    assert settle("g0", 1) is True
    assert release("g0") == 1
    assert counts(alice) == (2, 2, 6)
    assert not guest.allowances.exists()
    shared = Allowance.objects.get(address="home")
    assert (shared.held, shared.settled) == (0, 1)
