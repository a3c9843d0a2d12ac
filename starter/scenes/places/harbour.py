"""At the harbour, on planks above the water."""

import random

from starter.scenes.canvas import FAR, GROUND, MIDDLE, SIZE, Box, Canvas
from starter.scenes.geometry import Outline, moved
from starter.scenes.palette import LAMP, Colour, mix
from starter.scenes.places.scenery import disc, line_of, paint_water, rolling
from starter.scenes.places.table import Place, Stage, register

_PLANK: Colour = (186, 132, 86)
_POST: Colour = (112, 74, 56)
_SHEDS: tuple[Colour, ...] = ((206, 92, 74), (70, 126, 150), (232, 196, 132), (120, 154, 124))
_HULLS: tuple[Colour, ...] = ((226, 96, 80), (66, 120, 170), (250, 244, 232))


def _planks(canvas: Canvas, y: float, vanish: float) -> None:
    """A pier towards a vanishing point: boards across the sight, bollards at its edges."""
    light = canvas.light
    wood = light.on_land(_PLANK)
    canvas.label = GROUND
    deck = line_of((vanish - 170, y), (vanish + 170, y), (vanish + 420, 520), (vanish - 420, 520))
    canvas.fill(moved(deck, 0, 12), light.on_land((84, 60, 60)))
    canvas.wash(deck, mix(wood, light.haze, 0.14), wood)
    seam, row, step = light.on_land((128, 84, 62)), y + 15, 17.0
    while row < SIZE:
        half = 170 + 250 * (row - y) / (520 - y)
        canvas.touch(_bar(vanish - half, row, vanish + half, row + 2 + step * 0.08), seam)
        row, step = row + step, step * 1.22
    for side in (-1, 1):
        _bollard(canvas, vanish + side * 186, y + 8, 46)


def _bar(x0: float, y0: float, x1: float, y1: float) -> Outline:
    return line_of((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _bollard(canvas: Canvas, x: float, y: float, h: float) -> None:
    light = canvas.light
    post = light.on_land(_POST)
    canvas.fill(_bar(x - 9, y - h, x + 9, y), post)
    canvas.fill(disc(x, y - h, 13, 7), mix(post, light.on_land((255, 230, 190)), 0.3))


def _boat(canvas: Canvas, x: float, y: float, w: float, rng: random.Random) -> None:
    light = canvas.light
    hull = light.on_land(rng.choice(_HULLS), 0.14)
    mast = light.on_land(_POST, 0.2)
    canvas.fill(_bar(x - 3, y - w * 1.1, x + 3, y), mast)
    sail = light.on_land((252, 244, 226), 0.1)
    canvas.fill(line_of((x + 6, y - w * 1.05), (x + w * 0.5, y - 16), (x + 6, y - 16)), sail)
    canvas.fill(
        line_of(
            (x - w * 0.6, y - 12),
            (x + w * 0.62, y - 12),
            (x + w * 0.42, y + 8),
            (x - w * 0.46, y + 8),
        ),
        hull,
    )


def _shed(canvas: Canvas, x: float, y: float, w: float, rng: random.Random) -> None:
    light = canvas.light
    tone, h = light.on_land(rng.choice(_SHEDS), 0.16), w * rng.uniform(0.6, 0.85)
    canvas.fill(_bar(x, y - h, x + w, y), tone)
    roof = light.on_land((104, 78, 92), 0.16)
    canvas.fill(line_of((x - 6, y - h), (x + w / 2, y - h - w * 0.34), (x + w + 6, y - h)), roof)
    dark = light.time in ("night", "sunset")
    pane = LAMP if dark else mix(tone, (235, 246, 255), 0.6)
    canvas.touch(_bar(x + w * 0.32, y - h * 0.75, x + w * 0.68, y - h * 0.3), pane)


def _harbour_stage(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    vanish = SIZE / 2 + rng.uniform(-50, 50)
    y = rng.uniform(396, 412)
    return Stage(
        horizon, (450, 484), (horizon + 50, 392), lambda: _planks(canvas, y, vanish), "none"
    )


def boat_harbour(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    canvas.fill(rolling(horizon - 24, 16, rng, 1.2), light.on_land((104, 140, 150), 0.55))
    canvas.label = MIDDLE
    spots = [(x + rng.uniform(-24, 24), rng.uniform(60, 90)) for x in (60, 180, 330, 450)]
    for x, w in spots:
        _boat(canvas, x, horizon, w, rng)
    paint_water(canvas, horizon + 6, rng, (44, 124, 160))
    canvas.mirror(horizon + 6, Box(0, horizon + 6, SIZE, SIZE), 0.5)
    return _harbour_stage(canvas, horizon, rng)


def quay_sheds(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    canvas.fill(rolling(horizon - 34, 18, rng), light.on_land((112, 140, 160), 0.6))
    canvas.label = MIDDLE
    x = rng.uniform(-30, 0)
    while x < SIZE:
        w = rng.uniform(84, 116)
        _shed(canvas, x, horizon, w, rng)
        x += w + rng.choice((0, 4, 40))
    quay = light.on_land((150, 140, 146), 0.1)
    canvas.fill(_bar(-4, horizon - 2, 516, 512), quay)
    paint_water(canvas, horizon + 16, rng, (44, 124, 160))
    canvas.mirror(horizon + 16, Box(0, horizon + 16, SIZE, SIZE), 0.5)
    _boat(canvas, rng.choice((70, 440)), horizon + 44, 100, rng)
    return _harbour_stage(canvas, horizon + 16, rng)


register(
    Place(
        "harbour",
        ("at the harbour", "on a wooden pier", "on the dock", "at the harbor", "on a pier"),
        ("harbour", "pier", "harbor"),
        (boat_harbour, quay_sheds),
        (250, 290),
    )
)
