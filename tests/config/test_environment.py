"""Secrets from files, and services whose password is given apart from their address."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def secret(tmp_path):
    def write(content):
        path = tmp_path / "secret"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_a_variable_may_stand_in_a_file(secret):
    env = Environment({"ANYTHING_FILE": secret("opensesame\n")})
    assert env.str("ANYTHING", default="") == "opensesame"


@pytest.mark.parametrize("value", ["$tart", r"a\$b", "mid$dle", "$$", "#", 'qu"ote', " spaced "])
def test_what_is_in_a_file_is_taken_literally(secret, value):
    assert Environment({"KEY_FILE": secret(value)}).str("KEY") == value


def test_a_plain_variable_may_still_name_another():
    assert Environment({"KEY": "$OTHER", "OTHER": "value"}).str("KEY") == "value"


def test_no_file_and_no_variable_is_the_default():
    assert Environment({"KEY_FILE": ""}).str("KEY", default="usual") == "usual"


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "empty"), (b"\n", "empty"), (b"\xff\xfe", "no UTF-8 text")]
)
def test_a_file_without_a_secret_is_refused(secret, content, said):
    with pytest.raises(ImproperlyConfigured, match=f"KEY_FILE names .*{said}"):
        Environment({"KEY_FILE": secret(content)}).str("KEY")


def test_a_file_that_is_not_there_is_refused_with_the_cure(tmp_path):
    env = Environment({"KEY_FILE": str(tmp_path / "none")})
    with pytest.raises(ImproperlyConfigured, match=r"No such file .*mount the secret there"):
        env.str("KEY", default="usual")


def test_a_secret_in_both_places_is_refused(secret):
    env = Environment({"KEY": "one", "KEY_FILE": secret("two")})
    with pytest.raises(ImproperlyConfigured, match="KEY and KEY_FILE are both set"):
        env.str("KEY")


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("postgresql://house@db:5432/house", "postgresql://house:p%40ss%2Fw@db:5432/house"),
        ("redis://redis:6379/0", "redis://:p%40ss%2Fw@redis:6379/0"),
        ("", ""),
    ],
)
def test_a_password_apart_is_put_into_the_url(secret, url, whole):
    env = Environment({"URL": url, "PASSWORD_FILE": secret("p@ss/w\n")})
    assert env.url_with_password("URL", "PASSWORD") == whole


def test_two_passwords_for_one_service_are_refused(secret):
    env = Environment({"URL": "redis://:one@redis/0", "PASSWORD_FILE": secret("two")})
    with pytest.raises(ImproperlyConfigured, match="URL holds a password and PASSWORD another"):
        env.url_with_password("URL", "PASSWORD")


def test_a_choice_names_what_there_is():
    with pytest.raises(ImproperlyConfigured, match="MODE must be one of empty, on, not 'half'"):
        Environment({"MODE": "half"}).choice("MODE", "", "on")


def test_the_settings_read_their_secrets_from_files(secret, tmp_path):
    files = {name: tmp_path / name for name in ("key", "database", "redis")}
    for name, path in files.items():
        path.write_text(f"{name} secret$\n")
    ask = (
        "from config import settings as s;"
        "print(s.SECRET_KEY, s.DATABASES['default']['PASSWORD'], s.REDIS_URL, sep='|')"
    )
    environment = {
        **os.environ,
        "HOUSESTYLE_DATA": str(tmp_path / "data"),
        "HOUSESTYLE_SECRET_KEY_FILE": str(files["key"]),
        "DATABASE_URL": "postgresql://house@db/house",
        "DATABASE_PASSWORD_FILE": str(files["database"]),
        "REDIS_URL": "redis://redis/0",
        "REDIS_PASSWORD_FILE": str(files["redis"]),
    }
    told = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = "key secret$|database secret$|redis://:redis%20secret%24@redis/0"
    assert told.stdout.strip() == expected
