"""Sky: gradient, sun or moon, stars and clouds."""

import math
import random

import numpy as np

from starter.scenes.canvas import SIZE, SKY, Canvas, gradient
from starter.scenes.geometry import Outline, box, moved, oval, poly
from starter.scenes.palette import Colour, mix, scale

_STAR: Colour = (255, 250, 226)


def paint_sky(canvas: Canvas, weather: str | None, horizon: int, rng: random.Random) -> None:
    """Fill the sheet with sky; the sun or moon stands on the side the light comes from."""
    light = canvas.light
    canvas.label = SKY
    canvas.image[: horizon + 40] = gradient(light.sky, horizon + 40, SIZE)
    canvas.image[horizon + 40 :] = light.sky[2]
    if light.dark:
        _scatter_stars(canvas, 64 if weather == "stars" else _few_stars(weather, rng), rng)
    _paint_disc(canvas, weather, horizon, rng)
    for _ in range(_cloud_count(canvas, weather, rng)):
        _paint_cloud(canvas, weather, horizon, rng)


def _few_stars(weather: str | None, rng: random.Random) -> int:
    return rng.randint(3, 7) if weather is None else 0


def _cloud_count(canvas: Canvas, weather: str | None, rng: random.Random) -> int:
    if weather == "clouds":
        return rng.randint(5, 7)
    if weather == "rain":
        return rng.randint(3, 5)
    if weather in ("stars", "fog", "full moon", "big sun"):
        return 0
    return rng.choice((0, 0, 1)) if not canvas.light.dark else 0


def _scatter_stars(canvas: Canvas, count: int, rng: random.Random) -> None:
    for i in range(count):
        x, y = rng.uniform(6, SIZE - 6), SIZE * 0.6 * rng.random() ** 1.2 + 6
        if i % 4 == 0:
            canvas.touch(_sparkle(x, y, rng.uniform(11, 18)), _STAR)
        else:
            r = rng.uniform(2.6, 4.6)
            canvas.touch(
                oval(0, 0, 1, 1) * r + (x, y), mix(_STAR, canvas.light.sky[1], rng.uniform(0, 0.35))
            )


def _sparkle(x: float, y: float, r: float) -> Outline:
    arms = [
        (
            x + (r if i % 2 == 0 else r * 0.28) * math.cos(i * math.pi / 4),
            y + (r if i % 2 == 0 else r * 0.28) * math.sin(i * math.pi / 4),
        )
        for i in range(8)
    ]
    return poly.__wrapped__(*arms)


def _paint_disc(canvas: Canvas, weather: str | None, horizon: int, rng: random.Random) -> None:
    light = canvas.light
    x = SIZE * (0.5 + light.side * rng.uniform(0.14, 0.36))
    if light.dark:
        _paint_moon(canvas, weather, x, rng)
        return
    big = weather == "big sun"
    if not big and (weather in ("rain", "snow", "fog", "clouds") or rng.random() < 0.35):
        return
    low = light.time in ("sunset", "dawn")
    r = rng.uniform(86, 112) if big else rng.uniform(28, 38)
    y = horizon * (rng.uniform(0.5, 0.74) if low else rng.uniform(0.28, 0.46))
    canvas.sun = (x, y)
    canvas.soft((x, y), (r * 3.2, r * 3.2), light.sun, 0.7)
    canvas.touch(oval(0, 0, 1, 1) * r + (x, y), mix(light.sun, (255, 255, 255), 0.15))


def _paint_moon(canvas: Canvas, weather: str | None, x: float, rng: random.Random) -> None:
    moon, y = canvas.light.sun, rng.uniform(84, 130)
    if weather == "full moon":
        canvas.sun = (x, y)
        r = rng.uniform(58, 76)
        canvas.soft((x, y), (r * 2.8, r * 2.8), mix(moon, canvas.light.haze, 0.4), 0.7)
        canvas.touch(oval(0, 0, 1, 1) * r + (x, y), moon)
        for dx, dy, size in ((-0.3, -0.2, 0.2), (0.28, 0.25, 0.16), (0.1, -0.45, 0.12)):
            canvas.touch(oval(0, 0, 1, 1) * r * size + (x + dx * r, y + dy * r), scale(moon, 0.92))
    elif weather in (None, "stars") and rng.random() < 0.6:
        canvas.sun = (x, y)
        r = rng.uniform(26, 36)
        canvas.soft((x, y), (r * 2.6, r * 2.6), moon, 0.35)
        canvas.touch(moved(_crescent(r, canvas.light.side), x, y), moon)


def _crescent(r: float, side: int) -> Outline:
    outer = np.linspace(-math.pi / 2, math.pi / 2, 24)
    inner = outer[::-1]
    points = np.concatenate(
        [
            np.stack([np.cos(outer), np.sin(outer)], 1),
            np.stack([np.cos(inner) * 0.42, np.sin(inner)], 1),
        ]
    )
    return np.asarray(points * (side * r, r) + (-side * r * 0.4, 0))


def _paint_cloud(canvas: Canvas, weather: str | None, horizon: int, rng: random.Random) -> None:
    light = canvas.light
    x, y = rng.uniform(20, SIZE - 20), horizon * rng.uniform(0.12, 0.72)
    w = rng.uniform(72, 118) if weather in ("clouds", "rain") else rng.uniform(34, 52)
    body = mix(light.sky[2], (255, 255, 255), {"night": 0.26, "sunset": 0.24}.get(light.time, 0.75))
    if weather == "rain":
        body = mix(scale(light.sky[1], 0.8), (150, 156, 176), 0.3)
    bumps = [(-0.62, 0.0, 0.28), (-0.22, -0.2, 0.42), (0.24, -0.12, 0.36), (0.64, 0.02, 0.25)]
    turn = rng.choice((-1, 1))
    parts = [
        oval(0, 0, 1, 1) * (w * r * 1.05, w * r) + (x + turn * w * dx, y + w * dy)
        for (dx, dy, r) in bumps
    ]
    parts.append(box(-0.92, 0.0, 0.92, 0.27, 0.135) * w + (x, y))
    for part in parts:
        canvas.touch(part, body)
    canvas.puff(parts, w * 0.13)
