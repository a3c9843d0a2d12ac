"""What the judge can say of a picture, and what it should say of a drawn one."""

from __future__ import annotations

import random
from dataclasses import dataclass

from starter.looks import LOOKS
from starter.scenes import COLOURS, PLACES, SUBJECTS, TIMES, WEATHERS, Facts, sample_facts
from starter.scenes.characters import CHARACTERS
from starter.training.store import Section

HEADS = ("subject", "colour", "place", "time", "weather", "character", "look")
NONE = "none"
UNSAID = -100

Names = dict[str, tuple[str, ...]]


def known_names() -> Names:
    """The answers of each head, in order: what the drawing knows now."""
    return {
        "subject": tuple(SUBJECTS),
        "colour": tuple(COLOURS),
        "place": tuple(PLACES),
        "time": tuple(TIMES),
        "weather": (NONE, *WEATHERS),
        "character": (NONE, *CHARACTERS),
        "look": (NONE, *LOOKS),
    }


@dataclass(frozen=True)
class Truth:
    """What a picture shows; None where the judge is not asked."""

    subject: str | None = None
    colour: str | None = None
    place: str | None = None
    time: str | None = None
    weather: str | None = None
    character: str | None = NONE
    look: str | None = NONE

    def numbers(self, names: Names) -> list[int]:
        """One number for each head, UNSAID where nothing is asked."""
        said = [getattr(self, head) for head in HEADS]
        pairs = zip(HEADS, said, strict=True)
        return [UNSAID if name is None else names[head].index(name) for head, name in pairs]


def truth_of(facts: Facts, look: str = NONE) -> Truth:
    """The truth of a scene; of two subjects side by side neither is asked for."""
    subject, colour = (None, None) if facts.second else (facts.subject, facts.colour)
    weather = facts.weather or NONE
    return Truth(subject, colour, facts.place, facts.time, weather, NONE, look)


def truth_of_row(section: Section, row: int) -> Truth:
    """The truth of one row of a store: its facts follow from the row's number alone."""
    if section.kind == "character":
        return Truth(character=section.name)
    facts = sample_facts(random.Random(f"facts {row}"))
    return truth_of(facts, section.name if section.kind == "look" else NONE)
