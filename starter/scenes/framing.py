"""Foreground that frames a scene: grass, flowers, stones, reeds, branches."""

import math
import random
from collections.abc import Sequence

from starter.scenes.canvas import NEAR, SIZE, Box, Canvas
from starter.scenes.geometry import moved, oval, ribbon, smooth
from starter.scenes.palette import Colour, mix
from starter.scenes.places.scenery import disc, line_of


def paint_frame(canvas: Canvas, kind: str, kept: Sequence[Box], rng: random.Random) -> None:
    """A few near shapes along the lower corners, sometimes a branch above; a corner that
    would cover one of the `kept` boxes stays empty."""
    canvas.label = NEAR
    draw = {
        "grass": _grass,
        "flowers": _flowers,
        "stones": _stones,
        "reeds": _reeds,
        "snow": _drifts,
        "shore": _stones,
    }.get(kind)
    for side in rng.choice(((-1,), (1,), (-1, 1))):
        if draw and _is_free(_CORNERS[side], kept):
            draw(canvas, side, rng)
    side = rng.choice((-1, 1))
    leafy = kind in ("grass", "flowers", "reeds") and rng.random() < 0.5
    if leafy and _is_free(_BOUGHS[side], kept):
        _branch(canvas, side, rng)


# The room that the shapes of a lower corner and a branch take up, by side.
_CORNERS = {-1: Box(0, 430, 112, SIZE), 1: Box(SIZE - 112, 430, SIZE, SIZE)}
_BOUGHS = {-1: Box(0, 0, 166, 66), 1: Box(SIZE - 166, 0, SIZE, 66)}


def _is_free(room: Box, kept: Sequence[Box]) -> bool:
    return not any(
        room.x0 < box.x1 and box.x0 < room.x1 and room.y0 < box.y1 and box.y0 < room.y1
        for box in kept
    )


def _corner(side: int, inset: float) -> float:
    return SIZE / 2 + side * (SIZE / 2 - inset)


def _blades(
    canvas: Canvas, side: int, colour: Colour, tall: tuple[float, float], rng: random.Random
) -> None:
    for _ in range(8):
        x, h = _corner(side, rng.uniform(0, 110)), rng.uniform(*tall)
        lean = rng.uniform(-16, 16)
        canvas.fill(line_of((x - 6, SIZE + 4), (x + lean, SIZE - h), (x + 7, SIZE + 4)), colour)


def _grass(canvas: Canvas, side: int, rng: random.Random) -> None:
    light = canvas.light
    canvas.fill(disc(_corner(side, 20), SIZE + 18, 120, 48), light.on_land((66, 136, 80)))
    _blades(canvas, side, light.on_land((54, 120, 74)), (30, 66), rng)


def _flowers(canvas: Canvas, side: int, rng: random.Random) -> None:
    _grass(canvas, side, rng)
    tones: tuple[Colour, ...] = ((250, 220, 120), (255, 244, 240), (250, 150, 160))
    tone = canvas.light.on_land(rng.choice(tones))
    for _ in range(4):
        x, y = _corner(side, rng.uniform(10, 110)), SIZE - rng.uniform(26, 64)
        canvas.fill(disc(x, y, 7, 7), tone)


def _reeds(canvas: Canvas, side: int, rng: random.Random) -> None:
    light = canvas.light
    _blades(canvas, side, light.on_land((70, 132, 84)), (50, 130), rng)
    for _ in range(3):
        x, y = _corner(side, rng.uniform(14, 90)), SIZE - rng.uniform(80, 140)
        canvas.fill(
            line_of((x - 2.5, y), (x + 2.5, y), (x + 2.5, SIZE), (x - 2.5, SIZE)),
            light.on_land((70, 132, 84)),
        )
        canvas.fill(disc(x, y, 6, 18), light.on_land((140, 92, 66)))


def _stones(canvas: Canvas, side: int, rng: random.Random) -> None:
    tone = canvas.light.on_land((112, 100, 120))
    for _ in range(2):
        x, r = _corner(side, rng.uniform(0, 80)), rng.uniform(24, 50)
        y = SIZE - rng.uniform(-6, 6)
        stone = smooth((0, 0), (0.1, -0.7), (0.5, -1), (1.0, -0.8), (1.3, 0)) * (r, r * 0.9) + (
            x - r * 0.6,
            y,
        )
        canvas.fill(stone, tone)
        canvas.model([stone], r * 0.3, 2)


def _drifts(canvas: Canvas, side: int, rng: random.Random) -> None:
    light = canvas.light
    canvas.fill(
        disc(_corner(side, 0), SIZE + 26, rng.uniform(130, 190), rng.uniform(50, 74)),
        light.on_land((220, 232, 250)),
    )


def _branch(canvas: Canvas, side: int, rng: random.Random) -> None:
    light = canvas.light
    wood, leaf = light.on_land((96, 68, 62)), light.on_land((60, 130, 80))
    x, y = _corner(side, -10), rng.uniform(4, 26)
    bough = ((x, y), (x - side * 70, y + 16), (x - side * 140, y + 10))
    canvas.fill(ribbon(bough, 13, 5), wood)
    for i in range(9):
        t = (i + 1) / 9
        lx, ly = x - side * 146 * t, y + 15 * math.sin(t * 2.6)
        drop = 1 if i % 2 else -0.55
        size = 26 - 6 * t
        lean = oval(0.9, drop * 0.55, 1.0, 0.42, 34 * drop) * (-side * size, size)
        canvas.fill(
            moved(lean, lx, ly), leaf if i % 3 else mix(leaf, light.on_land((120, 180, 90)), 0.4)
        )
