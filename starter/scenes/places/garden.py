"""In a garden: clipped hedges, beds of large flowers, a fountain, a rose arch."""

import random

import numpy as np

from starter.scenes.canvas import FAR, GROUND, MIDDLE, SIZE, Canvas
from starter.scenes.geometry import Outline, dome
from starter.scenes.palette import Colour, mix
from starter.scenes.places.scenery import disc, ground, line_of, rolling, round_tree
from starter.scenes.places.table import Place, Stage, register

_HEDGE: Colour = (46, 122, 74)
_LAWN: Colour = (142, 206, 104)
_STONE: Colour = (226, 220, 214)
_BLOOMS: tuple[Colour, ...] = (
    (244, 92, 112),
    (252, 206, 84),
    (250, 244, 246),
    (196, 120, 220),
    (250, 150, 176),
)


def _bar(x0: float, y0: float, x1: float, y1: float) -> Outline:
    return line_of((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _hedge(canvas: Canvas, box: tuple[float, float, float, float], depth: float) -> None:
    """A clipped wall of leaves: light on top, dark front."""
    x0, y0, x1, y1 = box
    light = canvas.light
    front = light.on_land(_HEDGE, depth)
    canvas.fill(_bar(x0, y0, x1, y1), front)
    top = light.on_land((96, 176, 92), depth)
    canvas.touch(_bar(x0, y0, x1, y0 + (y1 - y0) * 0.22), top)


def _topiary(canvas: Canvas, x: float, y: float, h: float) -> None:
    light = canvas.light
    leaf = light.on_land((58, 138, 82), 0.06)
    canvas.shadow((x, y), (h * 0.3, h * 0.07), 1.0)
    canvas.fill(_bar(x - h * 0.04, y - h * 0.3, x + h * 0.04, y), light.on_land((120, 82, 66)))
    balls = [disc(x, y - h * share, h * r, h * r) for share, r in ((0.34, 0.24), (0.78, 0.17))]
    for ball in balls:
        canvas.fill(ball, leaf)
    canvas.model(balls, h * 0.1, 2)


def _bloom(canvas: Canvas, x: float, y: float, r: float, tone: Colour) -> None:
    for dx, dy in ((-0.7, 0.1), (0.7, 0.1), (0.0, -0.65), (0.0, 0.6)):
        canvas.touch(disc(x + dx * r, y + dy * r, r * 0.72, r * 0.66), tone)
    canvas.touch(
        disc(x, y, r * 0.5, r * 0.46), mix(tone, canvas.light.on_land((255, 210, 90)), 0.75)
    )


def _bed(canvas: Canvas, ends: tuple[float, float], y: float, rng: random.Random) -> None:
    """A strip of earth and leaves with one row of large blooms."""
    light = canvas.light
    canvas.label = GROUND
    middle, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
    canvas.fill(disc(middle, y, half, 20), light.on_land((64, 140, 78), 0.04))
    tones = rng.sample(_BLOOMS, 3)
    for i, x in enumerate(np.linspace(ends[0] + 14, ends[1] - 14, 5)):
        lift = 12 + (i % 2) * 12
        _bloom(canvas, float(x), y - lift, 13, light.on_land(tones[i % 3]))


def _fountain(canvas: Canvas, x: float, y: float, w: float) -> None:
    light = canvas.light
    stone, water = light.on_land(_STONE, 0.1), light.on_land((150, 214, 240), 0.06)
    for side in (-1, 1):
        jet = dome(x + side * w * 0.22, y - w * 0.42, w * 0.22, -w * 0.44)
        inner = dome(x + side * w * 0.22, y - w * 0.42, w * 0.13, -w * 0.3)
        canvas.touch(np.concatenate([jet, inner[::-1]]), water)
    parts = [
        line_of((x - w * 0.62, y - 26), (x + w * 0.62, y - 26), (x + w * 0.5, y), (x - w * 0.5, y)),
        _bar(x - w * 0.07, y - w * 0.5, x + w * 0.07, y - 20),
        line_of(
            (x - w * 0.32, y - w * 0.5),
            (x + w * 0.32, y - w * 0.5),
            (x + w * 0.1, y - w * 0.36),
            (x - w * 0.1, y - w * 0.36),
        ),
    ]
    for part in parts:
        canvas.fill(part, stone)
    canvas.model(parts, 12, 0)
    canvas.touch(disc(x, y - 26, w * 0.58, 7), water)


def _arch(canvas: Canvas, x: float, y: float, r: float, rng: random.Random) -> None:
    """A gate of roses in the hedge, open to what lies behind."""
    light = canvas.light
    leaf = light.on_land((62, 144, 84), 0.1)
    outer, inner = dome(x, y - r * 1.2, r, -r), dome(x, y - r * 1.2, r * 0.68, -r * 0.68)
    canvas.fill(
        line_of(*outer, (x - r, y), (x - r * 0.68, y), *inner[::-1], (x + r * 0.68, y), (x + r, y)),
        leaf,
    )
    rose = light.on_land(rng.choice(_BLOOMS), 0.06)
    for spot in range(2, 28, 5):
        px, py = (outer[spot] + inner[spot]) / 2
        canvas.touch(disc(px, py, 11, 11), rose)
    for side in (-1, 1):
        for rise in (0.3, 0.8):
            canvas.touch(disc(x + side * r * 0.84, y - r * rise, 11, 11), rose)


def _garden_back(canvas: Canvas, horizon: int, rng: random.Random) -> None:
    light = canvas.light
    canvas.label = FAR
    for i in range(7):
        tone = light.on_land(rng.choice(((108, 170, 110), (130, 186, 110))), 0.5)
        x = SIZE * (i + rng.random()) / 7
        round_tree(canvas, x, horizon + 20, rng.uniform(70, 110), tone)
    canvas.label = MIDDLE


def hedge_garden(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    """Two hedges that step towards us, topiary at their ends, a fountain between."""
    _garden_back(canvas, horizon, rng)
    _hedge(canvas, (-4, horizon - 2, SIZE + 4, horizon + 50), 0.3)
    ground(canvas, rolling(horizon + 44, 3, rng, 0.6), _LAWN)
    canvas.label = MIDDLE
    _fountain(canvas, SIZE / 2 + rng.uniform(-40, 40), horizon + 64, rng.uniform(96, 120))
    for side in (-1, 1):
        a, b = SIZE / 2 + side * 150, SIZE / 2 + side * 270
        _hedge(canvas, (min(a, b), horizon + 16, max(a, b), horizon + 92), 0.06)
        _topiary(canvas, SIZE / 2 + side * 142, horizon + 104, rng.uniform(110, 130))
        _bed(canvas, (min(a, b) - 10, max(a, b)), horizon + 116, rng)
    return Stage(horizon + 60, frame="flowers")


def rose_gate(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    """A long hedge with a gate of roses and a path of stone that leads there."""
    light = canvas.light
    _garden_back(canvas, horizon, rng)
    x, r = SIZE / 2 + rng.choice((-1, 1)) * rng.uniform(90, 150), 60
    _hedge(canvas, (-4, horizon - 20, x - r, horizon + 66), 0.14)
    _hedge(canvas, (x + r, horizon - 20, SIZE + 4, horizon + 66), 0.14)
    ground(canvas, rolling(horizon + 60, 3, rng, 0.6), _LAWN)
    path = light.on_land((232, 214, 190), 0.04)
    foot = SIZE / 2 + (x - SIZE / 2) * 0.3
    canvas.touch(
        line_of(
            (x - 38, horizon + 62), (x + 38, horizon + 62), (foot + 130, 520), (foot - 130, 520)
        ),
        path,
    )
    canvas.label = MIDDLE
    _arch(canvas, x, horizon + 68, r, rng)
    for left, right in ((-10, x - 84), (x + 84, SIZE + 10)):
        if right - left > 120:
            _bed(canvas, (left, right), horizon + 84, rng)
    return Stage(horizon + 64, frame="flowers")


register(
    Place(
        "garden",
        ("in a garden", "in the garden", "in a flower garden", "among the hedges of a garden"),
        ("garden", "flower garden"),
        (hedge_garden, rose_gate),
        (270, 310),
    )
)
