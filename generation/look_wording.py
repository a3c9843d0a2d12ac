"""What the page of a sheet of looks says at each moment."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from generation.look_progress import SheetSnapshot
from generation.states import State
from generation.wording import NOT_CHARGED, SPOKEN_STEP, Words, time_left

WORKER_AWAY = gettext_lazy("The render worker is not running. Your looks wait; nothing is lost.")


def words_for(now: SheetSnapshot) -> Words:
    headline, detail = _ended(now) if now.is_ended else _coming(now)
    return Words(headline, detail, _spoken(now, headline))


def _coming(now: SheetSnapshot) -> tuple[str, str]:
    count = _counted(now)
    if not now.worker_alive:
        return count, str(WORKER_AWAY)
    if not now.made and not any(tile.is_forming for tile in now.tiles):
        return count, _("It starts as soon as the worker is free.")
    return count, time_left(now.eta) or _("They come in one by one.")


def _ended(now: SheetSnapshot) -> tuple[str, str]:
    if not now.made:
        return _none(now)
    if not now.missing:
        ready = ngettext("Your look is ready", "All {number} looks are ready", now.total)
        return ready.format(number=now.total), str(HOW_TO_GO_ON)
    cancelled = any(tile.state is State.CANCELLED for tile in now.tiles)
    if cancelled:
        return _counted(now), _("The rest was cancelled.")
    return _counted(now), _("The others did not work; try them again.")


def _counted(now: SheetSnapshot) -> str:
    said = ngettext("{made} of {total} look", "{made} of {total} looks", now.total)
    return said.format(made=now.made, total=now.total)


def _none(now: SheetSnapshot) -> tuple[str, str]:
    if any(tile.state is State.CANCELLED for tile in now.tiles):
        return _("Cancelled"), str(NOT_CHARGED)
    said = _("None of the looks could be made.")
    return _("That did not work"), f"{said} {NOT_CHARGED}"


HOW_TO_GO_ON = gettext_lazy("Make one final, or tick two to compare them.")


def _spoken(now: SheetSnapshot, headline: str) -> str:
    if now.is_ended:
        return headline
    reached = now.percent // SPOKEN_STEP * SPOKEN_STEP
    said = _("{number} percent of {total} looks are ready")
    return said.format(number=reached, total=now.total)
