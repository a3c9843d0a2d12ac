"""Whether this process could serve somebody now: each thing it needs, asked with a short patience.

Answers carry no addresses and no words of the services: those may hold secrets.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache as once
from pathlib import Path
from threading import Lock

from celery import current_app
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

PATIENCE_SECONDS = 2.0
# Whoever asks more often gets the last answer: asking must not be a way to keep the house busy.
KEPT_SECONDS = 2.0
FINE = "ok"

Parts = dict[str, str]


class NotReady(Exception):
    """What is missing, in words that anybody may read."""


def parts() -> Parts:
    """Each part with `ok` or what is wrong; at most KEPT_SECONDS old, in PATIENCE_SECONDS."""
    global _kept
    with _asking:
        if _kept is None or time.monotonic() - _kept[0] > KEPT_SECONDS:
            _kept = time.monotonic(), _ask_all()
        return dict(_kept[1])


def is_ready(found: Parts) -> bool:
    return all(said == FINE for said in found.values())


_kept: tuple[float, Parts] | None = None
_asking = Lock()


@once
def _threads() -> ThreadPoolExecutor:
    # Made on first use, after a server has forked its processes.
    return ThreadPoolExecutor(len(PARTS), thread_name_prefix="readiness")


def _ask_all() -> Parts:
    asked = {name: _threads().submit(_answer, ask) for name, ask in PARTS.items()}
    wait(asked.values(), timeout=PATIENCE_SECONDS)
    return {name: _said(answer) for name, answer in asked.items()}


def _said(answer: "Future[str]") -> str:
    if answer.done():
        return answer.result()
    # One that hangs keeps its thread; those behind it are not begun, so they never pile up.
    answer.cancel()
    return f"no answer within {PATIENCE_SECONDS:g} s"


def _answer(ask: Callable[[], None]) -> str:
    try:
        ask()
    except NotReady as missing:
        return str(missing)
    except Exception as error:  # each service has its own kinds of failure; the kind is enough
        return f"not reachable ({type(error).__name__})"
    finally:
        if not connection.in_atomic_block:
            connection.close()
    return FINE


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    if waiting := _waiting_migrations():
        raise NotReady(f"{waiting} migrations are not applied: run manage.py migrate")


_migrated = False


def _waiting_migrations() -> int:
    # What is applied stays applied while this process lives: asked until then only.
    global _migrated
    if _migrated:
        return 0
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _migrated = waiting == 0
    return waiting


def _cache() -> None:
    cache.set("readiness", FINE, timeout=60)
    if cache.get("readiness") != FINE:
        raise NotReady("keeps nothing")


def _broker() -> None:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=round(PATIENCE_SECONDS))


def _storage() -> None:
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.exists("readiness")
        return
    folder = Path(default_storage.location)
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(there, os.W_OK):
        raise NotReady("the folder cannot be written")


PARTS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "broker": _broker,
    "storage": _storage,
}
