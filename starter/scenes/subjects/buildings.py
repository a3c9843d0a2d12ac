"""House, lighthouse, castle and windmill."""

import math

from starter.scenes.geometry import box, dome, oval, poly, ribbon
from starter.scenes.palette import CREAM, INK, LAMP, SLATE, WOOD, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject

_TILE = (172, 84, 66)


def _roof_of(coat: Coat) -> tuple[int, int, int]:
    return SLATE if coat.name in ("red", "orange", "pink", "yellow", "white", "purple") else _TILE


@subject(
    "house",
    synonyms=(("cottage", "cottages"), ("little house", "little houses")),
    wide=1.1,
    bulk=1.6,
)
def draw_house(pen: Pen, coat: Coat) -> None:
    roof = _roof_of(coat)
    pen.form(mix(roof, WOOD, 0.3), box(0.2, 0.7, 0.34, 1.0), depth=0.03)
    pen.flat(CREAM, box(0.18, 0.96, 0.36, 1.02))
    pen.form(
        coat.base,
        box(-0.4, 0, 0.42, 0.56),
        poly((-0.4, 0.55), (0.01, 0.94), (0.42, 0.55)),
        depth=0.0,
    )
    pen.flat(
        coat.dark,
        box(0.2, 0, 0.42, 0.6)
        if pen.flip * pen.canvas.light.side < 0
        else box(-0.4, 0, -0.18, 0.6),
    )
    pen.form(
        roof,
        poly((-0.54, 0.5), (-0.46, 0.46), (0.01, 0.86), (0.48, 0.46), (0.56, 0.5), (0.01, 1.0)),
        depth=0.05,
    )
    pen.flat(CREAM, box(-0.1, 0, 0.12, 0.38, 0.02))
    pen.flat(WOOD, box(-0.07, 0, 0.09, 0.35, 0.02))
    pen.flat((250, 206, 90), oval(0.05, 0.17, 0.026, 0.026))
    for x in (-0.27, 0.29):
        pen.flat(CREAM, box(x - 0.1, 0.17, x + 0.1, 0.41, 0.01))
        pen.window(box(x - 0.072, 0.2, x - 0.01, 0.38), box(x + 0.01, 0.2, x + 0.072, 0.38))
    pen.flat(CREAM, oval(0.01, 0.62, 0.1, 0.1))
    pen.window(oval(0.01, 0.62, 0.07, 0.07))
    pen.flat((120, 118, 124), box(-0.14, -0.01, 0.16, 0.03, 0.01))


@subject("lighthouse", synonyms=(("beacon tower", "beacon towers"),), wide=0.5, tall=1.3, bulk=2)
def draw_lighthouse(pen: Pen, coat: Coat) -> None:
    pen.form((134, 128, 132), box(-0.24, -0.01, 0.24, 0.05, 0.025), depth=0.02)

    def half(y: float) -> float:
        return 0.17 - 0.085 * y / 0.74

    tower = poly((-half(0.03), 0.03), (half(0.03), 0.03), (half(0.74), 0.74), (-half(0.74), 0.74))
    pen.flat(coat.base, tower)
    for low, high in ((0.2, 0.34), (0.48, 0.62)):
        pen.flat(
            coat.trim,
            poly((-half(low), low), (half(low), low), (half(high), high), (-half(high), high)),
        )
    pen.canvas.model([pen.place(tower)], pen.h * 0.09, pen.h * 0.014)
    pen.flat(WOOD, box(-0.045, 0.03, 0.045, 0.13, 0.03))
    pen.window(box(-0.04, 0.37, 0.04, 0.46, 0.03))
    pen.form(SLATE, box(-0.14, 0.73, 0.14, 0.775, 0.015), depth=0.02)
    pen.flat(
        LAMP if pen.canvas.light.time != "day" else (255, 240, 190), box(-0.075, 0.77, 0.075, 0.9)
    )
    pen.flat(SLATE, box(-0.018, 0.77, 0.018, 0.9))
    pen.form(coat.base, dome(0, 0.89, 0.11, 0.09), depth=0.03)
    pen.flat(SLATE, oval(0, 0.985, 0.02, 0.025))
    if pen.canvas.light.time in ("night", "sunset"):
        pen.glow(0, 0.835, 0.42, 0.9)


@subject("castle", synonyms=(("fortress", "fortresses"),), wide=1.15, tall=1.12, bulk=2)
def draw_castle(pen: Pen, coat: Coat) -> None:
    roof = mix(coat.accent, INK, 0.2)
    for x, top in ((-0.2, 0.74), (0.22, 0.66)):
        _draw_tower(pen, (x, 0.1, top), mix(coat.base, coat.dark, 0.5), roof)
    merlons = [box(x, 0.46, x + 0.08, 0.54) for x in (-0.4, -0.24, -0.08, 0.08, 0.24)]
    pen.form(coat.base, box(-0.42, 0, 0.42, 0.47), *merlons, depth=0.05)
    _draw_tower(pen, (0, 0.14, 0.76), coat.base, roof)
    for x in (-0.42, 0.42):
        _draw_tower(pen, (x, 0.13, 0.56), coat.base, roof)
    pen.flat(coat.dark, box(-0.11, 0, 0.11, 0.19), dome(0, 0.19, 0.11, 0.11))
    pen.flat(WOOD, box(-0.08, 0, 0.08, 0.18), dome(0, 0.18, 0.08, 0.085))
    pen.window(
        *(
            box(x - 0.03, y, x + 0.03, y + 0.1, 0.025)
            for x, y in ((0, 0.58), (-0.42, 0.36), (0.42, 0.36), (-0.24, 0.26), (0.24, 0.26))
        )
    )


def _draw_tower(
    pen: Pen, at: tuple[float, float, float], wall: tuple[int, int, int], roof: tuple[int, int, int]
) -> None:
    x, half, top = at
    pen.form(wall, box(x - half, 0, x + half, top), depth=0.05)
    pen.form(wall, box(x - half - 0.025, top - 0.05, x + half + 0.025, top, 0.01), depth=0.03)
    pen.form(
        roof,
        poly((x - half - 0.03, top), (x, top + half * 1.75), (x + half + 0.03, top)),
        depth=0.06,
    )


@subject("windmill", wide=0.95, tall=1.2, bulk=1.8)
def draw_windmill(pen: Pen, coat: Coat) -> None:
    tower = poly((-0.27, 0), (0.27, 0), (0.17, 0.62), (-0.17, 0.62))
    pen.form(coat.base, tower, depth=0.09)
    pen.flat(coat.trim, poly((-0.206, 0.4), (0.206, 0.4), (0.196, 0.46), (-0.196, 0.46)))
    pen.form(coat.base, dome(0, 0.61, 0.2, 0.17), depth=0.05)
    pen.flat(WOOD, box(-0.075, 0, 0.075, 0.17), dome(0, 0.17, 0.075, 0.07))
    pen.window(oval(0, 0.33, 0.055, 0.06))
    for quarter in range(4):
        _draw_sail(pen, math.radians(24 + 90 * quarter))
    pen.flat(WOOD, oval(0, 0.64, 0.045, 0.045))


def _draw_sail(pen: Pen, angle: float) -> None:
    c, s = math.cos(angle), math.sin(angle)

    def at(along: float, across: float) -> tuple[float, float]:
        return (c * along - s * across, 0.64 + s * along + c * across)

    pen.form(
        CREAM, poly(at(0.1, 0.015), at(0.45, 0.015), at(0.45, 0.13), at(0.1, 0.09)), depth=0.025
    )
    pen.flat(WOOD, ribbon((at(0, 0), at(0.46, 0)), 0.05, 0.045))
    pen.flat(WOOD, ribbon((at(0.28, 0), at(0.28, 0.1)), 0.035, 0.035))
