"""Tree, flower, mushroom and cactus."""

import math

from starter.scenes.geometry import oval, ribbon, smooth
from starter.scenes.palette import GOLD, LEAF, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject

_MOSS = (54, 122, 72)


@subject("tree", wide=0.85, tall=1.15, bulk=1.7)
def draw_tree(pen: Pen, coat: Coat) -> None:
    trunk = (128, 84, 58)
    pen.form(
        trunk,
        smooth((-0.12, 0), (-0.055, 0.12), (-0.055, 0.45), (0.055, 0.45), (0.055, 0.12), (0.12, 0)),
        depth=0.03,
    )
    pen.flat(
        trunk,
        ribbon(((0, 0.3), (0.15, 0.48)), 0.05, 0.04),
        ribbon(((0, 0.26), (-0.16, 0.46)), 0.05, 0.04),
    )
    crown = [
        oval(x, y, r, r * 0.92)
        for x, y, r in (
            (-0.22, 0.56, 0.2),
            (0.23, 0.55, 0.2),
            (-0.13, 0.76, 0.21),
            (0.15, 0.74, 0.22),
            (0, 0.6, 0.25),
            (0.0, 0.86, 0.14),
        )
    ]
    pen.form(coat.base, *crown, depth=0.1)
    side = pen.canvas.light.side * pen.flip
    pen.flat(
        mix(coat.base, coat.light, 0.6),
        *(oval(side * x, y, r, r * 0.8) for x, y, r in ((0.2, 0.66, 0.09), (0.1, 0.82, 0.09))),
    )
    pen.flat(
        mix(coat.base, coat.dark, 0.7),
        oval(-side * 0.16, 0.52, 0.1, 0.06),
        oval(side * 0.02, 0.58, 0.09, 0.05),
    )


@subject("flower", synonyms=(("blossom", "blossoms"), ("daisy", "daisies")), wide=0.66, bulk=0.8)
def draw_flower(pen: Pen, coat: Coat) -> None:
    pen.form(_MOSS, ribbon(((0.02, 0), (-0.03, 0.3), (0, 0.66)), 0.07, 0.055), depth=0.02)
    pen.form(
        LEAF, smooth((-0.01, 0.1), (0.14, 0.18), (0.34, 0.36), (0.16, 0.34), (0, 0.2)), depth=0.03
    )
    pen.form(
        LEAF,
        smooth((-0.01, 0.16), (-0.14, 0.26), (-0.32, 0.46), (-0.16, 0.42), (-0.02, 0.27)),
        depth=0.03,
    )
    turns = [i * math.pi / 4 for i in range(8)]
    for group, tone in ((turns[1::2], mix(coat.base, coat.dark, 0.45)), (turns[::2], coat.base)):
        pen.form(
            tone,
            *(
                oval(0.18 * math.cos(a), 0.72 + 0.18 * math.sin(a), 0.14, 0.095, -math.degrees(a))
                for a in group
            ),
            depth=0.025,
        )
    heart = GOLD if coat.name not in ("yellow", "orange") else (150, 84, 52)
    pen.form(heart, oval(0, 0.72, 0.105, 0.105), depth=0.04)


@subject("mushroom", synonyms=(("toadstool", "toadstools"),), wide=1.02, tall=0.9, bulk=0.8)
def draw_mushroom(pen: Pen, coat: Coat) -> None:
    pen.form(
        (250, 236, 212),
        smooth(
            (-0.13, 0.56),
            (0.13, 0.56),
            (0.12, 0.3),
            (0.2, 0.05),
            (0.12, -0.01),
            (-0.12, -0.01),
            (-0.2, 0.05),
            (-0.12, 0.3),
        ),
        depth=0.07,
    )
    pen.flat((232, 206, 178), oval(0, 0.5, 0.3, 0.07))
    pen.form(
        (250, 236, 212),
        smooth((-0.17, 0.42), (0, 0.46), (0.17, 0.42), (0.14, 0.36), (0, 0.38), (-0.14, 0.36)),
        depth=0.02,
    )
    cap = smooth(
        (-0.5, 0.5),
        (-0.46, 0.72),
        (-0.26, 0.93),
        (0, 1.0),
        (0.26, 0.93),
        (0.46, 0.72),
        (0.5, 0.5),
        (0.3, 0.46),
        (0, 0.52),
        (-0.3, 0.46),
    )
    pen.flat(coat.base, cap)
    spots = (
        (-0.28, 0.7, 0.085),
        (0.02, 0.82, 0.1),
        (0.29, 0.68, 0.08),
        (-0.06, 0.6, 0.06),
        (0.43, 0.56, 0.04),
    )
    pen.flat(coat.trim, *(oval(x, y, r, r * 0.85) for x, y, r in spots))
    pen.canvas.model([pen.place(cap)], pen.h * 0.12, pen.h * 0.02)


@subject("cactus", "cacti", wide=0.72, bulk=1.2)
def draw_cactus(pen: Pen, coat: Coat) -> None:
    arms = (
        ribbon(((-0.06, 0.36), (-0.27, 0.36), (-0.29, 0.44), (-0.29, 0.66)), 0.14, 0.13),
        ribbon(((0.06, 0.27), (0.25, 0.27), (0.28, 0.36), (0.28, 0.52)), 0.14, 0.13),
    )
    pen.form(coat.base, ribbon(((0, 0.1), (0, 0.88)), 0.26, 0.22), *arms, depth=0.06)
    rib = mix(coat.base, coat.light, 0.7)
    pen.flat(rib, *(ribbon(((x, 0.1), (x * 0.9, 0.82)), 0.036, 0.036) for x in (-0.05, 0.05)))
    pen.flat(
        rib,
        ribbon(((-0.29, 0.46), (-0.29, 0.64)), 0.036, 0.036),
        ribbon(((0.28, 0.38), (0.28, 0.5)), 0.036, 0.036),
    )
    bloom = (250, 130, 170) if coat.name not in ("pink", "red") else GOLD
    for x, y in ((0, 0.98), (-0.29, 0.74)):
        pen.flat(
            bloom,
            oval(x - 0.05, y, 0.05, 0.04, 30),
            oval(x + 0.05, y, 0.05, 0.04, -30),
            oval(x, y + 0.025, 0.04, 0.05),
        )
    pen.form(
        (168, 132, 100), oval(-0.2, 0.02, 0.09, 0.045), oval(0.22, 0.015, 0.07, 0.035), depth=0.02
    )
