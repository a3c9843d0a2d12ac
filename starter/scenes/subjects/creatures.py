"""Bird, fish, and the creatures of stories: dragon and ghost."""

from starter.scenes.geometry import oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GOLD, INK, LAMP, Colour, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject


@subject(
    "bird",
    synonyms=(("songbird", "songbirds"),),
    wide=1.42,
    tall=0.8,
    flies=0.5,
    bulk=0.7,
    poses=("sleeping",),
)
def draw_bird(pen: Pen, coat: Coat) -> None:
    if pen.aloft:
        _draw_flying_bird(pen, coat)
        return
    for x in (-0.04, 0.12):
        pen.flat((226, 138, 50), ribbon(((x, 0.2), (x, 0.03), (x + 0.08, 0.025)), 0.045, 0.045))
    pen.form(coat.dark, poly((-0.3, 0.46), (-0.74, 0.36), (-0.7, 0.2), (-0.3, 0.28)), depth=0.03)
    pen.form(
        coat.base,
        smooth(
            (-0.44, 0.4),
            (-0.26, 0.62),
            (0.02, 0.76),
            (0.12, 0.94),
            (0.32, 0.98),
            (0.48, 0.84),
            (0.44, 0.56),
            (0.26, 0.26),
            (0, 0.15),
            (-0.26, 0.22),
        ),
    )
    pen.flat(
        CREAM if coat.name != "white" else (255, 226, 196),
        smooth((0.46, 0.62), (0.38, 0.62), (0.2, 0.46), (0.08, 0.24), (0.2, 0.2), (0.36, 0.36)),
    )
    pen.flat((250, 168, 46), poly((0.45, 0.87), (0.68, 0.78), (0.45, 0.71)))
    pen.form(
        mix(coat.base, coat.dark, 0.6),
        smooth((0.1, 0.62), (0.14, 0.42), (-0.08, 0.28), (-0.52, 0.3), (-0.3, 0.52), (-0.08, 0.64)),
        depth=0.04,
    )
    pen.eye(0.33, 0.83, 0.05, lid=coat.ink)


def _draw_flying_bird(pen: Pen, coat: Coat) -> None:
    pen.form(
        coat.dark,
        smooth((0.1, 0.4), (0.3, 0.66), (0.26, 1.0), (0.06, 0.8), (-0.12, 0.44)),
        depth=0.03,
    )
    pen.form(
        coat.dark, poly((-0.32, 0.36), (-0.76, 0.42), (-0.62, 0.3), (-0.74, 0.2), (-0.3, 0.24))
    )
    pen.form(
        coat.base,
        smooth(
            (-0.44, 0.3),
            (-0.1, 0.42),
            (0.24, 0.5),
            (0.42, 0.56),
            (0.58, 0.46),
            (0.5, 0.3),
            (0.2, 0.16),
            (-0.2, 0.18),
        ),
    )
    pen.flat(
        CREAM if coat.name != "white" else (255, 226, 196),
        smooth((0.5, 0.33), (0.2, 0.3), (-0.1, 0.26), (0, 0.18), (0.3, 0.19)),
    )
    pen.flat((250, 168, 46), poly((0.56, 0.5), (0.76, 0.42), (0.56, 0.37)))
    pen.form(
        coat.base,
        smooth(
            (0.14, 0.4),
            (0.1, 0.62),
            (-0.16, 0.96),
            (-0.34, 1.0),
            (-0.36, 0.74),
            (-0.24, 0.48),
            (-0.08, 0.34),
        ),
        depth=0.05,
    )
    pen.eye(0.45, 0.46, 0.042)


@subject(
    "fish",
    "fish",
    synonyms=(("goldfish", "goldfish"),),
    wide=1.65,
    tall=0.72,
    floats=True,
    hovers=0.16,
    bulk=0.8,
    poses=("jumping",),
)
def draw_fish(pen: Pen, coat: Coat) -> None:
    fin = mix(coat.base, coat.dark, 0.6)
    pen.form(
        fin,
        smooth(
            (-0.38, 0.46), (-0.6, 0.68), (-0.82, 0.86), (-0.74, 0.5), (-0.84, 0.12), (-0.6, 0.26)
        ),
        depth=0.05,
    )
    pen.form(
        fin,
        smooth((-0.24, 0.72), (-0.2, 0.96), (0.06, 1.0), (0.2, 0.78)),
        smooth((-0.1, 0.2), (-0.2, 0.02), (0.02, 0.0), (0.14, 0.2)),
        depth=0.03,
    )
    pen.form(
        coat.base,
        smooth(
            (-0.52, 0.46),
            (-0.24, 0.76),
            (0.14, 0.84),
            (0.46, 0.72),
            (0.68, 0.48),
            (0.46, 0.22),
            (0.14, 0.12),
            (-0.24, 0.2),
        ),
        depth=0.1,
    )
    pen.flat(
        coat.light,
        smooth((0.66, 0.42), (0.4, 0.36), (0.1, 0.3), (-0.2, 0.3), (0.1, 0.15), (0.46, 0.24)),
    )
    pen.flat(
        coat.trim,
        ribbon(((0.12, 0.78), (0.2, 0.5), (0.14, 0.2)), 0.08, 0.08),
        ribbon(((-0.18, 0.72), (-0.1, 0.5), (-0.16, 0.26)), 0.07, 0.07),
    )
    pen.form(
        fin, smooth((0.14, 0.46), (0.0, 0.3), (-0.16, 0.3), (-0.12, 0.46), (0.04, 0.54)), depth=0.03
    )
    pen.flat((255, 255, 255), oval(0.42, 0.56, 0.085, 0.095))
    pen.flat(INK, oval(0.44, 0.56, 0.05, 0.06))
    pen.flat((255, 255, 255), oval(0.46, 0.59, 0.018, 0.022))


@subject("dragon", wide=1.65, tall=1.05, bulk=1.5, poses=("jumping", "sleeping"))
def draw_dragon(pen: Pen, coat: Coat) -> None:
    belly = mix(coat.trim, GOLD, 0.35)
    wing = mix(coat.base, coat.dark, 0.75)
    pen.form(
        coat.base, ribbon(((-0.14, 0.16), (-0.42, 0.08), (-0.66, 0.16), (-0.7, 0.36)), 0.26, 0.06)
    )
    pen.flat(coat.accent, poly((-0.82, 0.34), (-0.68, 0.54), (-0.58, 0.34), (-0.7, 0.38)))
    membrane = smooth(
        (0.04, 0.46),
        (0.02, 0.74),
        (-0.1, 1.02),
        (-0.3, 1.0),
        (-0.56, 0.9),
        (-0.72, 0.7),
        (-0.56, 0.7),
        (-0.48, 0.56),
        (-0.36, 0.6),
        (-0.26, 0.44),
        (-0.1, 0.48),
    )
    pen.form(wing, membrane, depth=0.05)
    bones = (
        ((0.0, 0.46), (0.0, 0.78), (-0.1, 1.02)),
        ((-0.1, 1.0), (-0.44, 0.92), (-0.72, 0.7)),
        ((-0.09, 0.98), (-0.34, 0.8), (-0.48, 0.57)),
        ((-0.08, 0.96), (-0.2, 0.7), (-0.26, 0.46)),
    )
    pen.flat(mix(coat.dark, INK, 0.25), *(ribbon(b, 0.05, 0.03) for b in bones))
    pen.flat(
        coat.accent,
        *(
            poly((x, y), (x - 0.12, y + 0.1), (x + 0.03, y + 0.13))
            for x, y in ((0.06, 0.6), (0.16, 0.74), (0.18, 0.88))
        ),
    )
    body = smooth(
        (-0.26, 0.04),
        (-0.32, 0.26),
        (-0.16, 0.5),
        (0.06, 0.62),
        (0.2, 0.82),
        (0.36, 0.8),
        (0.34, 0.56),
        (0.3, 0.3),
        (0.22, 0.04),
    )
    pen.form(coat.base, body, depth=0.07)
    pen.flat(
        belly,
        smooth((0.36, 0.66), (0.26, 0.6), (0.14, 0.38), (0.12, 0.08), (0.22, 0.06), (0.3, 0.3)),
    )
    pen.form(coat.base, oval(-0.1, 0.17, 0.19, 0.17), depth=0.05)
    pen.form(coat.base, oval(-0.02, 0.045, 0.14, 0.05), oval(0.24, 0.045, 0.13, 0.05), depth=0.02)
    pen.form(coat.base, ribbon(((0.24, 0.42), (0.38, 0.34)), 0.1, 0.08), depth=0.03)
    _draw_dragon_head(pen, coat, belly)


def _draw_dragon_head(pen: Pen, coat: Coat, belly: Colour) -> None:
    horns = (
        poly((0.2, 0.94), (0.06, 1.06), (0.28, 1.0)),
        poly((0.3, 0.96), (0.2, 1.1), (0.38, 1.0)),
    )
    pen.flat(belly, *horns)
    pen.form(
        coat.base,
        smooth(
            (0.14, 0.86),
            (0.22, 1.0),
            (0.38, 1.0),
            (0.52, 0.9),
            (0.68, 0.88),
            (0.7, 0.78),
            (0.52, 0.72),
            (0.28, 0.72),
        ),
        depth=0.05,
    )
    pen.flat(coat.dark, oval(0.64, 0.85, 0.026, 0.022))
    pen.flat(belly, smooth((0.69, 0.79), (0.52, 0.77), (0.36, 0.755), (0.5, 0.725), (0.66, 0.755)))
    if pen.asleep:
        pen.lid(0.4, 0.9, 0.065, coat.ink)
        return
    pen.flat(LAMP, oval(0.4, 0.91, 0.06, 0.058))
    pen.flat(INK, oval(0.415, 0.91, 0.03, 0.05))


@subject("ghost", synonyms=(("spirit", "spirits"),), wide=1.05, hovers=0.1, poses=("waving",))
def draw_ghost(pen: Pen, coat: Coat) -> None:
    if pen.dark:
        pen.glow(0, 0.5, 0.75, 0.35, coat.light)
    raised = ((0.26, 0.5), (0.42, 0.62), (0.46, 0.86))
    arms = (
        ribbon(
            raised if pen.pose == "waving" else ((0.26, 0.5), (0.42, 0.46), (0.46, 0.56)), 0.16, 0.1
        ),
        ribbon(((-0.26, 0.5), (-0.42, 0.42), (-0.48, 0.5)), 0.16, 0.1),
    )
    sheet = smooth(
        (-0.34, 0.06),
        (-0.36, 0.4),
        (-0.3, 0.78),
        (0, 1.0),
        (0.3, 0.78),
        (0.36, 0.4),
        (0.34, 0.06),
        (0.26, 0.02),
        (0.18, 0.13),
        (0.08, 0.02),
        (0, 0.12),
        (-0.09, 0.02),
        (-0.18, 0.13),
        (-0.26, 0.02),
    )
    pen.form(coat.base, sheet, *arms, depth=0.1)
    face = INK if coat.name != "black" else (250, 248, 240)
    for s in (-1, 1):
        pen.flat(face, oval(s * 0.12 + 0.03, 0.68, 0.055, 0.08))
        pen.flat(mix(coat.base, (250, 120, 150), 0.5), oval(s * 0.22 + 0.03, 0.56, 0.055, 0.038))
    pen.flat(face, oval(0.03, 0.53, 0.05, 0.055))
