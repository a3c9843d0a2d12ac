"""Where places register, and what a place tells about where things may stand."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from starter.scenes.canvas import SIZE, Canvas
from starter.scenes.palette import mix


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
    """Enter a place; the light of the hour lies over whatever it paints."""
    lit = tuple(_with_air(paint) for paint in place.variants)
    PLACES[place.name] = replace(place, variants=lit)


def _with_air(paint: Paint) -> Paint:
    def painted(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
        stage = paint(canvas, horizon, rng)
        if canvas.sun:
            _cast_light(canvas, canvas.sun[0], stage.horizon)
        if canvas.light.time == "dawn":
            _lay_mist(canvas, stage.horizon, rng)
        return stage

    return painted


def _cast_light(canvas: Canvas, x: float, horizon: int) -> None:
    strength = {"sunset": 0.4, "dawn": 0.3, "night": 0.22}.get(canvas.light.time, 0.2)
    canvas.soft((x, horizon + 64), (230, 74), canvas.light.sun, strength)


def _lay_mist(canvas: Canvas, horizon: int, rng: random.Random) -> None:
    veil = mix(canvas.light.haze, (255, 250, 255), 0.55)
    for x in (rng.uniform(0, 200), rng.uniform(300, SIZE)):
        canvas.soft((x, horizon + rng.uniform(-6, 18)), (rng.uniform(240, 340), 46), veil, 0.66)
