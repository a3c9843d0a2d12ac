"""The page that says what is free and what is kept: every number from the rules that hold."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.allowance import GUESTS_AN_ADDRESS
from stylepacks.rules import license_words
from stylepacks.shelf import Shelf, shelf

DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class LicenseLine:
    """A licence of packs on offer: its name, its sentence, how many packs have it."""

    name: str
    sentence: str
    packs: int


@require_safe
@never_cache
def free(request: HttpRequest) -> HttpResponse:
    licenses = licenses_of(shelf())
    context = {
        "daily": settings.DAILY_ALLOWANCE,
        "guest_daily": settings.GUEST_ALLOWANCE,
        "guests_together": settings.GUEST_ALLOWANCE * GUESTS_AN_ADDRESS,
        "at_once": settings.MAX_IMAGES_PER_GENERATION,
        "looks_days": settings.LOOKS_KEPT_DAYS,
        "undo_minutes": settings.UNDO_MINUTES,
        "cookie_days": settings.SESSION_COOKIE_AGE // DAY_SECONDS,
        "licenses": licenses,
        "packs": sum(line.packs for line in licenses),
    }
    return render(request, "stylepacks/free.html", context)


def licenses_of(on_offer: Shelf) -> list[LicenseLine]:
    """The commonest first."""
    counted = Counter(card.license for card in on_offer.cards)
    return [
        LicenseLine(name, gettext(license_words.sentence(name)), packs)
        for name, packs in counted.most_common()
    ]
