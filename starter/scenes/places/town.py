"""In the city: a skyline, a street of houses, a park."""

import random

from starter.scenes.canvas import FAR, MIDDLE, SIZE, Canvas
from starter.scenes.geometry import Outline
from starter.scenes.palette import LAMP, Colour, mix
from starter.scenes.places.scenery import ground, line_of, rolling, round_tree
from starter.scenes.places.table import Place, Stage, register

_WALLS: tuple[Colour, ...] = ((120, 134, 170), (150, 142, 172), (104, 126, 156), (164, 150, 160))
_FRONTS: tuple[Colour, ...] = (
    (226, 152, 120),
    (240, 200, 140),
    (150, 186, 190),
    (206, 140, 146),
    (170, 180, 140),
    (236, 220, 196),
)


def _block(x0: float, y0: float, x1: float, y1: float) -> Outline:
    return line_of((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _tower(
    canvas: Canvas, box: tuple[float, float, float, float], tone: Colour, lit: float
) -> None:
    x0, y0, x1, y1 = box
    canvas.fill(_block(x0, y0, x1, y1), tone)
    shade = mix(tone, canvas.light.on_land((50, 50, 100)), 0.24)
    cut = x0 + (x1 - x0) * 0.66 if canvas.light.side < 0 else x0 + (x1 - x0) * 0.34
    canvas.touch(
        _block(cut, y0, x1, y1) if canvas.light.side < 0 else _block(x0, y0, cut, y1), shade
    )
    if lit:
        _windows(canvas, box, tone)


def _windows(canvas: Canvas, box: tuple[float, float, float, float], tone: Colour) -> None:
    x0, y0, x1, y1 = box
    light = canvas.light
    on = LAMP if light.time in ("night", "sunset") else mix(tone, (226, 244, 255), 0.6)
    off = mix(tone, light.sky[1], 0.3)
    columns = max(1, int((x1 - x0 - 10) // 19))
    gap = (x1 - x0) / columns
    seed = int(x0 * 7 + y0 * 3)
    for row in range(int((y1 - y0 - 12) // 27)):
        for column in range(columns):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            x, y = x0 + gap * (column + 0.5), y0 + 14 + row * 27
            canvas.touch(_block(x - 4.5, y, x + 4.5, y + 12), on if seed >> 16 & 3 else off)


def _skyline(
    canvas: Canvas, y: float, heights: tuple[float, float], depth: float, rng: random.Random
) -> None:
    x = rng.uniform(-30, 0)
    while x < SIZE:
        w, h = rng.uniform(46, 84), rng.uniform(*heights)
        tone = canvas.light.on_land(rng.choice(_WALLS), depth)
        _crown(canvas, (x, y - h, w), tone, rng)
        _tower(canvas, (x, y - h, x + w, y + 6), tone, depth < 0.5)
        x += w + rng.choice((0, 0, 8, 16))


def _crown(
    canvas: Canvas, at: tuple[float, float, float], tone: Colour, rng: random.Random
) -> None:
    x, y, w = at
    kind = rng.randrange(4)
    if kind == 0:
        canvas.fill(line_of((x, y + 1), (x + w / 2, y - w * 0.5), (x + w, y + 1)), tone)
    elif kind == 1:
        canvas.fill(_block(x + w * 0.2, y - 16, x + w * 0.8, y + 1), tone)
    elif kind == 2:
        canvas.fill(_block(x + w * 0.46, y - 34, x + w * 0.46 + 5, y + 1), tone)


def _street(canvas: Canvas, y: float) -> None:
    light = canvas.light
    ground(canvas, _block(-4, y, SIZE + 4, SIZE + 4), (196, 190, 196))
    road = light.on_land((104, 106, 128))
    canvas.wash(_block(-4, y + 34, SIZE + 4, SIZE + 4), mix(road, light.haze, 0.15), road)
    canvas.touch(_block(-4, y + 28, SIZE + 4, y + 36), light.on_land((226, 220, 216)))
    for i in range(-1, 5):
        x = i * 130 + 40
        canvas.touch(
            line_of((x, 452), (x + 70, 452), (x + 64, 462), (x - 8, 462)),
            light.on_land((240, 232, 210), 0.1),
        )


def skyline_street(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    canvas.label = FAR
    _skyline(canvas, horizon + 40, (120, 214), 0.62, rng)
    canvas.label = MIDDLE
    _skyline(canvas, horizon + 60, (70, 160), 0.2, rng)
    _street(canvas, horizon + 60)
    return Stage(horizon + 60, frame="none")


def house_row(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    canvas.label = FAR
    _skyline(canvas, horizon + 20, (110, 180), 0.66, rng)
    canvas.label = MIDDLE
    x, y = -14.0, horizon + 64.0
    previous: Colour | None = None
    while x < SIZE:
        w, h = rng.uniform(74, 104), rng.uniform(110, 156)
        front = rng.choice([c for c in _FRONTS if c != previous])
        previous = front
        tone = canvas.light.on_land(front, 0.12)
        _tower(canvas, (x, y - h, x + w, y + 4), tone, 1)
        roof = canvas.light.on_land((150, 84, 84), 0.1)
        canvas.fill(
            line_of((x - 4, y - h + 2), (x + w / 2, y - h - w * 0.42), (x + w + 4, y - h + 2)), roof
        )
        x += w
    _street(canvas, horizon + 60)
    return Stage(horizon + 60, frame="none")


def park(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    _skyline(canvas, horizon + 20, (110, 190), 0.6, rng)
    canvas.label = MIDDLE
    _skyline(canvas, horizon + 30, (60, 140), 0.3, rng)
    for _ in range(6):
        round_tree(
            canvas,
            rng.uniform(0, SIZE),
            horizon + 44,
            rng.uniform(56, 84),
            light.on_land((84, 150, 88), 0.14),
        )
    ground(canvas, rolling(horizon + 40, 6, rng, 0.7), (128, 184, 96))
    canvas.touch(
        line_of(
            (SIZE * 0.44, horizon + 50),
            (SIZE * 0.5, horizon + 50),
            (SIZE * 0.8, 520),
            (SIZE * 0.2, 520),
        ),
        light.on_land((226, 212, 190), 0.06),
    )
    return Stage(horizon + 50, frame="flowers")


register(
    Place(
        "city",
        ("in the city", "downtown", "in town", "in a big city"),
        ("city", "town"),
        (skyline_street, house_row, park),
    )
)
