"""On a farm: a red barn, golden wheat, fences and bales."""

import random

from starter.scenes.canvas import FAR, MIDDLE, SIZE, Canvas
from starter.scenes.geometry import Outline
from starter.scenes.palette import LAMP, Colour, mix
from starter.scenes.places.scenery import disc, ground, line_of, rolling, round_tree
from starter.scenes.places.table import Place, Stage, register

_BARN: Colour = (190, 52, 48)
_WHEAT: Colour = (240, 196, 74)
_TRIM: Colour = (252, 246, 236)


def _bar(x0: float, y0: float, x1: float, y1: float) -> Outline:
    return line_of((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _barn(canvas: Canvas, x: float, y: float, w: float) -> None:
    """A barn front with its gambrel roof, white trim and cross door, a silo at its side."""
    light = canvas.light
    wall, trim = light.on_land(_BARN, 0.08), light.on_land(_TRIM, 0.08)
    half, h = w / 2, w * 0.62
    _silo(canvas, x + (1 if x < SIZE / 2 else -1) * half * 1.36, y, w)
    gable = [(-1, 0), (-1, 0.92), (-0.72, 1.42), (0, 1.75), (0.72, 1.42), (1, 0.92), (1, 0)]
    outline = line_of(*((x + dx * half, y - dy * h) for dx, dy in gable))
    canvas.fill(outline, wall)
    canvas.model([outline], w * 0.12, 0)
    roof = light.on_land((92, 74, 92), 0.08)
    for side in (-1, 1):
        edge = [(1.1, 0.84), (0.78, 1.46), (0, 1.82), (0, 1.64), (0.68, 1.32), (0.98, 0.84)]
        canvas.fill(line_of(*((x + side * dx * half, y - dy * h) for dx, dy in edge)), roof)
    canvas.touch(_bar(x - half * 0.46, y - h * 0.8, x + half * 0.46, y), trim)
    canvas.touch(_bar(x - half * 0.36, y - h * 0.72, x + half * 0.36, y), wall)
    for side in (-1, 1):
        a, b = x - side * half * 0.36, x + side * half * 0.36
        canvas.touch(
            line_of((a, y), (a + side * 9, y), (b, y - h * 0.72), (b - side * 9, y - h * 0.72)),
            trim,
        )
    pane = LAMP if light.time in ("night", "sunset") else trim
    canvas.touch(disc(x, y - h * 1.18, half * 0.17, half * 0.17), pane)


def _silo(canvas: Canvas, x: float, y: float, w: float) -> None:
    light = canvas.light
    tone, r = light.on_land((196, 200, 210), 0.12), w * 0.15
    body = [_bar(x - r, y - w * 1.1, x + r, y), disc(x, y - w * 1.1, r, r)]
    for part in body:
        canvas.fill(part, tone)
    canvas.model(body, r * 0.5, 0)


def _fence(canvas: Canvas, y: float) -> None:
    light = canvas.light
    wood = light.on_land(_TRIM, 0.06)
    for row in (-30, -14):
        canvas.fill(_bar(-4, y + row, SIZE + 4, y + row + 8), wood)
    for x in range(24, SIZE, 66):
        canvas.fill(_bar(x - 6, y - 42, x + 6, y + 4), wood)


def _bale(canvas: Canvas, x: float, y: float, r: float) -> None:
    light = canvas.light
    straw = light.on_land((246, 206, 96))
    roll = [disc(x, y - r, r, r)]
    canvas.shadow((x, y), (r * 1.4, r * 0.25), 1.0)
    canvas.fill(roll[0], straw)
    canvas.model(roll, r * 0.35, 2)
    for share in (0.62, 0.26):
        ring = light.on_land((206, 150, 62)) if share > 0.5 else straw
        canvas.touch(disc(x, y - r, r * share, r * share), ring)


def _backdrop(canvas: Canvas, horizon: int, rng: random.Random) -> None:
    light = canvas.light
    canvas.label = FAR
    for i, depth in enumerate((0.6, 0.36)):
        canvas.wash(
            rolling(horizon - 30 + i * 26, 16, rng, 0.9),
            light.on_land((126, 180, 104), depth),
            light.on_land((150, 190, 100), depth),
        )
    canvas.label = MIDDLE


def _spot(rng: random.Random) -> float:
    return SIZE / 2 + rng.choice((-1, 1)) * rng.uniform(110, 160)


def barnyard(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    _backdrop(canvas, horizon, rng)
    x = _spot(rng)
    _barn(canvas, x, horizon + 40, rng.uniform(150, 184))
    tree = canvas.light.on_land((88, 150, 80), 0.14)
    round_tree(canvas, SIZE - x + rng.uniform(-60, 60), horizon + 36, rng.uniform(90, 120), tree)
    ground(canvas, rolling(horizon + 36, 5, rng, 0.7), _WHEAT)
    _fence(canvas, horizon + 70)
    return Stage(horizon + 60, frame="none")


def wheat_field(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    _backdrop(canvas, horizon, rng)
    x = _spot(rng)
    _barn(canvas, x, horizon + 14, rng.uniform(110, 136))
    ground(canvas, rolling(horizon + 10, 6, rng, 0.7), _WHEAT)
    stripe = light.on_land(mix(_WHEAT, (204, 132, 44), 0.55), 0.04)
    for i in range(-4, 6):
        near, far = x + i * 160, x + i * 30
        rows = (
            (far - 3, horizon + 34),
            (far + 5, horizon + 34),
            (near + 44, 520),
            (near - 30, 520),
        )
        canvas.touch(line_of(*rows), stripe)
    for place in (rng.uniform(30, 180), rng.uniform(330, 480)):
        _bale(canvas, place, horizon + rng.uniform(80, 120), rng.uniform(28, 40))
    return Stage(horizon + 50, frame="none")


register(
    Place(
        "farm",
        ("on a farm", "at the farm", "on the farm", "in a wheat field"),
        ("farm", "wheat field"),
        (barnyard, wheat_field),
        (280, 320),
    )
)
