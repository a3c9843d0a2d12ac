"""What leaves the ground: rocket, hot air balloon and airplane."""

from starter.scenes.geometry import box, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GLASS, GOLD, LAMP, SLATE, WOOD, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject


@subject(
    "rocket",
    synonyms=(("spaceship", "spaceships"), ("rocket ship", "rocket ships")),
    wide=0.6,
    tall=1.15,
    flies=0.5,
    bulk=1.7,
)
def draw_rocket(pen: Pen, coat: Coat) -> None:
    if pen.aloft:
        pen.glow(0, 0.04, 0.34, 0.8, (255, 190, 90))
        pen.flat(
            (255, 150, 50),
            smooth((-0.12, 0.2), (-0.13, 0.06), (0, -0.16), (0.13, 0.06), (0.12, 0.2)),
        )
        pen.flat(
            (255, 236, 150),
            smooth((-0.06, 0.2), (-0.06, 0.08), (0, -0.04), (0.06, 0.08), (0.06, 0.2)),
        )
    fins = [
        smooth((s * 0.13, 0.4), (s * 0.26, 0.26), (s * 0.3, 0.02), (s * 0.2, 0.09), (s * 0.1, 0.16))
        for s in (-1, 1)
    ]
    trim = coat.accent
    pen.form(trim, *fins, depth=0.03)
    pen.flat(SLATE, poly((-0.1, 0.16), (0.1, 0.16), (0.13, 0.08), (-0.13, 0.08)))
    pen.form(
        coat.base,
        smooth(
            (-0.13, 0.14),
            (-0.2, 0.42),
            (-0.16, 0.72),
            (0, 1.0),
            (0.16, 0.72),
            (0.2, 0.42),
            (0.13, 0.14),
        ),
        depth=0.1,
    )
    pen.form(
        coat.trim,
        smooth((-0.135, 0.78), (-0.06, 0.93), (0, 1.0), (0.06, 0.93), (0.135, 0.78), (0, 0.755)),
        depth=0.06,
    )
    pen.flat(coat.trim, oval(0, 0.57, 0.115, 0.115))
    pen.window(oval(0, 0.57, 0.08, 0.08), glass=GLASS)
    pen.flat(coat.trim, ribbon(((-0.17, 0.28), (0, 0.255), (0.17, 0.28)), 0.06, 0.06))
    pen.form(trim, ribbon(((0, 0.3), (0, 0.06)), 0.06, 0.05), depth=0.02)


@subject(
    "hot air balloon",
    synonyms=(("balloon", "balloons"),),
    wide=0.72,
    tall=1.1,
    flies=0.95,
    bulk=1.5,
)
def draw_balloon(pen: Pen, coat: Coat) -> None:
    if pen.dark:
        pen.glow(0, 0.62, 0.6, 0.5, mix(LAMP, coat.light, 0.5))
    for x in (-0.07, 0.07):
        pen.flat(WOOD, ribbon(((x, 0.15), (x * 1.3, 0.3)), 0.02, 0.02))
    envelope = smooth(
        (-0.09, 0.26),
        (-0.24, 0.4),
        (-0.36, 0.62),
        (-0.28, 0.88),
        (0, 1.0),
        (0.28, 0.88),
        (0.36, 0.62),
        (0.24, 0.4),
        (0.09, 0.26),
    )
    pen.form(coat.base, envelope, depth=0.0)
    for s in (-1, 1):
        pen.flat(
            coat.trim,
            smooth(
                (s * 0.05, 0.26),
                (s * 0.15, 0.42),
                (s * 0.25, 0.64),
                (s * 0.17, 0.9),
                (s * 0.06, 0.985),
                (s * 0.11, 0.86),
                (s * 0.13, 0.64),
                (s * 0.08, 0.42),
            ),
        )
    pen.canvas.model([pen.place(envelope)], pen.h * 0.12, pen.h * 0.02)
    pen.flat(coat.dark, box(-0.09, 0.245, 0.09, 0.285, 0.015))
    pen.form(WOOD, box(-0.1, 0.0, 0.1, 0.15, 0.03), depth=0.04)
    pen.flat(mix(WOOD, CREAM, 0.4), box(-0.11, 0.125, 0.11, 0.165, 0.015))


@subject(
    "airplane",
    synonyms=(("plane", "planes"), ("aeroplane", "aeroplanes")),
    wide=1.98,
    tall=0.68,
    flies=0.8,
)
def draw_airplane(pen: Pen, coat: Coat) -> None:
    if not pen.aloft:
        for x in (0.3, -0.5):
            pen.flat(SLATE, ribbon(((x, 0.3), (x, 0.1)), 0.06, 0.06), oval(x, 0.08, 0.09, 0.09))
    pen.form(coat.dark, poly((0.1, 0.6), (0.34, 0.6), (0.02, 0.86), (-0.16, 0.86)), depth=0.03)
    pen.form(
        coat.accent, smooth((-0.92, 0.94), (-0.76, 0.96), (-0.5, 0.58), (-0.88, 0.52)), depth=0.05
    )
    pen.form(
        coat.base,
        smooth(
            (-0.94, 0.56),
            (-0.6, 0.64),
            (-0.1, 0.72),
            (0.4, 0.74),
            (0.74, 0.66),
            (0.88, 0.5),
            (0.76, 0.34),
            (0.4, 0.26),
            (-0.1, 0.28),
            (-0.6, 0.42),
        ),
        depth=0.09,
    )
    pen.flat(
        coat.trim,
        smooth(
            (-0.7, 0.47),
            (-0.1, 0.42),
            (0.4, 0.4),
            (0.8, 0.41),
            (0.74, 0.33),
            (0.4, 0.27),
            (-0.1, 0.3),
            (-0.6, 0.42),
        ),
    )
    pen.window(
        smooth((0.52, 0.7), (0.66, 0.68), (0.78, 0.56), (0.54, 0.54)),
        *(oval(x, 0.58, 0.055, 0.06) for x in (0.32, 0.12, -0.08, -0.28)),
        glass=GLASS,
    )
    pen.form(
        mix(coat.base, coat.dark, 0.6),
        smooth((0.34, 0.46), (0.3, 0.36), (-0.28, 0.0), (-0.46, 0.02), (-0.1, 0.42)),
        depth=0.04,
    )
    pen.form(
        coat.accent,
        smooth((-0.6, 0.56), (-0.64, 0.48), (-0.96, 0.4), (-1.0, 0.46), (-0.8, 0.56)),
        depth=0.02,
    )
    pen.flat(GOLD, oval(0.89, 0.5, 0.06, 0.08))
    pen.flat(mix(SLATE, GLASS, 0.5), oval(0.94, 0.5, 0.03, 0.3))
