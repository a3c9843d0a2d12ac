"""Two tabs, many workers: the limit holds against real threads on a real database file."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from accounts.allowance import AllowanceUsedUp, hold, meter, release, settle
from accounts.models import Allowance, User

THREADS = 8


@pytest.fixture
def file_database(tmp_path, django_db_setup, django_db_blocker, monkeypatch):
    """The default database as the product has it: a SQLite file that threads share."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is shared by threads as it is")
    kept = connections["default"]
    monkeypatch.setitem(connections.settings["default"], "NAME", str(tmp_path / "ledger.db"))
    with django_db_blocker.unblock():
        connections["default"] = connections.create_connection("default")
        call_command("migrate", verbosity=0)
        yield
        connections["default"].close()
        connections["default"] = kept


def together(action, times=THREADS):
    """Run `action(number)` in as many threads, all let go at once; their results."""
    gate = Barrier(times)

    def one(number):
        gate.wait()
        try:
            return action(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


def try_to_hold(person, reference, count):
    try:
        with transaction.atomic():
            hold(person, reference, count)
    except AllowanceUsedUp:
        return 0
    return count


def test_it_never_passes_the_limit(file_database):
    alice = User.objects.create(username="alice")
    held = together(lambda number: try_to_hold(alice, f"g{number}", 3))
    assert sum(held) == 9
    assert meter(alice).held == 9


def test_it_never_passes_the_limit_of_an_address(file_database):
    guests = [
        User.objects.create(username=f"guest-{number}", is_guest=True, guest_address="home")
        for number in range(THREADS)
    ]
    held = together(lambda number: try_to_hold(guests[number], f"g{number}", 2))
    assert sum(held) == 12
    assert Allowance.objects.get(address="home").held == 12


def test_it_closes_an_image_once(file_database):
    alice = User.objects.create(username="alice")
    hold(alice, "g", 4)

    def close(number):
        return settle("g", 0) if number % 2 else release("g", 0) == 1

    assert together(close).count(True) == 1
    now = meter(alice)
    assert now.held == 3
    assert now.used in (0, 1)
