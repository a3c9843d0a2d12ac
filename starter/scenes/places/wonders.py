"""Where few have been: a crystal cave, a strange planet, a volcano."""

import math
import random

import numpy as np

from starter.scenes.canvas import FAR, GROUND, MIDDLE, SIZE, Canvas
from starter.scenes.geometry import moved
from starter.scenes.palette import Colour, mix, scale
from starter.scenes.places.scenery import disc, ground, line_of, rolling
from starter.scenes.places.table import Place, Stage, register

_STONE: Colour = (92, 74, 116)
_CRYSTALS: tuple[Colour, ...] = ((70, 232, 236), (190, 120, 250), (110, 250, 190))
_REGOLITH: Colour = (176, 132, 202)
_BASALT: Colour = (74, 62, 70)
_LAVA: Colour = (255, 116, 30)
_HOT: Colour = (255, 216, 92)


def _vault(canvas: Canvas, inner: tuple[float, float], rng: random.Random, depth: float) -> None:
    """Rock around an opening through which sky and far land are seen."""
    light = canvas.light
    (wide, top), rock = inner, light.on_land(_STONE, depth)
    turns = np.linspace(math.pi, 0, 15)
    jags = np.array([rng.uniform(0.93, 1.07) for _ in turns])
    xs = SIZE / 2 + wide * np.cos(turns) * jags
    ys = 450 - (450 - top) * np.sin(turns) ** 0.38 * jags
    mouth = np.stack([xs, ys], 1)
    edge = [(SIZE + 30.0, 540.0), (SIZE + 30.0, -30.0), (-30.0, -30.0), (-30.0, 540.0)]
    outline = np.concatenate([mouth, edge])
    canvas.fill(outline, mix(rock, light.sky[2], 0.16))
    canvas.touch(moved(outline, 0, -18), scale(rock, 0.62))


def _crystal(
    canvas: Canvas, foot: tuple[float, float], h: float, lean: float, tone: Colour
) -> None:
    (x, y), w = foot, h * 0.2
    light = canvas.light
    lit = mix(tone, light.on_land(tone), 0.22)
    tip, left, right = (x + lean * h, y - h), x + lean * h * 0.7, x + lean * h * 0.7
    body = line_of((x - w, y), (left - w, y - h * 0.72), tip, (right + w, y - h * 0.72), (x + w, y))
    canvas.fill(body, lit)
    side = -light.side
    face = line_of(
        (x, y),
        (left + side * w * 0.2, y - h * 0.66),
        tip,
        (left + side * w, y - h * 0.72),
        (x + side * w, y),
    )
    canvas.touch(face, scale(lit, 0.7))


def _cluster(canvas: Canvas, x: float, y: float, h: float, tone: Colour) -> None:
    strength = 0.5 if canvas.light.dark else 0.32
    canvas.soft((x, y - h * 0.4), (h * 1.15, h * 1.0), tone, strength)
    for dx, share, lean in ((-0.34, 0.62, -0.34), (0.36, 0.56, 0.36), (0.0, 1.0, 0.05)):
        _crystal(canvas, (x + dx * h, y), h * share, lean, tone)


def _cave_floor(canvas: Canvas, y: float, rng: random.Random) -> None:
    ground(canvas, rolling(y, 7, rng, 0.9), mix(_STONE, (140, 120, 160), 0.35))


def cave_mouth(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    canvas.wash(
        rolling(horizon, 20, rng),
        light.on_land((120, 160, 150), 0.5),
        light.on_land((110, 150, 130), 0.4),
    )
    canvas.label = MIDDLE
    _vault(canvas, (rng.uniform(206, 224), rng.uniform(44, 64)), rng, 0.12)
    tones = rng.sample(_CRYSTALS, 2)
    for side, tone in zip((-1, 1), tones, strict=True):
        x = SIZE / 2 + side * rng.uniform(176, 206)
        _cluster(canvas, x, 410, rng.uniform(150, 190), tone)
    _cave_floor(canvas, 400, rng)
    return Stage(horizon + 70, (440, 478), frame="none")


def crystal_hall(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    """A hall whose roof has fallen in: sky above, crystals along the back wall."""
    light = canvas.light
    canvas.label = FAR
    back = rolling(horizon - 60, 26, rng, 1.4)
    canvas.wash(back, light.on_land(_STONE, 0.34), light.on_land(_STONE, 0.12))
    tone = rng.choice(_CRYSTALS)
    for i in range(4):
        x = SIZE * (i + rng.uniform(0.3, 0.7)) / 4
        _cluster(canvas, x, horizon + 50, rng.uniform(84, 124), tone)
    canvas.label = MIDDLE
    _vault(canvas, (rng.uniform(222, 240), rng.uniform(34, 54)), rng, 0.02)
    _cave_floor(canvas, horizon + 46, rng)
    for side in (-1, 1):
        x = SIZE / 2 + side * rng.uniform(214, 236)
        _cluster(canvas, x, 420, rng.uniform(100, 130), rng.choice(_CRYSTALS))
    return Stage(horizon + 60, (436, 476), frame="none")


def _ringed(canvas: Canvas, x: float, y: float, r: float, tone: Colour) -> None:
    """A planet over the horizon; sky-coloured where it turns from the light."""
    light = canvas.light
    body = mix(light.on_land(tone, 0.12), tone, 0.3)
    ring = mix(light.on_land((255, 226, 190), 0.1), (255, 226, 190), 0.3)
    _half_ring(canvas, (x, y, r), -1, ring)
    globe = [disc(x, y, r, r)]
    canvas.touch(globe[0], body)
    canvas.touch(line_of(*_belt(x, y, r, 0.1, 0.36)), mix(body, ring, 0.4))
    canvas.model(globe, r * 0.4, 0)
    _half_ring(canvas, (x, y, r), 1, ring)


def _belt(x: float, y: float, r: float, low: float, high: float) -> list[tuple[float, float]]:
    points = []
    for share in (low, high):
        half = r * math.sqrt(1 - share**2)
        points += [(x - half, y + r * share), (x + half, y + r * share)]
    return [points[0], points[1], points[3], points[2]]


def _half_ring(canvas: Canvas, at: tuple[float, float, float], side: int, ring: Colour) -> None:
    x, y, r = at
    turns = np.linspace(0, math.pi, 24)
    outer = np.stack([1.9 * r * np.cos(turns), side * 0.5 * r * np.sin(turns)], 1)
    inner = np.stack([1.36 * r * np.cos(turns), side * 0.3 * r * np.sin(turns)], 1)[::-1]
    tilt = np.array([[0.97, 0.24], [-0.24, 0.97]])
    canvas.touch(np.concatenate([outer, inner]) @ tilt + (x, y), ring)


def _craters(canvas: Canvas, top: float, rng: random.Random) -> None:
    light = canvas.light
    dark, lip = light.on_land((120, 82, 156)), light.on_land((212, 172, 228))
    for i in range(6):
        y = top + 16 + (i + rng.random()) * 20
        w = 20 + (y - top) * 0.42
        x = rng.uniform(0, SIZE)
        canvas.touch(disc(x, y + w * 0.06, w * 1.12, w * 0.36), lip)
        canvas.touch(disc(x, y, w, w * 0.29), dark)


def _spires(canvas: Canvas, y: float, depth: float, rng: random.Random) -> None:
    """Thin stone arches and needles such as no wind of ours makes."""
    light = canvas.light
    for i in range(5):
        x, h, w = SIZE * (i + rng.random()) / 5, rng.uniform(50, 150), rng.uniform(20, 34)
        needle = line_of(
            (x - w, y),
            (x - w * 0.4, y - h * 0.6),
            (x + 6, y - h),
            (x + w * 0.5, y - h * 0.5),
            (x + w, y),
        )
        canvas.fill(needle, light.on_land((140, 92, 170), depth))


def planet_plain(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    r = rng.uniform(46, 60)
    x = SIZE * (0.5 - light.side * rng.uniform(0.2, 0.3))
    _ringed(canvas, x, rng.uniform(110, 150), r, (236, 150, 110))
    canvas.wash(
        rolling(horizon, 22, rng, 1.2), light.on_land(_REGOLITH, 0.5), light.on_land(_REGOLITH, 0.3)
    )
    canvas.label = MIDDLE
    ground(canvas, rolling(horizon + 34, 8, rng, 0.7), _REGOLITH)
    _craters(canvas, horizon + 40, rng)
    return Stage(horizon + 50, frame="none")


def planet_spires(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    light = canvas.light
    canvas.label = FAR
    x = SIZE * (0.5 - light.side * rng.uniform(0.16, 0.3))
    _ringed(canvas, x, rng.uniform(100, 140), rng.uniform(40, 52), (110, 190, 180))
    _spires(canvas, horizon + 20, 0.5, rng)
    canvas.label = MIDDLE
    _spires(canvas, horizon + 44, 0.18, rng)
    ground(canvas, rolling(horizon + 30, 8, rng, 0.7), _REGOLITH)
    _craters(canvas, horizon + 50, rng)
    return Stage(horizon + 50, frame="none")


def _cone(
    canvas: Canvas, x: float, y: float, size: tuple[float, float], rng: random.Random
) -> None:
    light, (w, h) = canvas.light, size
    rock, mouth = light.on_land(_BASALT, 0.14), w * 0.17
    shape = [
        (-w, 0),
        (-w * 0.42, -h * 0.52),
        (-mouth, -h),
        (mouth, -h),
        (w * 0.42, -h * 0.52),
        (w, 0),
    ]
    outline = line_of(*((x + dx, y + dy) for dx, dy in shape))
    canvas.soft((x, y - h), (w * 0.7, h * 0.6), _LAVA, 0.75)
    _smoke(canvas, x, y - h, mouth, rng)
    canvas.wash(outline, rock, light.on_land((110, 78, 80), 0.2))
    side = -light.side
    shade = [
        (side * mouth * 0.2, -h),
        (side * mouth, -h),
        (side * w * 0.42, -h * 0.52),
        (side * w, 0),
        (side * w * 0.3, 0),
    ]
    canvas.touch(line_of(*((x + dx, y + dy) for dx, dy in shade)), scale(rock, 0.74))
    canvas.touch(disc(x, y - h, mouth, mouth * 0.3), _HOT)
    for dx, length in ((-0.7, 0.44), (0.05, 0.86), (0.75, 0.5)):
        _trickle(canvas, (x + dx * mouth, y - h), (dx * w * 0.22, h * length), mouth * 0.27)


def _trickle(canvas: Canvas, top: tuple[float, float], run: tuple[float, float], w: float) -> None:
    (x, y), (dx, dy) = top, run
    for tone, half in ((_LAVA, w), (_HOT, w * 0.42)):
        canvas.touch(
            line_of(
                (x - half, y),
                (x + half, y),
                (x + dx + half * 1.3, y + dy),
                (x + dx - half * 1.3, y + dy),
            ),
            tone,
        )
        canvas.touch(disc(x + dx, y + dy, half * 1.3, half * 1.3), tone)


def _smoke(canvas: Canvas, x: float, y: float, r: float, rng: random.Random) -> None:
    light = canvas.light
    tone = mix(light.on_land((120, 106, 116)), light.sky[1], 0.25)
    lean = rng.choice((-1, 1))
    puffs = [
        disc(
            x + lean * i * r * 0.7,
            y - r * (0.5 + i * 0.8),
            r * (0.62 + i * 0.2),
            r * (0.56 + i * 0.16),
        )
        for i in range(4)
    ]
    for puff in puffs[::-1]:
        canvas.touch(puff, tone)
    canvas.puff(puffs, r * 0.4)


def _lava_field(canvas: Canvas, y: float, rng: random.Random) -> None:
    """Dark rock with one glowing river that widens towards us along a side."""
    light = canvas.light
    ground(canvas, rolling(y, 8, rng), _BASALT)
    t = np.linspace(0, 1, 20)
    side = rng.choice((-1, 1))
    middle = SIZE / 2 + side * (20 + 200 * t) + 22 * np.sin(t * 9)
    rows = y + 8 + (524 - y) * t
    bands = ((_LAVA, 7 + 44 * t), (_HOT, 2 + 20 * t))
    canvas.label = GROUND
    for i in (3, 9, 15):
        canvas.soft((middle[i], rows[i]), (60 + 90 * t[i], 24 + 40 * t[i]), _LAVA, 0.4)
    for tone, half in bands:
        left, right = np.stack([middle - half, rows], 1), np.stack([middle + half, rows], 1)
        canvas.fill(np.concatenate([left, right[::-1]]), mix(tone, light.haze, light.fog * 0.5))


def volcano_cone(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    canvas.label = FAR
    ridge = canvas.light.on_land((120, 90, 96), 0.5)
    canvas.fill(rolling(horizon - 10, 26, rng, 1.6), ridge)
    canvas.label = MIDDLE
    x = SIZE / 2 + rng.choice((-1, 1)) * rng.uniform(60, 130)
    _cone(canvas, x, horizon + 50, (rng.uniform(190, 230), rng.uniform(190, 220)), rng)
    _lava_field(canvas, horizon + 38, rng)
    return Stage(horizon + 50, frame="stones")


def twin_volcanoes(canvas: Canvas, horizon: int, rng: random.Random) -> Stage:
    canvas.label = FAR
    side = rng.choice((-1, 1))
    _cone(canvas, SIZE / 2 - side * 170, horizon + 44, (120, rng.uniform(100, 124)), rng)
    canvas.label = MIDDLE
    _cone(canvas, SIZE / 2 + side * 120, horizon + 50, (190, rng.uniform(160, 190)), rng)
    _lava_field(canvas, horizon + 30, rng)
    return Stage(horizon + 50, frame="stones")


register(
    Place(
        "cave",
        ("in a crystal cave", "in a cave", "inside a cave", "in a cavern", "among crystals"),
        ("crystal cave", "cave", "crystals"),
        (cave_mouth, crystal_hall),
    )
)
register(
    Place(
        "planet",
        ("on an alien planet", "on another planet", "on a strange planet", "on an alien world"),
        ("alien planet", "alien world"),
        (planet_plain, planet_spires),
    )
)
register(
    Place(
        "volcano",
        ("by a volcano", "near a volcano", "in front of a volcano", "beside a lava river"),
        ("volcano", "lava"),
        (volcano_cone, twin_volcanoes),
    )
)
