"""What the page of a sheet of looks says at each moment."""

from generation.look_progress import SheetSnapshot
from generation.states import State
from generation.wording import NOT_CHARGED, SPOKEN_STEP, Words, time_left

WORKER_AWAY = "The render worker is not running. Your looks wait; nothing is lost."


def words_for(now: SheetSnapshot) -> Words:
    headline, detail = _ended(now) if now.is_ended else _coming(now)
    return Words(headline, detail, _spoken(now, headline))


def _coming(now: SheetSnapshot) -> tuple[str, str]:
    count = f"{now.made} of {now.total} looks"
    if not now.worker_alive:
        return count, WORKER_AWAY
    if not now.made and not any(tile.is_forming for tile in now.tiles):
        return count, "It starts as soon as the worker is free."
    return count, time_left(now.eta) or "They come in one by one."


def _ended(now: SheetSnapshot) -> tuple[str, str]:
    if not now.made:
        return _none(now)
    if not now.missing:
        one = now.total == 1
        return ("Your look is ready" if one else f"All {now.total} looks are ready"), HOW_TO_GO_ON
    cancelled = any(tile.state is State.CANCELLED for tile in now.tiles)
    why = "The rest was cancelled." if cancelled else "The others did not work; try them again."
    return f"{now.made} of {now.total} looks", why


def _none(now: SheetSnapshot) -> tuple[str, str]:
    if any(tile.state is State.CANCELLED for tile in now.tiles):
        return "Cancelled", NOT_CHARGED
    return "That did not work", f"None of the looks could be made. {NOT_CHARGED}"


HOW_TO_GO_ON = "Make one final, or tick two to compare them."


def _spoken(now: SheetSnapshot, headline: str) -> str:
    if now.is_ended:
        return headline
    return f"{now.percent // SPOKEN_STEP * SPOKEN_STEP} percent of {now.total} looks are ready"
