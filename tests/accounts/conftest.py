"""The cast of these tests: Alice and Bob have accounts, Charlie is a guest."""

from datetime import datetime

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def small_allowances(settings):
    settings.DAILY_ALLOWANCE = 10
    settings.GUEST_ALLOWANCE = 4


@pytest.fixture(autouse=True)
def accounts_alone(settings):
    settings.ROOT_URLCONF = "tests.accounts.urls"
    cache.clear()


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice", "alice@example.org", PASSWORD)


@pytest.fixture
def bob(db):
    return User.objects.create_user("bob", "bob@example.org", PASSWORD)


@pytest.fixture
def charlie(db):
    return User.objects.create(username="guest-charlie", is_guest=True)


@pytest.fixture
def clock(monkeypatch):
    """Call it with an ISO time (UTC) to stop the clock there."""

    def stop_at(text):
        monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat(text + "+00:00"))

    return stop_at
