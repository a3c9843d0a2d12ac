"""What every test gets: its own media folder, and people to test with."""

import pytest

from accounts.models import User

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
