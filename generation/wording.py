"""What a generation's page shows at each moment, from a snapshot: sentences and places."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from generation.models import GeneratedImage
from generation.progress import Snapshot
from generation.states import ENDED, State
from generation.told_errors import told

SPOKEN_STEP = 25

WORKER_AWAY = gettext_lazy("The render worker is not running. Your picture waits; nothing is lost.")
NOT_CHARGED = gettext_lazy("You were not charged.")


@dataclass(frozen=True)
class Words:
    """`headline` large, `detail` small; `spoken` changes seldom, for screen readers."""

    headline: str
    detail: str
    spoken: str


@dataclass(frozen=True)
class Slot:
    """One picture's place: delivered, forming (`preview` is a data URI or empty), or not coming."""

    image: GeneratedImage | None
    preview: str
    is_coming: bool


def moment(snapshot: Snapshot) -> dict[str, object]:
    """The context of the progress fragment that changes from one snapshot to the next."""
    return {
        "snapshot": snapshot,
        "words": words_for(snapshot),
        "slots": slots_of(snapshot),
        "is_coming": State(snapshot.state) not in ENDED,
    }


def slots_of(snapshot: Snapshot) -> list[Slot]:
    delivered = {image.index: image for image in snapshot.images}
    is_coming = State(snapshot.state) not in ENDED
    return [
        Slot(delivered.get(index), snapshot.previews.get(index, ""), is_coming)
        for index in snapshot.places
    ]


def words_for(snapshot: Snapshot) -> Words:
    headline, detail = _WORDS[State(snapshot.state)](snapshot)
    return Words(headline, detail, _spoken(snapshot, headline))


def _queued(snapshot: Snapshot) -> tuple[str, str]:
    if not snapshot.worker_alive:
        return _("Waiting for the worker"), str(WORKER_AWAY)
    left = time_left(snapshot.eta)
    if snapshot.place is None or snapshot.place <= 1:
        return _("You are next"), left or _("It starts as soon as the worker is free.")
    headline = _("Number {place} in the queue").format(place=snapshot.place)
    if not left:
        return headline, _("{number} before you.").format(number=snapshot.place - 1)
    before = _("{number} before you").format(number=snapshot.place - 1)
    return headline, f"{before} · {left}"


def _claimed(snapshot: Snapshot) -> tuple[str, str]:
    return _("Getting the look ready"), _("The first step is about to start.")


def _rendering(snapshot: Snapshot) -> tuple[str, str]:
    if not snapshot.worker_alive:
        detail = _("Your picture goes back in line by itself; nothing is lost.")
        return _("The worker stopped"), detail
    step, left = _step(snapshot), time_left(snapshot.eta)
    return _("Painting"), f"{step} · {left}" if left else step


def _step(snapshot: Snapshot) -> str:
    if not snapshot.total:
        return _("Starting")
    return _("Step {step} of {total}").format(step=snapshot.step, total=snapshot.total)


def _delivering(snapshot: Snapshot) -> tuple[str, str]:
    return _("Finishing"), _("Saving at full size.")


def _done(snapshot: Snapshot) -> tuple[str, str]:
    got, asked = len(snapshot.images), len(snapshot.places)
    if got < asked:
        said = _("{got} of {asked} pictures arrived; the others were not charged.")
        return _("Done"), said.format(got=got, asked=asked)
    ready = ngettext("Your picture is ready.", "Your {number} pictures are ready.", asked)
    return _("Done"), ready.format(number=asked)


def _failed(snapshot: Snapshot) -> tuple[str, str]:
    if not snapshot.error:
        why = _("Something went wrong while rendering.")
        return _("That did not work"), f"{why} {NOT_CHARGED}"
    return _("That did not work"), _with_charge(snapshot.error)


def _cancelled(snapshot: Snapshot) -> tuple[str, str]:
    if snapshot.images:
        said = _("The pictures below were finished before; the others were not charged.")
        return _("Cancelled"), said
    return _("Cancelled"), str(NOT_CHARGED)


def _blocked(snapshot: Snapshot) -> tuple[str, str]:
    if not snapshot.error:
        held = _("This picture was held back. Try it with other words.")
        return _("Not shown"), f"{held} {NOT_CHARGED}"
    return _("Not shown"), _with_charge(snapshot.error)


def _with_charge(stored: str) -> str:
    return told(stored) if "charged" in stored else f"{told(stored)} {NOT_CHARGED}"


def time_left(eta: tuple[int, int] | None) -> str:
    """A range of seconds in words; empty while nobody knows."""
    if eta is None:
        return ""
    low, high = (max(1, round(seconds)) for seconds in eta)
    if high >= 90:
        return _("about {minutes} min left").format(minutes=round(high / 60))
    if low == high:
        return _("about {seconds} s left").format(seconds=high)
    return _("{low} to {high} s left").format(low=low, high=high)


def _spoken(snapshot: Snapshot, headline: str) -> str:
    if State(snapshot.state) is not State.RENDERING:
        return headline
    reached = int(snapshot.percent) // SPOKEN_STEP * SPOKEN_STEP
    return _("{headline}, {number} percent").format(headline=headline, number=reached)


_WORDS = {
    State.QUEUED: _queued,
    State.CLAIMED: _claimed,
    State.RENDERING: _rendering,
    State.DELIVERING: _delivering,
    State.DONE: _done,
    State.FAILED: _failed,
    State.CANCELLED: _cancelled,
    State.BLOCKED: _blocked,
}
