"""By the sea and by a lake."""

import random

import numpy as np

from starter.scenes.canvas import FAR, GROUND, MIDDLE, NEAR, SIZE, Box, Canvas
from starter.scenes.geometry import Outline, moved
from starter.scenes.palette import mix
from starter.scenes.places.palms import paint_palm
from starter.scenes.places.scenery import (
    disc,
    glitter,
    ground,
    line_of,
    paint_peaks,
    paint_water,
    peaks,
    pine,
    rolling,
    round_tree,
    tree_line,
)
from starter.scenes.places.table import Place, Stage, register

_SAND = (244, 214, 160)


def _shore_edge(y: float, tilt: float, rng: random.Random) -> Outline:
    xs = np.linspace(-20, SIZE + 20, 40)
    ys = y + tilt * (xs / SIZE - 0.5) + 7 * np.sin(xs / SIZE * 6 + rng.uniform(0, 6))
    return np.concatenate([np.stack([xs, ys], 1), [(SIZE + 20.0, 520.0), (-20.0, 520.0)]])


def _beach(canvas: Canvas, y: float, rng: random.Random) -> None:
    edge = _shore_edge(y, rng.uniform(-40, 40), rng)
    canvas.label = GROUND
    foam = mix(canvas.light.on_land((255, 255, 255)), canvas.light.haze, 0.1)
    canvas.fill(edge - (0, 7), foam)
    canvas.fill(edge, canvas.light.on_land((206, 172, 128)))
    ground(canvas, moved(edge, 0, 10), _SAND)
    canvas.label = NEAR
    sides = rng.choice(((-1,), (1,), (-1, 1)))
    for side in sides:
        x = SIZE / 2 + side * rng.uniform(196, 226)
        paint_palm(canvas, (x, y + rng.uniform(10, 40)), rng.uniform(210, 270), -side)


def _sea_stage(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    if canvas.sun and canvas.light.time != "day":
        glitter(canvas, canvas.sun[0], horizon, 400, rng)
    y = rng.uniform(398, 424)
    return Stage(horizon, (448, 484), (horizon + 56, 408), lambda: _beach(canvas, y, rng), "shore")


def open_sea(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    canvas.label = FAR
    light = canvas.light
    x, w = rng.uniform(60, 452), rng.uniform(70, 130)
    isle = [
        (x - w, horizon + 2),
        (x - w * 0.5, horizon - 22),
        (x - w * 0.1, horizon - 34),
        (x + w * 0.4, horizon - 16),
        (x + w, horizon + 2),
    ]
    canvas.fill(line_of(*isle), light.on_land((96, 140, 150), 0.55))
    paint_water(canvas, horizon, rng)
    return _sea_stage(canvas, horizon, rng)


def cliffs(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    paint_water(canvas, horizon, rng, (44, 150, 178))
    side = rng.choice((-1, 1))
    for step, (reach, top, depth) in enumerate(((250, 60, 0.5), (170, 108, 0.24))):
        canvas.label = FAR if step == 0 else MIDDLE
        edge = SIZE / 2 - side * (SIZE / 2 + 10)
        foot = horizon + 10 + step * 26
        shape = [
            (0, -top),
            (reach * 0.55, -top * 0.92),
            (reach * 0.8, -top * 0.62),
            (reach * 0.86, -top * 0.25),
            (reach, 0),
            (0, 0),
        ]
        rock = light.on_land((190, 150, 128), depth)
        canvas.fill(line_of(*((edge + side * dx, foot + dy) for dx, dy in shape)), rock)
        canvas.touch(
            line_of(
                *(
                    (edge + side * dx, foot + dy)
                    for dx, dy in (
                        shape[1],
                        shape[2],
                        shape[3],
                        shape[4],
                        (reach * 0.62, 0),
                        (reach * 0.56, -top * 0.5),
                    )
                )
            ),
            mix(rock, light.on_land((90, 70, 110), depth), 0.4),
        )
        grass = [
            (0, -top - 4),
            (reach * 0.57, -top * 0.98),
            (reach * 0.62, -top * 0.8),
            (reach * 0.3, -top * 0.82),
            (0, -top * 0.74),
        ]
        canvas.fill(
            line_of(*((edge + side * dx, foot + dy) for dx, dy in grass)),
            light.on_land((104, 168, 96), depth),
        )
    return _sea_stage(canvas, horizon, rng)


def bay(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    canvas.wash(
        rolling(horizon - 26, 22, rng, 1.2),
        light.on_land((92, 140, 150), 0.6),
        light.on_land((92, 140, 150), 0.75),
    )
    canvas.label = MIDDLE
    canvas.wash(
        rolling(horizon - 4, 12, rng, 0.9),
        light.on_land((84, 152, 120), 0.35),
        light.on_land((84, 152, 120), 0.5),
    )
    paint_water(canvas, horizon + 4, rng, (40, 160, 184))
    return _sea_stage(canvas, horizon, rng)


def _bank(canvas: Canvas, y: float, rng: random.Random) -> None:
    edge = _shore_edge(y, rng.uniform(-50, 50), rng)
    canvas.label = GROUND
    canvas.fill(edge - (0, 6), mix(canvas.light.on_land((230, 240, 244)), canvas.light.haze, 0.3))
    ground(canvas, edge, (112, 170, 92))


def _lake_stage(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    paint_water(canvas, horizon, rng, (70, 150, 186))
    canvas.mirror(horizon, Box(0, horizon, SIZE, SIZE), 0.55)
    y = rng.uniform(404, 430)
    return Stage(horizon, (450, 484), (horizon + 50, 414), lambda: _bank(canvas, y, rng), "reeds")


def mountain_lake(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    rock = (110, 130, 176)
    paint_peaks(
        canvas,
        peaks(horizon + 6, 150, 3, rng),
        (light.on_land(rock, 0.3), light.on_land(rock, 0.62)),
        light.on_land((250, 252, 255), 0.1),
    )
    canvas.label = MIDDLE
    tree_line(canvas, horizon, (22, 42), light.on_land((48, 106, 92), 0.25), rng)
    return _lake_stage(canvas, horizon, rng)


def wooded_lake(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    canvas.wash(
        rolling(horizon - 54, 26, rng),
        light.on_land((96, 150, 130), 0.5),
        light.on_land((96, 150, 130), 0.7),
    )
    canvas.label = MIDDLE
    canvas.wash(
        rolling(horizon - 14, 10, rng),
        light.on_land((92, 160, 100), 0.25),
        light.on_land((92, 160, 100), 0.4),
    )
    for _ in range(rng.randint(5, 8)):
        tree = rng.choice((pine, round_tree))
        tree(
            canvas,
            rng.uniform(0, SIZE),
            horizon,
            rng.uniform(46, 84),
            light.on_land(rng.choice(((52, 122, 84), (84, 150, 80), (110, 160, 74))), 0.15),
        )
    return _lake_stage(canvas, horizon, rng)


def lotus_lake(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    for i, depth in enumerate((0.7, 0.5)):
        canvas.wash(
            rolling(horizon - 50 + i * 30, 30, rng, 1.1),
            light.on_land((96, 136, 160), depth),
            light.on_land((96, 136, 160), 0.8),
        )
    canvas.label = MIDDLE
    tree_line(canvas, horizon, (14, 26), light.on_land((64, 124, 104), 0.35), rng)
    stage = _lake_stage(canvas, horizon, rng)
    for _ in range(5):
        x, y = rng.uniform(10, SIZE - 10), rng.uniform(horizon + 34, 400)
        w = 10 + (y - horizon) * 0.16
        canvas.touch(disc(x, y, w, w * 0.3), light.on_land((92, 170, 104), 0.1))
    return stage


register(
    Place(
        "sea",
        (
            "by the sea",
            "at the seaside",
            "by the ocean",
            "on the beach",
            "at the beach",
            "on the coast",
        ),
        ("sea", "ocean", "beach", "seaside"),
        (open_sea, cliffs, bay),
        (230, 290),
    )
)
register(
    Place(
        "lake",
        ("by a lake", "by the lake", "at the lake", "on a lake shore"),
        ("lake", "lakeside"),
        (mountain_lake, wooded_lake, lotus_lake),
        (240, 292),
    )
)
