"""In the mountains, in the desert and in a snowy field."""

import random

from starter.scenes.canvas import FAR, GROUND, MIDDLE, SIZE, Canvas
from starter.scenes.geometry import Outline
from starter.scenes.palette import Colour, mix
from starter.scenes.places.scenery import (
    disc,
    ground,
    line_of,
    paint_peaks,
    peaks,
    pine,
    rolling,
    tree_line,
)
from starter.scenes.places.table import Place, Stage, register

_ROCK: Colour = (112, 126, 170)
_SNOW: Colour = (250, 252, 255)
_MEADOW: Colour = (122, 182, 96)
_DUNE: Colour = (240, 190, 118)
_FIELD: Colour = (240, 246, 254)


def _range(canvas: Canvas, y: float, height: float, count: int, rng: random.Random) -> None:
    light = canvas.light
    canvas.label = FAR
    paint_peaks(
        canvas,
        peaks(y, height * 0.8, count + 2, rng),
        (light.on_land(_ROCK, 0.62), light.on_land(_ROCK, 0.8)),
        None,
    )
    paint_peaks(
        canvas,
        peaks(y + 18, height, count, rng),
        (light.on_land(_ROCK, 0.25), light.on_land(_ROCK, 0.6)),
        light.on_snow(_SNOW, 0.08),
    )


def alpine(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    _range(canvas, horizon, 226, 3, rng)
    canvas.label = MIDDLE
    canvas.wash(
        rolling(horizon + 14, 14, rng),
        light.on_land((74, 140, 104), 0.4),
        light.on_land((74, 140, 104), 0.3),
    )
    for _ in range(6):
        pine(
            canvas,
            rng.uniform(0, SIZE),
            horizon + rng.uniform(24, 44),
            rng.uniform(44, 80),
            light.on_land((44, 108, 84), 0.22),
        )
    ground(canvas, rolling(horizon + 52, 12, rng), _MEADOW)
    return Stage(horizon + 50)


def lone_peak(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    x, top = SIZE * rng.uniform(0.26, 0.74), horizon - rng.uniform(196, 236)
    paint_peaks(
        canvas,
        [(x - 300, horizon + 10), (x, top), (x + 300, horizon + 10)],
        (light.on_land(_ROCK, 0.2), light.on_land(_ROCK, 0.7)),
        light.on_snow(_SNOW, 0.05),
    )
    canvas.label = MIDDLE
    canvas.wash(
        rolling(horizon - 12, 14, rng, 1.3),
        light.on_land((86, 144, 130), 0.5),
        light.on_land((86, 144, 130), 0.5),
    )
    tree_line(canvas, horizon + 24, (22, 40), light.on_land((56, 118, 96), 0.3), rng)
    ground(canvas, rolling(horizon + 22, 6, rng), _MEADOW)
    return Stage(horizon + 30)


def valley(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    _range(canvas, horizon - 20, 196, 3, rng)
    canvas.label = MIDDLE
    for step, (rise, depth) in enumerate(((120, 0.38), (76, 0.18))):
        for side in (0, SIZE):
            inner = side + (1 if side == 0 else -1) * (250 - step * 60)
            slope = [
                (side, horizon - rise),
                ((side * 2 + inner) / 3, horizon - rise * 0.62),
                (inner, horizon + 40),
                (side, horizon + 90),
            ]
            canvas.fill(line_of(*slope), light.on_land((70, 130, 104), depth))
            for i in range(3):
                t = (i + rng.random()) / 3.4
                pine(
                    canvas,
                    side + (inner - side) * t,
                    horizon - rise * (1 - t) * 0.8 + 30 * t,
                    44 + 18 * step,
                    light.on_land((42, 104, 84), depth),
                )
    ground(canvas, rolling(horizon + 36, 10, rng), _MEADOW)
    return Stage(horizon + 40, frame="stones")


def _dune(canvas: Canvas, y: float, depth: float, rng: random.Random) -> None:
    light = canvas.light
    outline = rolling(y, 26, rng, 0.8)
    canvas.wash(
        outline,
        light.on_land(_DUNE, depth),
        light.on_land(mix(_DUNE, (220, 120, 80), 0.35), depth * 0.6),
    )


def dunes(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    _dune(canvas, horizon - 14, 0.55, rng)
    canvas.label = MIDDLE
    x, w = rng.uniform(100, 412), rng.uniform(150, 220)
    crest, foot = (x, horizon - 44), horizon + 60
    canvas.fill(line_of((x - w, foot), crest, (x + w, foot)), light.on_land(_DUNE, 0.22))
    side = -light.side
    canvas.touch(
        line_of(crest, (x + side * w, foot), (x + side * w * 0.1, foot), (x - side * 12, horizon)),
        light.on_land((204, 134, 88), 0.2),
    )
    ground(canvas, rolling(horizon + 46, 14, rng, 0.8), _DUNE)
    _flank_with_cacti(canvas, horizon + 76, rng)
    return Stage(horizon + 40, frame="stones")


def mesas(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    canvas.label = FAR
    _dune(canvas, horizon - 4, 0.6, rng)
    x = rng.uniform(-30, 40)
    while x < SIZE:
        w, h = rng.uniform(80, 150), rng.uniform(80, 170)
        _butte(canvas, (x, horizon + 14), (w, h), rng.uniform(0.2, 0.42))
        x += w + rng.uniform(40, 120)
    ground(canvas, rolling(horizon + 12, 8, rng), (236, 176, 112))
    _flank_with_cacti(canvas, horizon + 70, rng)
    return Stage(horizon + 24, frame="stones")


def _butte(
    canvas: Canvas, foot: tuple[float, float], size: tuple[float, float], depth: float
) -> None:
    (x, y), (w, h) = foot, size
    light = canvas.light
    canvas.label = MIDDLE
    shape = [
        (x - w * 0.12, y),
        (x + w * 0.08, y - h * 0.45),
        (x + w * 0.12, y - h),
        (x + w * 0.88, y - h),
        (x + w * 0.92, y - h * 0.45),
        (x + w * 1.12, y),
    ]
    canvas.fill(line_of(*shape), light.on_land((206, 106, 76), depth))
    a, b = (0.56, 0.88) if light.side < 0 else (0.12, 0.44)
    low = w * 1.12 if light.side < 0 else -w * 0.12
    canvas.touch(
        line_of(
            (x + w * a, y),
            (x + w * a, y - h),
            (x + w * b, y - h),
            (x + (w * 0.92 if light.side < 0 else w * 0.08), y - h * 0.45),
            (x + low, y),
        ),
        light.on_land((160, 74, 78), depth),
    )
    canvas.touch(
        line_of(
            (x + w * 0.1, y - h * 0.7),
            (x + w * 0.9, y - h * 0.7),
            (x + w * 0.9, y - h * 0.6),
            (x + w * 0.1, y - h * 0.6),
        ),
        light.on_land((236, 150, 100), depth),
    )


def cactus_desert(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    paint_peaks(
        canvas,
        peaks(horizon + 10, 80, 4, rng),
        (light.on_land((186, 120, 110), 0.4), light.on_land((186, 120, 110), 0.7)),
        None,
    )
    ground(canvas, rolling(horizon + 8, 8, rng), (238, 192, 130))
    canvas.label = MIDDLE
    for _ in range(3):
        _saguaro(canvas, rng.uniform(130, 380), horizon + rng.uniform(22, 34), rng.uniform(50, 76))
    _flank_with_cacti(canvas, horizon + 66, rng)
    return Stage(horizon + 30, frame="stones")


def _flank_with_cacti(canvas: Canvas, y: float, rng: random.Random) -> None:
    """One or two tall cacti at the sides, where no subject hides them."""
    canvas.label = MIDDLE
    for side in rng.choice(((-1,), (1,), (-1, 1))):
        x = SIZE / 2 + side * rng.uniform(170, 216)
        _saguaro(canvas, x, y + rng.uniform(0, 16), rng.uniform(120, 170))


def _saguaro(canvas: Canvas, x: float, y: float, h: float) -> None:
    colour = canvas.light.on_land((58, 138, 92), 0.12)
    w = h * 0.1
    for dx, low, high in ((0, 0, 1), (-0.3, 0.36, 0.74), (0.3, 0.26, 0.62)):
        canvas.fill(
            line_of(
                (x + dx * h - w, y - low * h),
                (x + dx * h + w, y - low * h),
                (x + dx * h + w, y - high * h),
                (x + dx * h - w, y - high * h),
            ),
            colour,
        )
        canvas.fill(disc(x + dx * h, y - high * h, w, w), colour)
    for dx, low in ((-0.3, 0.36), (0.3, 0.26)):
        canvas.fill(
            line_of(
                (x, y - low * h - w),
                (x + dx * h, y - low * h - w),
                (x + dx * h, y - low * h + w * 0.6),
                (x, y - low * h + w * 0.6),
            ),
            colour,
        )


def _snow_ground(canvas: Canvas, outline: Outline) -> None:
    canvas.label = GROUND
    light = canvas.light
    canvas.wash(outline, light.on_snow(_FIELD, 0.1), light.on_snow((222, 232, 250)))


def snowy_pines(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    tree_line(canvas, horizon, (40, 76), light.on_land((130, 164, 186), 0.5), rng)
    canvas.wash(
        rolling(horizon - 4, 8, rng), light.on_snow(_FIELD, 0.4), light.on_snow(_FIELD, 0.1)
    )
    canvas.label = MIDDLE
    for _ in range(rng.randint(4, 7)):
        x, y, h = rng.uniform(0, SIZE), horizon + rng.uniform(18, 48), rng.uniform(80, 120)
        _snow_pine(canvas, x, y, h)
    _snow_ground(canvas, rolling(horizon + 46, 12, rng, 0.8))
    _flank_with_pines(canvas, horizon + 74, rng)
    return Stage(horizon + 40, frame="snow")


def _flank_with_pines(canvas: Canvas, y: float, rng: random.Random) -> None:
    """Tall snowy firs at one side or both."""
    canvas.label = MIDDLE
    for side in rng.choice(((-1,), (1,), (-1, 1))):
        x = SIZE / 2 + side * rng.uniform(186, 226)
        _snow_pine(canvas, x, y + rng.uniform(0, 12), rng.uniform(170, 230))


def _snow_pine(canvas: Canvas, x: float, y: float, h: float) -> None:
    light = canvas.light
    pine(canvas, x, y, h, light.on_land((58, 116, 112), 0.2))
    white = light.on_snow(_SNOW, 0.04)
    w = h * 0.24
    for low, high, wide in ((0.24, 0.52, 0.66), (0.47, 0.76, 0.54), (0.7, 1.0, 0.44)):
        canvas.touch(
            line_of(
                (x, y - h * high),
                (x + w * wide, y - h * low),
                (x + w * wide * 0.3, y - h * (low + 0.05)),
                (x - w * wide * 0.3, y - h * low),
                (x - w * wide, y - h * (low + 0.03)),
            ),
            white,
        )


def snow_range(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    paint_peaks(
        canvas,
        peaks(horizon + 12, 120, 3, rng),
        (light.on_land((176, 200, 232), 0.3), light.on_land((210, 224, 244), 0.6)),
        light.on_snow(_SNOW),
    )
    canvas.label = MIDDLE
    canvas.wash(
        rolling(horizon + 12, 12, rng),
        light.on_snow(_FIELD, 0.45),
        light.on_snow((214, 228, 248), 0.1),
    )
    tree_line_x = rng.uniform(60, 450)
    for dx in (-46, 0, 40):
        _snow_pine(canvas, tree_line_x + dx, horizon + 46, rng.uniform(56, 90))
    _snow_ground(canvas, rolling(horizon + 40, 10, rng, 0.8))
    _flank_with_pines(canvas, horizon + 70, rng)
    return Stage(horizon + 40, frame="snow")


def snow_hills(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    for i, depth in enumerate((0.7, 0.45, 0.2)):
        canvas.label = FAR if i == 0 else MIDDLE
        y = horizon - 50 + i * 34
        canvas.wash(
            rolling(y, 26, rng),
            light.on_snow((196, 214, 242), depth),
            light.on_snow(_FIELD, depth * 0.5),
        )
        if i < 2:
            x = rng.uniform(40, 470)
            for dx in (-26, 4, 30):
                pine(canvas, x + dx, y + 24, 34 + 16 * i, light.on_land((84, 132, 140), depth))
    _snow_ground(canvas, rolling(horizon + 56, 12, rng, 0.8))
    _flank_with_pines(canvas, horizon + 80, rng)
    return Stage(horizon + 46, frame="snow")


register(
    Place(
        "mountains",
        ("in the mountains", "in front of mountains", "among the mountains", "below snowy peaks"),
        ("mountains", "peaks"),
        (alpine, lone_peak, valley),
    )
)
register(
    Place(
        "desert",
        ("in the desert", "in a sandy desert", "on desert sand"),
        ("desert",),
        (dunes, mesas, cactus_desert),
    )
)
register(
    Place(
        "snowfield",
        ("in a snowy field", "in the snow", "on snowy ground", "in a winter field"),
        ("snowy field", "winter snow"),
        (snowy_pines, snow_range, snow_hills),
    )
)
