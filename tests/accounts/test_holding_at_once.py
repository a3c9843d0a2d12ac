"""Two tabs, many workers: the limit holds against real threads on a database they share."""

from django.db import transaction

from accounts.allowance import AllowanceUsedUp, hold, meter, move_ledger, release, settle
from accounts.models import Allowance, User
from tests.shared_databases import THREADS, together


def try_to_hold(person, reference, count):
    try:
        with transaction.atomic():
            hold(person, reference, count)
    except AllowanceUsedUp:
        return 0
    return count


def test_it_never_passes_the_limit(shared_database):
    alice = User.objects.create(username="alice")
    held = together(lambda number: try_to_hold(alice, f"g{number}", 3))
    assert sum(held) == 9
    assert meter(alice).held == 9


def test_it_never_passes_the_limit_of_an_address(shared_database):
    guests = [
        User.objects.create(username=f"guest-{number}", is_guest=True, guest_address="home")
        for number in range(THREADS)
    ]
    held = together(lambda number: try_to_hold(guests[number], f"g{number}", 2))
    assert sum(held) == 12
    assert Allowance.objects.get(address="home").held == 12


def test_it_closes_an_image_once(shared_database):
    alice = User.objects.create(username="alice")
    hold(alice, "g", 4)

    def close(number):
        return settle("g", 0) if number % 2 else release("g", 0) == 1

    assert together(close).count(True) == 1
    now = meter(alice)
    assert now.held == 3
    assert now.used in (0, 1)


def test_it_loses_nothing_when_a_guest_is_adopted_meanwhile(shared_database):
    alice = User.objects.create(username="alice")
    guest = User.objects.create(username="guest", is_guest=True, guest_address="home")
    hold(guest, "g", 4)

    def act(number):
        if number == 0:
            with transaction.atomic():
                move_ledger(guest, alice)
            return False
        return settle("g", number % 4)

    assert together(act).count(True) == 4
    now = meter(alice)
    assert (now.used, now.held) == (4, 0)
    assert Allowance.objects.get(address="home").held == 0
