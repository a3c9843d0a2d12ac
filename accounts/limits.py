"""How often somebody may ask: a moving window for each person, program or network.

The rates are `settings.RATE_LIMITS`. They are counted in Redis where there is one, so that all web
processes count together, else in each process's memory.
"""

import logging
import math
import time
from functools import cache
from importlib import import_module

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from limits import parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from accounts.addresses import address_of
from accounts.guests import person_of
from accounts.models import User

MINUTE = 60
logger = logging.getLogger(__name__)


class TooQuick(Exception):
    """Asked too often: `str()` is a sentence for people, `seconds` the wait for programs."""

    def __init__(self, seconds: int) -> None:
        said = _("That was a lot at once. Wait {time}, then try again.")
        super().__init__(said.format(time=_in_words(seconds)))
        self.seconds = seconds


def check(limit: str, request: HttpRequest) -> None:
    """Count one request of whoever is asking. TooQuick when that was one too many.

    Visitors without a row are counted by their public network; from private addresses they are
    not, since behind a proxy nobody told us about one of them would lock out all others.
    """
    person = person_of(request)
    if person is None:
        count(limit, address_of(request))
    else:
        check_person(limit, person)


def check_person(limit: str, person: User) -> None:
    """Count one request of this person, through whichever door."""
    count(limit, f"person {person.pk}")


def check_network(limit: str, request: HttpRequest) -> None:
    """Count one request of a network, whoever is asking: clearing cookies must not help."""
    try:
        count(limit, address_of(request) or get_adapter(request).get_client_ip(request))
    except PermissionDenied:  # allauth's word for an address that cannot be told
        count(limit, "unknown address")


def count(limit: str, subject: str) -> None:
    """Count one request of `subject`; of nobody (""), or without a rate, nothing is counted."""
    rate = settings.RATE_LIMITS.get(limit, "")
    if not rate or not subject:
        return
    item, key = parse(rate), (limit, subject)
    try:
        if not limiter().hit(item, *key):
            reset = limiter().get_window_stats(item, *key).reset_time
            raise TooQuick(max(1, math.ceil(reset - time.time())))
    except StorageError:
        # Nobody is turned away because our own counting is down.
        logger.exception("The limit “%s” could not be counted", limit)


@cache
def limiter() -> MovingWindowRateLimiter:
    """The one that counts in this process, or in Redis for all."""
    if settings.REDIS_URL:
        # What builds the storage takes the module as it lies there: half of one, where another
        # thread is just importing it, and the first requests of a process would be refused.
        import_module("redis")
    storage = storage_from_string(settings.REDIS_URL or "memory://", wrap_exceptions=True)
    return MovingWindowRateLimiter(storage)


def _in_words(seconds: int) -> str:
    if seconds < MINUTE:
        return ngettext("{number} second", "{number} seconds", seconds).format(number=seconds)
    minutes = math.ceil(seconds / MINUTE)
    return ngettext("{number} minute", "{number} minutes", minutes).format(number=minutes)
