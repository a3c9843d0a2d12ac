"""A worker's threads and Celery, which closes every connection pool with each task."""

import os
import subprocess
import sys

import pytest

from tests.house import ROOT

pytestmark = pytest.mark.production

ASK = """
from config.celery import app
import django; django.setup()
from celery import signals
from django.db import connection
signals.worker_init.send(sender=app.Worker(pool_cls="prefork"))
with connection.cursor() as cursor:
    cursor.execute("SELECT 1")
print("pool" if connection.pool else "own")
"""


def _said(script, postgres_url, tmp_path):
    environment = {**os.environ, "DATABASE_URL": postgres_url, "HOUSESTYLE_DATA": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    asked = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return (asked.stdout.strip() or asked.stderr).splitlines()[-1]


def test_a_workers_threads_wait_for_no_pool(postgres_url, tmp_path):
    assert _said(ASK, postgres_url, tmp_path) == "own"


KEEP = """
from config.celery import app, let_go_of_dead_connections
import django; django.setup()
from celery import signals
from celery.fixups.django import DjangoWorkerFixup
from django.db import connection, connections
signals.worker_init.send(sender=app.Worker(pool_cls="prefork"))
fixup = DjangoWorkerFixup(app)

def backend():
    fixup.close_database()
    let_go_of_dead_connections()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]

first, second = backend(), backend()
other = connections.create_connection("default")
with other.cursor() as cursor:
    cursor.execute("SELECT pg_terminate_backend(%s)", [second])
print("kept" if first == second else "made anew", "mended" if backend() != second else "dead")
"""


def test_a_connection_lives_through_tasks_and_is_made_anew_when_it_died(postgres_url, tmp_path):
    assert _said(KEEP, postgres_url, tmp_path) == "kept mended"


OPEN = """
from unittest import mock
from config.celery import app
import django; django.setup()
from celery import signals
from django.db import connection
from generation import tasks, worker_process
signals.worker_init.send(sender=app.Worker(pool_cls="prefork", queues=["render.sd15.cpu"]))
opened = []

def open_once(*_):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        opened.append(cursor.fetchone()[0])

with connection.cursor() as cursor:
    cursor.execute("SELECT pg_backend_pid()")
    opened.append(cursor.fetchone()[0])
with mock.patch.object(worker_process, "open_once", open_once):
    signals.worker_process_init.send(sender="host")
open_once()
parents, childs, later = opened
print("shared" if parents == childs else "own", "kept" if childs == later else "closed")
"""


def test_what_a_child_opens_at_its_start_is_not_closed_under_it(postgres_url, tmp_path):
    assert _said(OPEN, postgres_url, tmp_path) == "own kept"
