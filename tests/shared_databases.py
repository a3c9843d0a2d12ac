"""Databases that threads really share: each is made once a process and emptied after each test."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import environ
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections, transaction

THREADS = 8
PROFILES = ["sqlite", pytest.param("postgres", marks=pytest.mark.production)]

_with_tables: set[str] = set()


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('shared') / 'house.db'}"


@pytest.fixture(params=PROFILES)
def shared_database(request, django_db_setup, django_db_blocker) -> Iterator[None]:
    """The default database as each profile has it: one that threads really share.

    SQLite takes the write lock at BEGIN; on PostgreSQL two writers do run side by side, and only
    the condition of the UPDATE stands between them.
    """
    url = request.getfixturevalue(f"{request.param}_url")
    with django_db_blocker.unblock(), default_database(url):
        yield


@contextmanager
def default_database(url: str) -> Iterator[None]:
    """The default database is this one, with every table and no row, while the block runs."""
    kept, kept_settings = connections["default"], connections.settings["default"]
    told = {**kept_settings, **environ.Env.db_url_config(url)}
    if url.startswith("postgres"):
        told["OPTIONS"] = {}
    connections.settings["default"] = told
    connections["default"] = connections.create_connection("default")
    try:
        if url not in _with_tables:
            call_command("migrate", verbosity=0)
            _with_tables.add(url)
        empty()
        yield
        empty()
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = kept, kept_settings


def empty() -> None:
    """Every row goes, those of the migrations too. Permissions are not made again: no test here
    reads them. Deleting few rows takes milliseconds, truncating sixty tables most of a second."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.constraint_checks_disabled(), transaction.atomic():
        _let_go_of_references()
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
    ContentType.objects.clear_cache()


def _let_go_of_references() -> None:
    """PostgreSQL has no switch for constraints, only for the triggers that hold them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")


def together(action: Callable[[int], Any], times: int = THREADS) -> list[Any]:
    """Run `action(number)` in as many threads, all let go at once; their results."""
    gate = Barrier(times)

    def one(number: int) -> Any:
        gate.wait()
        try:
            return action(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))
