"""Where places register, and what a place tells about where things may stand."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from starter.scenes.canvas import Canvas


@dataclass(frozen=True)
class Stage:
    """Rows in pixels: where feet may stand, and where boats float if there is water."""

    horizon: int
    feet: tuple[float, float] = (428, 474)
    water: tuple[float, float] | None = None
    shore: Callable[[], None] | None = None
    frame: str = "grass"


Paint = Callable[[Canvas, int, random.Random], Stage]


@dataclass(frozen=True)
class Place:
    """`horizon` is the usual range of the horizon, in pixels from the top."""

    name: str
    phrases: tuple[str, ...]
    nouns: tuple[str, ...]
    variants: tuple[Paint, ...]
    horizon: tuple[int, int] = (270, 330)


PLACES: dict[str, Place] = {}


def register(place: Place) -> None:
    PLACES[place.name] = place
