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


def test_a_workers_threads_wait_for_no_pool(postgres_url, tmp_path):
    environment = {**os.environ, "DATABASE_URL": postgres_url, "HOUSESTYLE_DATA": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout.strip().splitlines()[-1:] == ["own"], asked.stderr
