"""What every test gets: its own media folder, and people to test with."""

from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

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
LONG = ("production", "browser", "generation/test_kill_nine.py", "starter", "engine", "benchmarks")


def pytest_collection_modifyitems(config, items):
    """Where several processes share the tests, the long ones are begun first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _place(_within(item.nodeid)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return TogetherScheduling(config, log)


class TogetherScheduling(LoadScopeScheduling):
    """Gives one process all tests of a file, and all files that share a house."""

    # The plugin's own groups are marks that it writes into an item's id, which pytest 9.2 ignores.
    def _split_scope(self, nodeid: str) -> str:
        within = _within(nodeid)
        folder = within.split("/")[0]
        return folder if folder in TOGETHER else within.split("::")[0]


def _within(nodeid: str) -> str:
    return nodeid.removeprefix("tests/")


def _place(within: str) -> int:
    return next((at for at, long in enumerate(LONG) if within.startswith(long)), len(LONG))


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
