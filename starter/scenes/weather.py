"""What falls or drifts before the finished scene: snow, rain, fog."""

import random

from starter.scenes.canvas import SIZE, Canvas
from starter.scenes.palette import mix
from starter.scenes.places.scenery import disc, line_of


def paint_weather(canvas: Canvas, weather: str | None, horizon: int, rng: random.Random) -> None:
    """Overlay the weather; stars, clouds, moon and sun belong to the sky instead."""
    if weather == "snow":
        _snow(canvas, rng)
    elif weather == "rain":
        _rain(canvas, rng)
    elif weather == "fog":
        _fog(canvas, horizon, rng)


def _snow(canvas: Canvas, rng: random.Random) -> None:
    flake = mix((255, 255, 255), canvas.light.haze, 0.08 if not canvas.light.dark else 0.2)
    for _ in range(64):
        r = rng.uniform(2.4, 6.2)
        canvas.touch(disc(rng.uniform(0, SIZE), rng.uniform(0, SIZE), r, r), flake)


def _rain(canvas: Canvas, rng: random.Random) -> None:
    drop = mix(canvas.light.haze, (235, 244, 255), 0.55)
    for _ in range(44):
        x, y, n = rng.uniform(-10, SIZE + 20), rng.uniform(-20, SIZE), rng.uniform(20, 36)
        canvas.touch(line_of((x, y), (x + 4, y), (x + 4 - n * .3, y + n), (x - n * .3, y + n)),
                     drop)


def _fog(canvas: Canvas, horizon: int, rng: random.Random) -> None:
    veil = mix(canvas.light.haze, (255, 255, 255), 0.25 if not canvas.light.dark else 0.08)
    for i in range(5):
        y = horizon + rng.uniform(-40, 30) + i * 30
        canvas.soft((rng.uniform(0, SIZE), y), (rng.uniform(240, 380), rng.uniform(34, 58)),
                    veil, 0.75)
