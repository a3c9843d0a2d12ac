"""What every test gets: its own media folder, and people to test with."""

import pytest
from hypothesis import settings as hypothesis_settings

from accounts.models import User
from tests.services import postgres_url, redis_url  # noqa: F401
from tests.shared_databases import shared_database, sqlite_url  # noqa: F401

# A busy machine is no failure: the suite has its own time limit for every test.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")

PASSWORD = "a long passphrase"


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
