"""The page that says how painting goes, in the reader's language."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from generation.pace import Pace
from generation.watching.status import Going, Hour, Line, Status, status

STEP, TALLEST = 20, 64
# An hour with anything in it can be seen, and so can its trouble.
SHORTEST, GAP = 4, 2

HEADLINES = {
    Going.IDLE: gettext_lazy("Ready to paint"),
    Going.BUSY: gettext_lazy("Painting is going on"),
    Going.TROUBLED: gettext_lazy("Painting goes on, with trouble"),
    Going.STARTING: gettext_lazy("Getting ready"),
    Going.PARTLY: gettext_lazy("Some styles have to wait"),
    Going.AWAY: gettext_lazy("Painting has stopped"),
}
DETAILS = {
    Going.IDLE: gettext_lazy("Nobody is waiting. Your picture starts at once."),
    Going.BUSY: gettext_lazy("Pictures are being made right now, one person after the other."),
    Going.TROUBLED: gettext_lazy(
        "More pictures than usual do not work out this hour. You are not charged for those."
    ),
    Going.STARTING: gettext_lazy("The first pictures start within a minute or two."),
    Going.PARTLY: gettext_lazy(
        "What you ask for in those waits in line until it can be painted. Nothing is lost."
    ),
    Going.AWAY: gettext_lazy(
        "What you ask for waits in line and is painted as soon as it goes on. "
        "Nothing is lost, and nothing is charged until you have it."
    ),
}
ICONS = {Going.IDLE: "check", Going.BUSY: "check", Going.STARTING: "clock"}


@dataclass(frozen=True)
class Row:
    """A line of people in words."""

    packs: str
    people: str
    wait: str
    is_open: bool


@dataclass(frozen=True)
class Bar:
    """One hour in the strip, in its own units, from above: what failed stands on what was made."""

    x: int
    failed_y: int
    failed: int
    made_y: int
    made: int


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    now = status()
    context = {
        "going": now.going,
        "icon": ICONS.get(now.going, "alert"),
        "headline": HEADLINES[now.going],
        "detail": DETAILS[now.going],
        "rows": [_row(line, is_only=len(now.lines) == 1) for line in now.lines],
        "is_measured": any(line.wait for line in now.lines),
        "bars": _bars(now.hours),
        "width": STEP * len(now.hours),
        "tallest": TALLEST,
        "made": _made(now),
        "trouble": _trouble(now.hours),
    }
    return render(request, "status.html", context)


def _row(line: Line, is_only: bool) -> Row:
    return Row(_every(line, is_only), _people(line.people), _wait(line), line.is_open)


def _every(line: Line, is_only: bool) -> str:
    if is_only:
        return _("Pictures in every style")
    names = ", ".join(line.packs) or _("Styles no longer offered")
    if not line.more:
        return names
    said = ngettext("{names} and {number} more", "{names} and {number} more", line.more)
    return said.format(names=names, number=line.more)


def _people(people: int) -> str:
    if not people:
        return _("nobody waits")
    return ngettext("{number} person waits", "{number} people wait", people).format(number=people)


def _wait(line: Line) -> str:
    if not line.is_open:
        return _("waits until painting goes on")
    return _range(line.wait) if line.wait else _("not measured yet")


def _range(wait: Pace) -> str:
    low, high = (max(1, round(seconds)) for seconds in wait)
    if high >= 90:
        low, high = max(1, round(low / 60)), round(high / 60)
        if low == high:
            return _("about {minutes} min").format(minutes=high)
        return _("{low} to {high} min").format(low=low, high=high)
    if low == high:
        return _("about {seconds} s").format(seconds=high)
    return _("{low} to {high} s").format(low=low, high=high)


def _made(now: Status) -> str:
    made = sum(hour.made for hour in now.hours)
    if not made:
        return _("No picture was finished in the last 24 hours.")
    said = ngettext(
        "{number} picture in the last 24 hours.", "{number} pictures in the last 24 hours.", made
    )
    return said.format(number=made)


def _trouble(hours: tuple[Hour, ...]) -> str:
    failed = [hour for hour in hours if hour.failed]
    if not failed:
        return _("None went wrong.")
    count = sum(hour.failed for hour in failed)
    said = ngettext(
        "{number} did not work and was not charged, the last one {ago}.",
        "{number} did not work and were not charged, the last one {ago}.",
        count,
    )
    return said.format(number=count, ago=_ago(failed[-1]))


def _ago(hour: Hour) -> str:
    hours = round((timezone.now() - hour.start).total_seconds() // 3600)
    if not hours:
        return _("within this hour")
    return ngettext("{number} hour ago", "{number} hours ago", hours).format(number=hours)


def _bars(hours: tuple[Hour, ...]) -> list[Bar]:
    most = max(hour.made + hour.failed for hour in hours) or 1
    return [_bar(at * STEP, hour, most) for at, hour in enumerate(hours)]


def _bar(x: int, hour: Hour, most: int) -> Bar:
    failed = _height(hour.failed, most)
    above = failed + GAP if failed else 0
    made = min(_height(hour.made, most), TALLEST - above)
    return Bar(x, TALLEST - made - above, failed, TALLEST - made, made)


def _height(count: int, most: int) -> int:
    return max(SHORTEST, round(count * TALLEST / most)) if count else 0
