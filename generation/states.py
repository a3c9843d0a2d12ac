"""The life of a generation: one enum, one transition table. Pure Python.

queued -> claimed -> rendering -> delivering -> done | failed | cancelled | blocked
"""

from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"
    RENDERING = "rendering"
    DELIVERING = "delivering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"


ACTIVE = frozenset({State.CLAIMED, State.RENDERING, State.DELIVERING})
ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.BLOCKED})
WAITING = frozenset({State.QUEUED})

_BACK_OR_OUT = frozenset({State.QUEUED, State.FAILED, State.CANCELLED})

TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.CLAIMED, State.CANCELLED, State.FAILED}),
    State.CLAIMED: _BACK_OR_OUT | {State.RENDERING},
    State.RENDERING: _BACK_OR_OUT | {State.DELIVERING, State.BLOCKED},
    State.DELIVERING: _BACK_OR_OUT | {State.DONE, State.BLOCKED},
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
    State.BLOCKED: frozenset(),
}


def can_move(old: State, new: State) -> bool:
    return new in TRANSITIONS[old]


def sources_of(new: State) -> frozenset[State]:
    """Every state from which `new` may be reached: the WHERE of its conditional UPDATE."""
    return frozenset(old for old, targets in TRANSITIONS.items() if new in targets)
