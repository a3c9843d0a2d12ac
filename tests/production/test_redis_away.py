"""Pages and submissions while Redis is away: slower, not broken."""

import subprocess
import sys

import pytest

from tests.house import ROOT, free_port

pytestmark = pytest.mark.production

ASK = """
import django; django.setup()
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
assert cache.get_or_set("line", lambda: [1], 5) == [1]
cache.delete("line")
answer = Client().get("/packs/")
print(answer.status_code)
"""


def test_the_packs_are_shown_without_redis(tmp_path):
    environment = {
        "PATH": "/usr/bin:/bin",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "HOUSESTYLE_DATA": str(tmp_path),
        "HOUSESTYLE_DEBUG": "1",
        "HOUSESTYLE_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout.split()[-1:] == ["200"], asked.stderr[-2000:]
