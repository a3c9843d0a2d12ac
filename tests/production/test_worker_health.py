"""docker/health/worker.py: a container asks its own Celery worker, on the real broker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT, wait_until

pytestmark = pytest.mark.production
BIN = Path(sys.executable).parent
HEALTH = [sys.executable, str(ROOT / "docker/health/worker.py")]


@pytest.fixture
def environment(redis_url, tmp_path) -> dict[str, str]:
    told = {"REDIS_URL": redis_url, "HOUSESTYLE_DATA": str(tmp_path)}
    return {**os.environ, **told, "DJANGO_SETTINGS_MODULE": "config.settings"}


def ask(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        HEALTH, cwd="/", env=environment, capture_output=True, text=True, check=False
    )


def test_it_is_well_while_its_worker_answers(environment, tmp_path):
    command = [str(BIN / "celery"), "-A", "config", "worker", "-P", "prefork", "-c", "1"]
    flags = ["-Q", "nothing", "-n", "worker@%h", "--without-gossip", "--without-mingle"]
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [*command, *flags], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            wait_until(lambda: ask(environment).returncode == 0, 60, "the worker did not answer")
        finally:
            worker.terminate()
            worker.wait(timeout=30)
    told = ask({**environment, "HOUSESTYLE_HEALTH_SECONDS": "1"})
    assert told.returncode == 1
    assert "does not answer" in told.stdout


def test_it_is_ill_without_its_broker(environment):
    told = ask({**environment, "REDIS_URL": "redis://127.0.0.1:9/0"})
    assert told.returncode == 1
    assert "The broker does not answer" in told.stdout
