"""Tractor and submarine."""

from starter.scenes.geometry import box, oval, poly, ribbon, smooth
from starter.scenes.palette import GLASS, GOLD, INK, SLATE, Colour, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject


def _draw_tyre(pen: Pen, x: float, r: float, hub: Colour) -> None:
    pen.form(INK, oval(x, r, r, r), depth=0.03)
    pen.flat(hub, oval(x, r, r * 0.58, r * 0.58))
    pen.flat(mix(hub, INK, 0.45), oval(x, r, r * 0.22, r * 0.22))


@subject("tractor", wide=1.42, tall=0.94, bulk=1.2)
def draw_tractor(pen: Pen, coat: Coat) -> None:
    pen.form(SLATE, ribbon(((0.36, 0.5), (0.36, 0.86)), 0.075, 0.075), depth=0.02)
    pen.window(poly((-0.44, 0.5), (0.06, 0.5), (0.02, 0.9), (-0.38, 0.9)), glass=GLASS)
    pen.form(
        coat.base,
        ribbon(((0.08, 0.5), (0.03, 0.9)), 0.07, 0.07),
        ribbon(((-0.46, 0.5), (-0.4, 0.9)), 0.08, 0.08),
        depth=0.02,
    )
    pen.form(coat.base, box(-0.5, 0.88, 0.14, 1.0, 0.05), depth=0.03)
    hood = smooth(
        (-0.02, 0.3), (-0.02, 0.62), (0.4, 0.62), (0.64, 0.58), (0.68, 0.44), (0.64, 0.28)
    )
    pen.form(coat.base, box(-0.6, 0.3, 0.2, 0.56, 0.06), hood, depth=0.06)
    pen.flat(coat.trim, box(0.1, 0.42, 0.5, 0.48, 0.02))
    pen.flat(GOLD, oval(0.65, 0.5, 0.05, 0.06))
    if pen.dark:
        pen.glow(0.75, 0.5, 0.4, 0.6)
    pen.form(
        coat.dark,
        smooth(
            (-0.7, 0.4), (-0.64, 0.6), (-0.38, 0.68), (-0.12, 0.58), (-0.06, 0.36), (-0.38, 0.56)
        ),
        depth=0.03,
    )
    _draw_tyre(pen, -0.38, 0.3, coat.trim)
    _draw_tyre(pen, 0.48, 0.19, coat.trim)


@subject("submarine", wide=1.74, tall=0.76, floats=True, hovers=0.04, bulk=1.3)
def draw_submarine(pen: Pen, coat: Coat) -> None:
    pen.flat(SLATE, ribbon(((0.1, 0.7), (0.1, 0.98), (0.22, 0.98)), 0.065, 0.075))
    pen.form(
        coat.accent,
        poly((-0.66, 0.36), (-0.86, 0.62), (-0.74, 0.62), (-0.5, 0.42)),
        poly((-0.66, 0.3), (-0.86, 0.04), (-0.74, 0.04), (-0.5, 0.22)),
        depth=0.03,
    )
    pen.form(GOLD, oval(-0.83, 0.33, 0.05, 0.2), depth=0.02)
    pen.form(coat.base, smooth((-0.26, 0.56), (-0.2, 0.8), (0.2, 0.8), (0.26, 0.56)), depth=0.05)
    hull = smooth(
        (-0.8, 0.33),
        (-0.5, 0.58),
        (0.1, 0.64),
        (0.6, 0.56),
        (0.78, 0.33),
        (0.6, 0.1),
        (0.1, 0.02),
        (-0.5, 0.08),
    )
    pen.form(coat.base, hull, depth=0.1)
    pen.flat(coat.dark, ribbon(((-0.6, 0.14), (0, 0.09), (0.62, 0.14)), 0.055, 0.055))
    for x in (-0.36, 0.0, 0.36):
        pen.flat(coat.trim, oval(x, 0.37, 0.13, 0.13))
        pen.window(oval(x, 0.37, 0.09, 0.09), glass=GLASS)
