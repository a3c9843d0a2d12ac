"""What falls or drifts through a scene: snow, rain, fog."""

import random

from starter.scenes.canvas import SIZE, Canvas
from starter.scenes.palette import mix
from starter.scenes.places.scenery import disc, line_of


def paint_weather(canvas: Canvas, weather: str | None, horizon: int, rng: random.Random) -> None:
    """One of two veils of weather, behind the subjects and before them; stars, clouds, moon
    and sun belong to the sky instead."""
    if weather == "snow":
        _snow(canvas, rng)
    elif weather == "rain":
        _rain(canvas, rng)
    elif weather == "fog":
        _fog(canvas, horizon, rng)


def paint_ground_mist(canvas: Canvas, weather: str | None, rng: random.Random) -> None:
    """A thin bank of fog along the feet of the subjects."""
    if weather == "fog":
        veil = mix(canvas.light.haze, (255, 255, 255), 0.2 if not canvas.light.dark else 0.05)
        for x in (rng.uniform(0, 200), rng.uniform(300, SIZE)):
            canvas.soft((x, SIZE - 50), (300, 44), veil, 0.55)


def _snow(canvas: Canvas, rng: random.Random) -> None:
    flake = mix((255, 255, 255), canvas.light.haze, 0.08 if not canvas.light.dark else 0.2)
    for _ in range(30):
        r = rng.uniform(5.0, 11.5)
        canvas.touch(disc(rng.uniform(0, SIZE), rng.uniform(0, SIZE), r, r), flake)


def _rain(canvas: Canvas, rng: random.Random) -> None:
    drop = mix(canvas.light.haze, (235, 244, 255), 0.55)
    for _ in range(22):
        x, y, n = rng.uniform(-10, SIZE + 20), rng.uniform(-20, SIZE), rng.uniform(34, 56)
        canvas.touch(
            line_of((x, y), (x + 5, y), (x + 5 - n * 0.3, y + n), (x - n * 0.3, y + n)), drop
        )


def _fog(canvas: Canvas, horizon: int, rng: random.Random) -> None:
    veil = mix(canvas.light.haze, (255, 255, 255), 0.4 if not canvas.light.dark else 0.22)
    for i in range(6):
        y = horizon - 60 + rng.uniform(-16, 16) + i * 30
        canvas.soft(
            (rng.uniform(0, SIZE), y), (rng.uniform(240, 380), rng.uniform(34, 58)), veil, 0.85
        )
