"""What every test gets: its own media folder, and people to test with."""

from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from accounts.models import User
from tests.services import postgres_url, redis_url  # noqa: F401
from tests.shared_databases import shared_database, sqlite_url  # noqa: F401

# A busy machine is no failure: the suite has its own time limit for every test.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")

PASSWORD = "a long passphrase"
TESTS = Path(__file__).parent
# These share one house and one browser, or one set of services, for all their files.
TOGETHER = ("browser", "production")
# Begun first: with several test processes none of them is left alone with a long one at the end.
LONG = ("browser", "production", "generation/test_kill_nine.py", "starter", "engine")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Where several processes share the tests: what stays together, and what is begun first."""
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=lambda item: _place(item.path))
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item.path)))


def _place(path: Path) -> int:
    within = path.relative_to(TESTS).as_posix()
    return next((at for at, long in enumerate(LONG) if within.startswith(long)), len(LONG))


def _group(path: Path) -> str:
    within = path.relative_to(TESTS)
    return within.parts[0] if within.parts[0] in TOGETHER else within.as_posix()


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def _person(name: str, **fields: bool) -> User:
    email = f"{name}@example.org"
    return User.objects.create_user(username=name, email=email, password=PASSWORD, **fields)


@pytest.fixture
def alice(db):
    return _person("alice")


@pytest.fixture
def bob(db):
    return _person("bob")


@pytest.fixture
def charlie(db):
    return _person("charlie")


@pytest.fixture
def curator(db):
    return _person("curator", is_staff=True, is_superuser=True)
