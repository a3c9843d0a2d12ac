"""What a generation's page shows at each moment, from a snapshot: sentences and places."""

from dataclasses import dataclass

from generation.models import GeneratedImage
from generation.progress import Snapshot
from generation.states import ENDED, State

SPOKEN_STEP = 25

WORKER_AWAY = "The render worker is not running. Your picture waits; nothing is lost."
NOT_CHARGED = "You were not charged."


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
        return "Waiting for the worker", WORKER_AWAY
    left = time_left(snapshot.eta)
    if snapshot.place is None or snapshot.place <= 1:
        return "You are next", left or "It starts as soon as the worker is free."
    before = f"{snapshot.place - 1} before you"
    return f"Number {snapshot.place} in the queue", f"{before} · {left}" if left else f"{before}."


def _claimed(snapshot: Snapshot) -> tuple[str, str]:
    return "Getting the look ready", "The first step is about to start."


def _rendering(snapshot: Snapshot) -> tuple[str, str]:
    if not snapshot.worker_alive:
        return "The worker stopped", "Your picture goes back in line by itself; nothing is lost."
    step = f"Step {snapshot.step} of {snapshot.total}" if snapshot.total else "Starting"
    left = time_left(snapshot.eta)
    return "Painting", f"{step} · {left}" if left else step


def _delivering(snapshot: Snapshot) -> tuple[str, str]:
    return "Finishing", "Saving at full size."


def _done(snapshot: Snapshot) -> tuple[str, str]:
    got, asked = len(snapshot.images), len(snapshot.places)
    if got < asked:
        return "Done", f"{got} of {asked} pictures arrived; the others were not charged."
    return "Done", "Your picture is ready." if asked == 1 else f"Your {asked} pictures are ready."


def _failed(snapshot: Snapshot) -> tuple[str, str]:
    sentence = snapshot.error or "Something went wrong while rendering."
    return "That did not work", _with_charge(sentence)


def _cancelled(snapshot: Snapshot) -> tuple[str, str]:
    if snapshot.images:
        return "Cancelled", "The pictures below were finished before; the others were not charged."
    return "Cancelled", NOT_CHARGED


def _blocked(snapshot: Snapshot) -> tuple[str, str]:
    sentence = snapshot.error or "This picture was held back. Try it with other words."
    return "Not shown", _with_charge(sentence)


def _with_charge(sentence: str) -> str:
    return sentence if "charged" in sentence else f"{sentence} {NOT_CHARGED}"


def time_left(eta: tuple[int, int] | None) -> str:
    """A range of seconds in words; empty while nobody knows."""
    if eta is None:
        return ""
    low, high = (max(1, round(seconds)) for seconds in eta)
    if high >= 90:
        return f"about {round(high / 60)} min left"
    return f"about {high} s left" if low == high else f"{low} to {high} s left"


def _spoken(snapshot: Snapshot, headline: str) -> str:
    if State(snapshot.state) is not State.RENDERING:
        return headline
    reached = int(snapshot.percent) // SPOKEN_STEP * SPOKEN_STEP
    return f"{headline}, {reached} percent"


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
