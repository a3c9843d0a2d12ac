"""What Django's own deployment check says of the production environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "HOUSESTYLE_HTTPS": "1",
    "HOUSESTYLE_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "HOUSESTYLE_HOSTS": "pictures.example.org",
    "HOUSESTYLE_ORIGINS": "https://pictures.example.org",
}
SHOWN = """
import django; django.setup()
from django.conf import settings
print(settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD)
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.DEBUG)
"""


def run(folder, *arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={
            **{name: text for name, text in os.environ.items() if "HOUSESTYLE" not in name},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "HOUSESTYLE_DATA": str(folder),
            **PRODUCTION,
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_passes_the_deployment_check_without_a_warning(tmp_path):
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "True True"),
        ({"HOUSESTYLE_HSTS_PRELOAD": "0"}, "True False"),
        ({"HOUSESTYLE_HSTS_SUBDOMAINS": "0"}, "False False"),
    ],
)
def test_it_lets_the_operator_choose_how_far_https_is_remembered(tmp_path, asked, said):
    done = run(tmp_path, "-c", SHOWN, **asked)
    assert done.stdout.splitlines() == [said, "True True False"], done.stderr
