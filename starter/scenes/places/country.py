"""On green hills and in the forest."""

import random

import numpy as np

from starter.scenes.canvas import FAR, MIDDLE, SIZE, Canvas
from starter.scenes.geometry import Outline
from starter.scenes.palette import Colour, mix
from starter.scenes.places.scenery import (
    disc,
    ground,
    line_of,
    pine,
    rolling,
    round_tree,
    tree_line,
)
from starter.scenes.places.table import Place, Stage, register

_GREENS: tuple[Colour, ...] = ((126, 184, 132), (128, 192, 100), (112, 182, 84))


def _hill_layers(canvas: Canvas, horizon: int, rng: random.Random) -> None:
    light = canvas.light
    for i, (tone, depth) in enumerate(zip(_GREENS, (0.6, 0.36, 0.14), strict=True)):
        canvas.label = FAR if i == 0 else MIDDLE
        canvas.wash(
            rolling(horizon - 56 + i * 38, 30 - i * 4, rng, rng.uniform(0.7, 1.1)),
            light.on_land(tone, depth),
            light.on_land(mix(tone, (60, 130, 90), 0.3), depth),
        )


def meadow_hills(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    _hill_layers(canvas, horizon, rng)
    for _ in range(rng.randint(4, 6)):
        x, y = rng.uniform(10, SIZE - 10), horizon + rng.uniform(10, 44)
        round_tree(canvas, x, y, rng.uniform(44, 74), light.on_land((84, 150, 80), 0.16))
    ground(canvas, rolling(horizon + 56, 14, rng, 0.7), (132, 196, 88))
    return Stage(horizon + 50, frame="flowers")


def winding_path(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    _hill_layers(canvas, horizon - 8, rng)
    ground(canvas, rolling(horizon + 34, 8, rng, 0.6), (126, 190, 88))
    path = light.on_land((244, 220, 168), 0.08)
    canvas.touch(
        _winding(SIZE / 2 + rng.choice((-1, 1)) * rng.uniform(30, 90), horizon + 46, rng), path
    )
    for _ in range(4):
        pine(
            canvas,
            rng.uniform(0, SIZE),
            horizon + rng.uniform(20, 50),
            rng.uniform(40, 70),
            light.on_land((60, 128, 92), 0.2),
        )
    return Stage(horizon + 50)


def _winding(x: float, top: float, rng: random.Random) -> Outline:
    t = np.linspace(0, 1, 24)
    bend, phase = rng.choice((-1, 1)) * rng.uniform(40, 64), rng.uniform(4.2, 5.6)
    middle = x + bend * np.sin(t * phase) * (0.25 + t)
    half, y = 4 + 76 * t**1.7, top + (524 - top) * t
    left, right = np.stack([middle - half, y], 1), np.stack([middle + half, y], 1)
    return np.concatenate([left, right[::-1]])


def striped_fields(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    _hill_layers(canvas, horizon, rng)
    vanish = SIZE * rng.uniform(0.25, 0.75)
    ground(canvas, rolling(horizon + 30, 10, rng, 0.6), (136, 198, 92))
    stripe = light.on_land((108, 176, 78), 0.06)
    for i in range(-4, 5):
        near = vanish + i * 150
        far = vanish + i * 26
        canvas.touch(
            line_of(
                (far - 4, horizon + 62), (far + 6, horizon + 62), (near + 44, 520), (near - 24, 520)
            ),
            stripe,
        )
    for x in (rng.uniform(20, 200), rng.uniform(300, 490)):
        round_tree(canvas, x, horizon + 40, rng.uniform(50, 78), light.on_land((80, 148, 84), 0.18))
    return Stage(horizon + 50, frame="flowers")


def pine_forest(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    fir = (38, 104, 86)
    canvas.label = FAR
    tree_line(canvas, horizon + 4, (100, 160), light.on_land(fir, 0.68), rng)
    tree_line(canvas, horizon + 22, (90, 150), light.on_land(fir, 0.42), rng)
    canvas.label = MIDDLE
    ground(canvas, rolling(horizon + 24, 8, rng), (96, 156, 92))
    canvas.label = MIDDLE
    for i in range(7):
        x = SIZE * (i + rng.uniform(0.1, 0.9)) / 7
        edge = abs(x / SIZE - 0.5) * 2
        pine(canvas, x, horizon + 30 + edge * 34, 110 + 140 * edge, light.on_land(fir, 0.14))
    return Stage(horizon + 60)


def tall_trunks(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    bark = (122, 86, 72)
    leaf = (88, 158, 92)
    canvas.wash(rolling(horizon - 40, 24, rng), light.on_land(leaf, 0.6), light.on_land(leaf, 0.75))
    for depth, count, wide in ((0.62, 7, 9), (0.38, 5, 16), (0.1, 3, 30)):
        canvas.label = FAR if depth > 0.5 else MIDDLE
        for i in range(count):
            x = SIZE * (i + rng.uniform(0.15, 0.85)) / count
            _trunk(canvas, x, horizon + 70 - depth * 80, wide, light.on_land(bark, depth))
        canvas.wash(
            rolling(horizon + 64 - depth * 80, 6, rng),
            light.on_land((98, 158, 88), depth),
            light.on_land((98, 158, 88), depth),
        )
    canvas.label = MIDDLE
    for x, r in ((0, 120), (96, 74), (SIZE - 96, 74), (SIZE, 120)):
        crown = [disc(x + rng.uniform(-16, 16), -8, r, r * rng.uniform(0.7, 0.9))]
        canvas.fill(crown[0], light.on_land((62, 134, 84), 0.12))
        canvas.model(crown, r * 0.14, 0)
    ground(canvas, rolling(horizon + 58, 8, rng), (104, 164, 88))
    return Stage(horizon + 60)


def _trunk(canvas: Canvas, x: float, y: float, w: float, colour: Colour) -> None:
    canvas.fill(
        line_of(
            (x - w * 0.8, y + 8),
            (x - w * 0.5, y - 40),
            (x - w * 0.42, -4),
            (x + w * 0.42, -4),
            (x + w * 0.5, y - 40),
            (x + w * 0.8, y + 8),
        ),
        colour,
    )
    side = -canvas.light.side
    canvas.touch(
        line_of(
            (x + side * w * 0.8, y + 8),
            (x + side * w * 0.5, y - 40),
            (x + side * w * 0.42, -4),
            (x + side * w * 0.05, -4),
            (x + side * w * 0.1, y + 8),
        ),
        mix(colour, canvas.light.on_land((40, 40, 80)), 0.3),
    )


def leafy_glade(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    tones = ((78, 150, 84), (112, 168, 76), (60, 132, 88))
    canvas.label = FAR
    for i in range(8):
        round_tree(
            canvas,
            SIZE * (i + rng.random()) / 8,
            horizon + 10,
            rng.uniform(120, 160),
            light.on_land(rng.choice(tones), 0.6),
        )
    canvas.wash(
        rolling(horizon - 2, 6, rng),
        light.on_land((120, 180, 96), 0.4),
        light.on_land((120, 180, 96), 0.2),
    )
    canvas.label = MIDDLE
    for x in (
        rng.uniform(-10, 60),
        rng.uniform(90, 150),
        rng.uniform(370, 420),
        rng.uniform(450, 522),
    ):
        round_tree(
            canvas,
            x,
            horizon + rng.uniform(34, 60),
            rng.uniform(176, 216),
            light.on_land(rng.choice(tones), 0.18),
        )
    ground(canvas, rolling(horizon + 52, 8, rng), (116, 178, 84))
    return Stage(horizon + 60, frame="flowers")


register(
    Place(
        "hills",
        ("on green hills", "on a green hill", "in the hills", "in a green meadow"),
        ("green hills", "hills", "meadow"),
        (meadow_hills, winding_path, striped_fields),
    )
)
register(
    Place(
        "forest",
        ("in the forest", "in the woods", "in a forest", "among the trees"),
        ("forest", "woods"),
        (pine_forest, tall_trunks, leafy_glade),
    )
)
