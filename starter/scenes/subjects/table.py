"""Where subjects register: a name, how to draw it, and how it wants to stand."""

from collections.abc import Callable
from dataclasses import dataclass

from starter.scenes.pen import Coat, Pen

Draw = Callable[[Pen, Coat], None]

ANIMAL = ("jumping", "sleeping", "running")
FIGURE = ("jumping", "running", "waving")


@dataclass(frozen=True)
class Subject:
    """`tall` scales the usual height, `wide` is width over height; `poses` are what it can do
    beside standing there: jumping, sleeping, running, waving. `gallop` is the width over
    height of who stretches out in a run."""

    name: str
    draw: Draw
    plural: str
    synonyms: tuple[tuple[str, str], ...] = ()
    tall: float = 1.0
    wide: float = 1.0
    floats: bool = False
    flies: float = 0.0
    hovers: float = 0.0
    bulk: float = 1.0
    poses: tuple[str, ...] = ()
    gallop: float = 0.0

    def width(self, pose: str | None) -> float:
        """Width over height in a pose."""
        return max(self.wide * 1.12, self.gallop) if pose == "running" else self.wide


SUBJECTS: dict[str, Subject] = {}


def subject(name: str, plural: str = "", **manner: object) -> Callable[[Draw], Draw]:
    """Register a draw function under `name`; `manner` are the fields of Subject."""

    def keep(draw: Draw) -> Draw:
        SUBJECTS[name] = Subject(name, draw, plural or name + "s", **manner)  # type: ignore[arg-type]
        return draw

    return keep
