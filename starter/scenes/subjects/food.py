"""Cupcake, ice cream, apple and donut. Icing, scoops and skin have the colour."""

from starter.scenes.geometry import oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GOLD, LEAF, WOOD, Colour, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject

_CRUST: Colour = (226, 168, 98)
_CHERRY: Colour = (226, 48, 64)


def _sprinkle(pen: Pen, coat: Coat, spots: tuple[tuple[float, float, float], ...]) -> None:
    tones = (coat.trim, coat.accent)
    for i, (x, y, lean) in enumerate(spots):
        pen.flat(tones[i % 2], ribbon(((x - lean, y - 0.025), (x + lean, y + 0.025)), 0.05, 0.05))


@subject("cupcake", synonyms=(("muffin", "muffins"),), wide=0.9, tall=0.9, bulk=0.7)
def draw_cupcake(pen: Pen, coat: Coat) -> None:
    cup = poly((-0.3, 0.42), (0.3, 0.42), (0.22, 0.0), (-0.22, 0.0))
    pen.form(coat.accent, cup, depth=0.06)
    for x in (-0.15, 0.0, 0.15):
        stripe = (
            (x * 1.25 - 0.03, 0.41),
            (x * 1.25 + 0.03, 0.41),
            (x + 0.025, 0.0),
            (x - 0.025, 0.0),
        )
        pen.flat(mix(coat.accent, CREAM, 0.6), poly(*stripe))
    for y, r, tall in ((0.46, 0.42, 0.14), (0.61, 0.33, 0.13), (0.75, 0.22, 0.11)):
        pen.form(coat.base, oval(0, y, r, tall), depth=0.05)
    pen.form(_CHERRY if coat.name != "red" else GOLD, oval(0, 0.9, 0.09, 0.09), depth=0.03)
    _sprinkle(
        pen,
        coat,
        (
            (-0.24, 0.48, 0.03),
            (0.06, 0.44, -0.03),
            (0.27, 0.5, 0.02),
            (-0.08, 0.62, -0.02),
            (0.16, 0.64, 0.03),
        ),
    )


@subject(
    "ice cream",
    synonyms=(("ice cream cone", "ice cream cones"),),
    wide=0.66,
    tall=1.08,
    bulk=0.8,
)
def draw_ice_cream(pen: Pen, coat: Coat) -> None:
    pen.form(_CRUST, poly((-0.2, 0.46), (0.2, 0.46), (0.03, 0.0), (-0.03, 0.0)), depth=0.06)
    lines = (((-0.12, 0.44), (0.06, 0.13)), ((0.04, 0.44), (0.09, 0.26)))
    for (x, y), (u, v) in lines:
        pen.flat(
            mix(_CRUST, WOOD, 0.5),
            ribbon(((x, y), (u, v)), 0.03, 0.03),
            ribbon(((-x, y), (-u, v)), 0.03, 0.03),
        )
    drip = smooth(
        (-0.28, 0.52),
        (-0.24, 0.43),
        (-0.12, 0.45),
        (-0.04, 0.36),
        (0.06, 0.45),
        (0.2, 0.42),
        (0.28, 0.52),
        (0, 0.66),
    )
    pen.form(coat.base, oval(0, 0.58, 0.27, 0.2), drip, depth=0.06)
    pen.form(mix(coat.base, coat.light, 0.45), oval(0, 0.82, 0.22, 0.18), depth=0.06)
    pen.flat(coat.light, oval(-0.09, 0.9, 0.06, 0.035, 30))
    pen.form(_CHERRY if coat.name != "red" else GOLD, oval(0.03, 1.0, 0.075, 0.075), depth=0.03)


@subject("apple", wide=0.98, tall=0.8, bulk=0.7)
def draw_apple(pen: Pen, coat: Coat) -> None:
    pen.flat(WOOD, ribbon(((0.0, 0.76), (0.02, 0.9), (0.08, 1.0)), 0.07, 0.06))
    pen.form(
        LEAF, smooth((0.04, 0.86), (0.16, 1.0), (0.38, 1.0), (0.28, 0.86), (0.14, 0.82)), depth=0.03
    )
    skin = smooth(
        (0, 0.78),
        (-0.2, 0.86),
        (-0.42, 0.74),
        (-0.46, 0.46),
        (-0.32, 0.12),
        (-0.14, 0.0),
        (0, 0.04),
        (0.14, 0.0),
        (0.32, 0.12),
        (0.46, 0.46),
        (0.42, 0.74),
        (0.2, 0.86),
    )
    pen.form(coat.base, skin, depth=0.11)
    pen.flat(coat.dark, ribbon(((-0.1, 0.78), (0, 0.75), (0.1, 0.78)), 0.04, 0.04))
    pen.flat(coat.light, oval(-0.24, 0.6, 0.07, 0.13, -20))


@subject("donut", synonyms=(("doughnut", "doughnuts"),), wide=1.04, tall=0.84, bulk=0.7)
def draw_donut(pen: Pen, coat: Coat) -> None:
    pen.form(_CRUST, oval(0, 0.5, 0.5, 0.5), depth=0.06)
    icing = smooth(
        (-0.45, 0.52),
        (-0.38, 0.8),
        (-0.14, 0.95),
        (0.14, 0.95),
        (0.38, 0.8),
        (0.45, 0.52),
        (0.38, 0.28),
        (0.28, 0.14),
        (0.12, 0.16),
        (0.0, 0.08),
        (-0.14, 0.14),
        (-0.26, 0.12),
        (-0.36, 0.26),
    )
    pen.form(coat.base, icing, depth=0.07)
    pen.flat(coat.dark, oval(0, 0.52, 0.19, 0.19))
    pen.form(mix(_CRUST, WOOD, 0.6), oval(0, 0.5, 0.155, 0.155), depth=0.0)
    _sprinkle(
        pen,
        coat,
        (
            (-0.3, 0.62, 0.03),
            (-0.18, 0.82, 0.05),
            (0.08, 0.82, -0.04),
            (0.3, 0.7, 0.02),
            (0.31, 0.42, -0.05),
            (0.12, 0.24, 0.04),
            (-0.14, 0.26, -0.04),
            (-0.31, 0.4, -0.02),
        ),
    )
