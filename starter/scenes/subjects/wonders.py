"""Unicorn, whale and butterfly."""

from starter.scenes.geometry import oval, poly, ribbon, smooth
from starter.scenes.palette import GOLD, INK, Colour, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import ANIMAL, subject

_SPRAY: Colour = (196, 230, 250)


@subject("unicorn", wide=1.45, tall=1.1, bulk=1.3, poses=ANIMAL)
def draw_unicorn(pen: Pen, coat: Coat) -> None:
    pen = pen.lying(0.18)
    mane = (
        (250, 150, 190)
        if coat.name not in ("pink", "red", "magenta", "purple")
        else (110, 206, 226)
    )
    tail = smooth(
        (-0.36, 0.52), (-0.54, 0.56), (-0.68, 0.36), (-0.62, 0.12), (-0.5, 0.2), (-0.48, 0.38)
    )
    pen.form(mane, tail, depth=0.04)
    far = [pen.leg((x, 0.32), 0.13, r, 0.18) for x, r in ((-0.2, 0.12), (0.16, -0.12))]
    pen.flat(coat.dark, *far)
    near = [pen.leg((x, 0.36), 0.16, r, 0.18) for x, r in ((-0.33, -0.16), (0.28, 0.18))]
    body = smooth(
        (-0.42, 0.34),
        (-0.4, 0.52),
        (-0.2, 0.58),
        (0.1, 0.56),
        (0.34, 0.62),
        (0.38, 0.44),
        (0.28, 0.3),
        (0, 0.28),
        (-0.3, 0.26),
    )
    neck = ribbon(((0.22, 0.44), (0.32, 0.66), (0.38, 0.8)), 0.3, 0.2)
    pen.form(coat.base, body, neck, *near, depth=0.07)
    for x, r in ((-0.33, -0.16), (0.28, 0.18)):
        foot, low = (x + 0.14, 0.25) if pen.asleep else (x + pen.stride(r), 0.04)
        pen.flat(GOLD, ribbon(((foot - 0.02, low), (foot + 0.04, low)), 0.085, 0.085))
    _draw_unicorn_head(pen, coat, mane)


def _draw_unicorn_head(pen: Pen, coat: Coat, mane: Colour) -> None:
    pen.form(coat.base, poly((0.28, 0.9), (0.28, 1.04), (0.38, 0.92)), depth=0.02)
    pen.form(GOLD, poly((0.4, 0.9), (0.5, 0.86), (0.62, 1.16)), depth=0.02)
    pen.form(
        coat.base,
        oval(0.42, 0.8, 0.15, 0.12),
        ribbon(((0.46, 0.79), (0.64, 0.69)), 0.2, 0.14),
        depth=0.05,
    )
    pen.flat(coat.light, oval(0.64, 0.685, 0.08, 0.07))
    pen.flat(coat.ink, oval(0.67, 0.7, 0.022, 0.022))
    pen.eye(0.47, 0.82, 0.04, lid=coat.ink)
    locks = smooth(
        (0.4, 0.96),
        (0.26, 0.94),
        (0.16, 0.76),
        (0.1, 0.56),
        (0.02, 0.5),
        (0.1, 0.44),
        (0.24, 0.52),
        (0.28, 0.7),
        (0.36, 0.82),
    )
    pen.form(mane, locks, depth=0.04)


@subject("whale", wide=1.95, tall=0.74, floats=True, bulk=1.5, poses=("jumping", "sleeping"))
def draw_whale(pen: Pen, coat: Coat) -> None:
    if not pen.asleep:
        pen.flat(
            _SPRAY, ribbon(((0.2, 0.7), (0.18, 0.98), (0.04, 1.06), (-0.04, 0.96)), 0.08, 0.07)
        )
        pen.flat(_SPRAY, ribbon(((0.2, 0.7), (0.22, 0.98), (0.36, 1.06), (0.44, 0.96)), 0.08, 0.07))
    fluke = smooth(
        (-0.62, 0.5), (-0.62, 0.78), (-0.86, 0.98), (-0.84, 0.78), (-1.0, 0.66), (-0.8, 0.56)
    )
    pen.form(coat.base, fluke, depth=0.04)
    body = smooth(
        (-0.74, 0.62),
        (-0.56, 0.44),
        (-0.3, 0.58),
        (0.1, 0.74),
        (0.48, 0.68),
        (0.7, 0.42),
        (0.64, 0.12),
        (0.3, 0.0),
        (-0.2, 0.0),
        (-0.58, 0.16),
    )
    pen.form(coat.base, body, depth=0.1)
    belly = (252, 246, 236) if coat.name != "white" else (196, 206, 224)
    pen.flat(
        belly, smooth((0.69, 0.3), (0.4, 0.27), (0.06, 0.2), (-0.28, 0.02), (0.3, 0.0), (0.62, 0.1))
    )
    pen.form(
        mix(coat.base, coat.dark, 0.7),
        smooth((0.12, 0.26), (-0.02, 0.04), (-0.18, 0.04), (-0.06, 0.24)),
        depth=0.03,
    )
    pen.eye(0.46, 0.42, 0.05, lid=coat.ink)


@subject("butterfly", "butterflies", wide=1.2, tall=0.86, flies=0.6, hovers=0.22, bulk=0.6)
def draw_butterfly(pen: Pen, coat: Coat) -> None:
    for s in (-1, 1):
        lower = smooth(
            (s * 0.02, 0.48), (s * 0.34, 0.44), (s * 0.44, 0.2), (s * 0.26, 0.02), (s * 0.08, 0.2)
        )
        upper = smooth(
            (s * 0.02, 0.5),
            (s * 0.16, 0.84),
            (s * 0.44, 1.0),
            (s * 0.6, 0.86),
            (s * 0.52, 0.56),
            (s * 0.28, 0.44),
        )
        pen.form(mix(coat.base, coat.dark, 0.55), lower, depth=0.05)
        pen.form(coat.base, upper, depth=0.07)
        pen.flat(
            coat.trim, oval(s * 0.4, 0.76, 0.1, 0.12, -20 * s), oval(s * 0.28, 0.24, 0.075, 0.075)
        )
        pen.flat(coat.accent, oval(s * 0.4, 0.76, 0.055, 0.065, -20 * s))
        pen.flat(
            INK,
            ribbon(((s * 0.02, 0.76), (s * 0.06, 0.9), (s * 0.15, 0.97)), 0.035, 0.03),
            oval(s * 0.15, 0.97, 0.035, 0.035),
        )
    pen.form(
        mix(INK, (90, 64, 60), 0.4),
        oval(0, 0.46, 0.06, 0.27),
        oval(0, 0.75, 0.075, 0.075),
        depth=0.02,
    )
