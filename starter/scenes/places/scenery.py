"""Ridges, peaks, trees and water shared by the places."""

import math
import random

import numpy as np

from starter.scenes.canvas import FAR, GROUND, MIDDLE, SIZE, Canvas
from starter.scenes.geometry import Outline, oval
from starter.scenes.palette import Colour, mix

_DISC = oval(0, 0, 1, 1)


def disc(x: float, y: float, rx: float, ry: float) -> Outline:
    return np.asarray(_DISC * (rx, ry) + (x, y))


def line_of(*points: tuple[float, float]) -> Outline:
    return np.array(points, float)


def _closed(xs: Outline, ys: Outline) -> Outline:
    top = np.stack([xs, ys], 1)
    return np.concatenate([top, [(SIZE + 20.0, SIZE + 4.0), (-20.0, SIZE + 4.0)]])


def rolling(y: float, swing: float, rng: random.Random, waves: float = 1.0) -> Outline:
    """A soft skyline down to the foot of the sheet."""
    xs = np.linspace(-20, SIZE + 20, 48)
    a, b = rng.uniform(0, 6.3), rng.uniform(0, 6.3)
    ys = y + swing * (
        0.7 * np.sin(xs / SIZE * 6.3 * waves + a) + 0.3 * np.sin(xs / SIZE * 14 * waves + b)
    )
    return _closed(xs, ys)


def peaks(y: float, height: float, count: int, rng: random.Random) -> list[tuple[float, float]]:
    """Points of a jagged skyline, valleys and summits in turn."""
    points = [(-40.0, y)]
    step = (SIZE + 80) / count
    for i in range(count):
        x = -40 + step * (i + rng.uniform(0.35, 0.65))
        points.append((x, y - height * rng.uniform(0.6, 1.0)))
        points.append((-40 + step * (i + 1), y - height * rng.uniform(0.05, 0.3)))
    return points


def paint_peaks(
    canvas: Canvas,
    points: list[tuple[float, float]],
    colours: tuple[Colour, Colour],
    snow: Colour | None,
) -> None:
    """Mountains with a shaded side; summits capped when a snow colour is given."""
    outline = line_of(*points, (SIZE + 40, SIZE), (-40, SIZE))
    canvas.wash(outline, *colours)
    side = canvas.light.side
    shade = mix(colours[0], canvas.light.on_land((50, 60, 110)), 0.28)
    for i in range(1, len(points) - 1, 2):
        x, y = points[i]
        foot = points[i - side]
        drop = foot[1] - y
        ridge = [
            (x, y),
            (x - side * drop * 0.06, y + drop * 0.35),
            (x + side * drop * 0.08, y + drop * 0.6),
            (x - side * drop * 0.02, foot[1] + 4),
            foot,
        ]
        canvas.touch(line_of(*ridge), shade)
        if snow:
            _cap_summit(canvas, points[i - 1 : i + 2], snow)


def _cap_summit(canvas: Canvas, triple: list[tuple[float, float]], snow: Colour) -> None:
    (lx, ly), (x, y), (rx, ry) = triple
    t = 0.36
    left, right = (x + (lx - x) * t, y + (ly - y) * t), (x + (rx - x) * t, y + (ry - y) * t)
    low = (left[1] + right[1]) / 2
    zigzag = [
        (left[0] + (right[0] - left[0]) * s, low + d * (low - y))
        for s, d in ((0.8, -0.3), (0.62, 0.18), (0.42, -0.28), (0.24, 0.1))
    ]
    canvas.touch(line_of((x, y), right, *zigzag, left), snow)
    side = canvas.light.side
    away = right if side < 0 else left
    near = zigzag[1] if side < 0 else zigzag[2]
    canvas.touch(line_of((x, y), away, near), mix(snow, canvas.light.on_land((90, 120, 190)), 0.35))


def pine(canvas: Canvas, x: float, y: float, h: float, colour: Colour) -> None:
    """A fir of three tiers, its far side shaded."""
    w = h * 0.24
    canvas.fill(
        line_of(
            (x - h * 0.03, y + 2),
            (x + h * 0.03, y + 2),
            (x + h * 0.03, y - h * 0.2),
            (x - h * 0.03, y - h * 0.2),
        ),
        mix(colour, (70, 40, 40), 0.5),
    )
    shade = mix(colour, canvas.light.on_land((20, 40, 80)), 0.3)
    side = -canvas.light.side
    for low, high, wide in ((0.1, 0.52, 1.0), (0.34, 0.76, 0.8), (0.58, 1.0, 0.58)):
        tip, left, right = (
            (x, y - h * high),
            (x - w * wide, y - h * low),
            (x + w * wide, y - h * low),
        )
        canvas.fill(line_of(tip, right, left), colour)
        canvas.touch(line_of(tip, (x + side * w * wide, y - h * low), (x, y - h * low)), shade)


def round_tree(canvas: Canvas, x: float, y: float, h: float, colour: Colour) -> None:
    """A broad crown on a trunk, modelled by the light."""
    canvas.fill(
        line_of(
            (x - h * 0.05, y + 2),
            (x + h * 0.05, y + 2),
            (x + h * 0.03, y - h * 0.5),
            (x - h * 0.03, y - h * 0.5),
        ),
        mix(colour, (80, 46, 40), 0.6),
    )
    crown = [
        disc(x, y - h * 0.66, h * 0.3, h * 0.34),
        disc(x - h * 0.18, y - h * 0.52, h * 0.2, h * 0.2),
        disc(x + h * 0.18, y - h * 0.54, h * 0.2, h * 0.2),
    ]
    for part in crown:
        canvas.fill(part, colour)
    canvas.model(crown, h * 0.1, 0)


def tree_line(
    canvas: Canvas, y: float, heights: tuple[float, float], colour: Colour, rng: random.Random
) -> None:
    """A dense row of firs across the sheet."""
    x = -10.0
    while x < SIZE + 20:
        h = rng.uniform(*heights)
        canvas.fill(line_of((x - h * 0.26, y + 3), (x, y - h), (x + h * 0.26, y + 3)), colour)
        x += h * rng.uniform(0.26, 0.4)


def paint_water(
    canvas: Canvas, y: int, rng: random.Random, colour: Colour = (52, 140, 190)
) -> None:
    """Water from row y down, bright at the horizon, with streaks that widen towards us."""
    light = canvas.light
    canvas.label = GROUND
    near, far = light.on_land(colour), mix(light.on_land(colour), light.sky[2], 0.6)
    canvas.wash(line_of((-4, y), (SIZE + 4, y), (SIZE + 4, SIZE + 4), (-4, SIZE + 4)), far, near)
    streak = mix(near, light.sky[2], 0.55)
    for _ in range(11):
        depth = rng.random() ** 1.4
        sy = y + 8 + depth * (SIZE - y)
        canvas.touch(disc(rng.uniform(0, SIZE), sy, 16 + 34 * depth, 2 + 2.2 * depth), streak)


def glitter(canvas: Canvas, x: float, y: int, until: float, rng: random.Random) -> None:
    """The broken path of the sun or moon on the water."""
    colour = mix(canvas.light.sun, canvas.light.sky[2], 0.25)
    rows = 9
    for i in range(rows):
        sy = y + 6 + (until - y) * (i / rows) ** 1.15
        wide = 30 - 14 * math.sin(i * 1.9) - i
        canvas.touch(disc(x + rng.uniform(-8, 8), sy, max(8, wide), 2 + i * 0.28), colour)


def ground(canvas: Canvas, outline: Outline, colour: Colour) -> None:
    """The land we stand on: a little hazy at its far edge, full colour at our feet."""
    canvas.label = GROUND
    light = canvas.light
    canvas.wash(
        outline, light.on_land(colour, 0.16), light.on_land(mix(colour, (40, 60, 80), 0.14))
    )


__all__ = ["FAR", "GROUND", "MIDDLE"]
