"""What every page shows of the visitor's account."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.addresses import address_of
from accounts.allowance import Meter, meter
from accounts.guests import person_of


def allowance_meter(request: HttpRequest) -> dict[str, object]:
    """`meter` and `visitor` for templates. A page that shows neither costs no query."""
    return {
        "meter": SimpleLazyObject(lambda: _meter_of(request)),
        "visitor": SimpleLazyObject(lambda: Visitor(request)),
    }


class Visitor:
    """`name` is what to call them; `is_guest` is true for all without an account.

    `account_limit` is what an account gets a day, for the invitation to make one.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.is_guest = not request.user.is_authenticated
        email = getattr(request.user, "email", "") or ""
        self.name = _("Guest") if self.is_guest else email.partition("@")[0] or _("You")
        self.account_limit: int = settings.DAILY_ALLOWANCE


def _meter_of(request: HttpRequest) -> Meter:
    person = person_of(request)
    return meter(person, "" if person else address_of(request))
