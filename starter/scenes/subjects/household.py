"""Guitar, lamp, clock and gift."""

import math

from starter.scenes.geometry import box, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GOLD, INK, LAMP, SLATE, WOOD, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject


@subject("guitar", wide=0.62, tall=1.15, bulk=0.9)
def draw_guitar(pen: Pen, coat: Coat) -> None:
    body = smooth(
        (0, 0.0),
        (-0.24, 0.04),
        (-0.3, 0.19),
        (-0.19, 0.33),
        (-0.21, 0.47),
        (-0.1, 0.56),
        (0.1, 0.56),
        (0.21, 0.47),
        (0.19, 0.33),
        (0.3, 0.19),
        (0.24, 0.04),
    )
    pen.form(coat.base, body, depth=0.07)
    pen.form(WOOD, box(-0.05, 0.36, 0.05, 0.9), depth=0.02)
    pen.form(
        mix(WOOD, INK, 0.3),
        poly((-0.07, 0.86), (0.07, 0.86), (0.1, 1.03), (-0.1, 1.03)),
        depth=0.02,
    )
    for y in (0.91, 0.985):
        pen.flat(GOLD, oval(-0.115, y, 0.035, 0.028), oval(0.115, y, 0.035, 0.028))
    pen.flat(coat.trim, oval(0, 0.31, 0.115, 0.115))
    pen.flat(mix(WOOD, INK, 0.6), oval(0, 0.31, 0.08, 0.08))
    pen.flat(mix(WOOD, INK, 0.4), box(-0.12, 0.11, 0.12, 0.155, 0.02))
    pen.flat(CREAM, box(-0.02, 0.14, 0.02, 0.86))


@subject("lamp", synonyms=(("table lamp", "table lamps"),), wide=0.76, bulk=0.8)
def draw_lamp(pen: Pen, coat: Coat) -> None:
    glowing = pen.canvas.light.time in ("night", "sunset")
    pen.form(mix(WOOD, INK, 0.2), oval(0, 0.04, 0.22, 0.055), depth=0.02)
    base = smooth(
        (-0.07, 0.05),
        (-0.15, 0.2),
        (-0.1, 0.36),
        (-0.04, 0.46),
        (0.04, 0.46),
        (0.1, 0.36),
        (0.15, 0.2),
        (0.07, 0.05),
    )
    pen.form(coat.accent, base, depth=0.05)
    pen.flat(WOOD, box(-0.03, 0.44, 0.03, 0.56))
    if glowing:
        pen.glow(0, 0.6, 0.75, 0.55)
    pen.flat(LAMP if glowing else (255, 244, 206), oval(0, 0.53, 0.1, 0.08))
    shade = poly((-0.37, 0.52), (0.37, 0.52), (0.2, 1.0), (-0.2, 1.0))
    pen.form(mix(coat.base, LAMP, 0.18) if glowing else coat.base, shade, depth=0.07)
    pen.flat(coat.trim, poly((-0.375, 0.51), (0.375, 0.51), (0.355, 0.57), (-0.355, 0.57)))


@subject("clock", synonyms=(("alarm clock", "alarm clocks"),), wide=0.94, tall=0.88, bulk=0.8)
def draw_clock(pen: Pen, coat: Coat) -> None:
    for s in (-1, 1):
        pen.flat(SLATE, ribbon(((s * 0.2, 0.2), (s * 0.3, 0.03)), 0.09, 0.08))
        pen.form(coat.accent, oval(s * 0.24, 0.86, 0.16, 0.1, -34 * s), depth=0.03)
    pen.form(SLATE, box(-0.05, 0.84, 0.05, 1.0, 0.03), depth=0.01)
    pen.form(coat.base, oval(0, 0.46, 0.43, 0.43), depth=0.07)
    pen.flat((255, 250, 236), oval(0, 0.46, 0.3, 0.3))
    for i in range(4):
        a = i * math.pi / 2
        pen.flat(SLATE, oval(0.24 * math.cos(a), 0.46 + 0.24 * math.sin(a), 0.032, 0.032))
    pen.flat(
        INK,
        ribbon(((0, 0.46), (0, 0.66)), 0.05, 0.04),
        ribbon(((0, 0.46), (0.13, 0.4)), 0.055, 0.05),
    )
    pen.flat((230, 70, 60), oval(0, 0.46, 0.045, 0.045))


@subject(
    "gift",
    synonyms=(("present", "presents"), ("gift box", "gift boxes")),
    wide=0.98,
    tall=0.84,
    bulk=0.8,
)
def draw_gift(pen: Pen, coat: Coat) -> None:
    bow = coat.accent
    pen.form(coat.base, box(-0.4, 0.0, 0.4, 0.58, 0.02), depth=0.08)
    pen.flat(bow, box(-0.09, 0.0, 0.09, 0.58))
    pen.flat(coat.dark, box(-0.4, 0.5, 0.4, 0.57))
    pen.form(mix(coat.base, coat.light, 0.3), box(-0.46, 0.54, 0.46, 0.74, 0.03), depth=0.04)
    pen.form(bow, box(-0.1, 0.54, 0.1, 0.74), depth=0.02)
    for s in (-1, 1):
        loop = smooth(
            (0, 0.75), (s * 0.14, 0.94), (s * 0.34, 1.0), (s * 0.36, 0.84), (s * 0.2, 0.75)
        )
        pen.form(bow, loop, depth=0.04)
        pen.flat(mix(bow, INK, 0.3), oval(s * 0.22, 0.86, 0.07, 0.04, 28 * s))
    pen.form(mix(bow, CREAM, 0.25), oval(0, 0.79, 0.085, 0.075), depth=0.03)
