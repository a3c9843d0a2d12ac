"""Two tabs, many workers: the limit holds against real threads on a database they share."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import environ
import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from accounts.allowance import AllowanceUsedUp, hold, meter, move_ledger, release, settle
from accounts.models import Allowance, User
from tests.production.conftest import postgres_url  # noqa: F401

THREADS = 8


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.production)])
def shared_database(request, tmp_path, django_db_setup, django_db_blocker):
    """The default database as each profile has it: one that threads really share.

    SQLite takes the write lock at BEGIN; on PostgreSQL two holds do run side by side, and only
    the condition of the UPDATE stands between them.
    """
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    with django_db_blocker.unblock(), default_database(url):
        yield
        User.objects.all().delete()
        Allowance.objects.all().delete()


@contextmanager
def default_database(url):
    """The default database is this one, with every table, while the block runs."""
    kept, kept_settings = connections["default"], connections.settings["default"]
    told = {**kept_settings, **environ.Env.db_url_config(url)}
    if url.startswith("postgres"):
        told["OPTIONS"] = {}
    connections.settings["default"] = told
    connections["default"] = connections.create_connection("default")
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = kept, kept_settings


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
