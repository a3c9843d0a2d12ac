"""Cat, dog, fox, rabbit and elephant."""

from starter.scenes.geometry import box, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GOLD, INK, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.gait import draw_runner
from starter.scenes.subjects.table import ANIMAL, subject

_ROSE = (240, 140, 150)


@subject(
    "cat",
    synonyms=(("kitten", "kittens"), ("kitty", "kitties")),
    wide=0.95,
    gallop=1.75,
    poses=ANIMAL,
)
def draw_cat(pen: Pen, coat: Coat) -> None:
    if pen.pose == "running":
        draw_runner(pen, coat, ((-0.4, 0.48), (-0.6, 0.6), (-0.66, 0.86)), 0.11)
        _draw_cat_head(pen.shifted(0.46, -0.08), coat)
        return
    pen.form(
        coat.dark,
        ribbon(((0.16, 0.06), (0.42, 0.06), (0.5, 0.26), (0.4, 0.44), (0.46, 0.54)), 0.1, 0.09),
    )
    pen.form(
        coat.base,
        smooth(
            (-0.25, 0.02),
            (-0.27, 0.2),
            (-0.18, 0.46),
            (0, 0.56),
            (0.18, 0.46),
            (0.27, 0.2),
            (0.25, 0.02),
            (0, -0.005),
        ),
    )
    pen.flat(coat.light, oval(0, 0.33, 0.11, 0.15))
    for s in (-1, 1):
        pen.form(coat.base, ribbon(((s * 0.09, 0.32), (s * 0.09, 0.05)), 0.12, 0.13), depth=0.03)
        pen.flat(coat.light, oval(s * 0.095, 0.03, 0.075, 0.035))
    _draw_cat_head(pen.lying(0.1), coat)


def _draw_cat_head(pen: Pen, coat: Coat) -> None:
    ears = [poly((s * 0.28, 0.74), (s * 0.27, 1.0), (s * 0.03, 0.87)) for s in (-1, 1)]
    pen.form(coat.base, oval(0, 0.69, 0.3, 0.22), *ears)
    for s in (-1, 1):
        pen.flat(_ROSE, poly((s * 0.235, 0.82), (s * 0.24, 0.935), (s * 0.11, 0.87)))
        if pen.asleep:
            pen.lid(s * 0.13, 0.7, 0.065, coat.ink)
            continue
        pen.flat((252, 228, 110), oval(s * 0.13, 0.71, 0.07, 0.078))
        pen.flat(INK, oval(s * 0.13, 0.71, 0.034, 0.068))
    pen.flat(coat.light, oval(-0.05, 0.6, 0.075, 0.055), oval(0.05, 0.6, 0.075, 0.055))
    pen.flat(_ROSE, poly((-0.045, 0.645), (0.045, 0.645), (0, 0.6)))


@subject(
    "dog", synonyms=(("puppy", "puppies"), ("hound", "hounds")), wide=1.52, tall=0.92, poses=ANIMAL
)
def draw_dog(pen: Pen, coat: Coat) -> None:
    pen = pen.lying(0.2)
    pen.form(coat.base, ribbon(((-0.36, 0.48), (-0.52, 0.6), (-0.54, 0.84)), 0.13, 0.075))
    pen.flat(
        coat.dark, *(pen.leg((x, 0.36), 0.15, r, 0.2) for x, r in ((-0.18, 0.1), (0.14, -0.1)))
    )
    strides = ((-0.33, -0.16), (0.27, 0.18))
    legs = [pen.leg((x, 0.36), 0.18, r, 0.2) for x, r in strides]
    body = smooth(
        (-0.44, 0.36),
        (-0.44, 0.52),
        (-0.28, 0.6),
        (0.08, 0.58),
        (0.34, 0.64),
        (0.42, 0.46),
        (0.34, 0.28),
        (0.08, 0.28),
        (-0.14, 0.3),
        (-0.34, 0.26),
    )
    pen.form(coat.base, body, *legs, ribbon(((0.26, 0.48), (0.36, 0.76)), 0.32, 0.28))
    pen.form(
        coat.base,
        smooth((-0.44, 0.42), (-0.3, 0.52), (-0.19, 0.4), (-0.24, 0.22), (-0.4, 0.22)),
        depth=0.04,
    )
    for x, r in strides:
        paw = x + 0.03 + (0.14 if pen.asleep else pen.stride(r))
        pen.flat(coat.light, oval(paw, 0.265 if pen.asleep else 0.045, 0.105, 0.05))
    pen.flat(coat.light, smooth((0.36, 0.6), (0.42, 0.46), (0.38, 0.32), (0.28, 0.38)))
    pen.flat(coat.accent, ribbon(((0.19, 0.58), (0.34, 0.53), (0.48, 0.57)), 0.085, 0.075))
    pen.flat(GOLD, oval(0.38, 0.5, 0.04, 0.045))
    pen.form(
        coat.base, oval(0.38, 0.8, 0.235, 0.2), ribbon(((0.44, 0.74), (0.66, 0.71)), 0.24, 0.18)
    )
    pen.flat(coat.light, ribbon(((0.54, 0.69), (0.67, 0.69)), 0.15, 0.13))
    pen.flat(INK, oval(0.735, 0.765, 0.062, 0.05))
    pen.flat(INK, ribbon(((0.54, 0.645), (0.63, 0.625), (0.71, 0.65)), 0.022, 0.022))
    pen.eye(0.49, 0.85, 0.046, lid=coat.ink)
    pen.form(
        coat.dark,
        smooth(
            (0.2, 0.93),
            (0.34, 0.94),
            (0.37, 0.76),
            (0.32, 0.56),
            (0.18, 0.52),
            (0.1, 0.68),
            (0.12, 0.84),
        ),
        depth=0.04,
    )


@subject("fox", "foxes", wide=1.35, gallop=1.8, poses=ANIMAL)
def draw_fox(pen: Pen, coat: Coat) -> None:
    if pen.pose == "running":
        _draw_running_fox(pen, coat)
        return
    pen.form(
        coat.base,
        smooth(
            (-0.1, 0.02),
            (-0.36, 0.0),
            (-0.6, 0.1),
            (-0.7, 0.34),
            (-0.58, 0.52),
            (-0.5, 0.36),
            (-0.36, 0.26),
            (-0.14, 0.24),
        ),
    )
    pen.flat(
        CREAM if coat.name != "white" else coat.dark,
        smooth((-0.7, 0.3), (-0.69, 0.4), (-0.58, 0.52), (-0.52, 0.4), (-0.58, 0.32)),
    )
    pen.form(
        coat.base,
        smooth(
            (-0.22, 0.0),
            (-0.27, 0.16),
            (-0.2, 0.4),
            (-0.04, 0.58),
            (0.14, 0.62),
            (0.24, 0.48),
            (0.22, 0.2),
            (0.2, 0.0),
        ),
    )
    pen.flat(CREAM, smooth((0.04, 0.56), (0.22, 0.54), (0.25, 0.4), (0.18, 0.26), (0.1, 0.34)))
    pen.form(coat.base, oval(-0.09, 0.15, 0.19, 0.15), depth=0.04)
    for x, tone in ((0.2, coat.dark), (0.1, coat.base)):
        pen.form(tone, ribbon(((x, 0.34), (x + 0.01, 0.04)), 0.12, 0.09), depth=0.03)
        pen.flat(INK, ribbon(((x + 0.005, 0.13), (x + 0.02, 0.03)), 0.1, 0.09))
    _draw_fox_head(pen.lying(0.12), coat)


def _draw_running_fox(pen: Pen, coat: Coat) -> None:
    draw_runner(pen, coat, ((-0.36, 0.46), (-0.56, 0.5), (-0.8, 0.56)), 0.22)
    pen.flat(CREAM if coat.name != "white" else coat.dark, oval(-0.84, 0.57, 0.1, 0.1))
    pen.flat(CREAM, smooth((0.24, 0.58), (0.42, 0.56), (0.4, 0.42), (0.28, 0.34)))
    _draw_fox_head(pen.shifted(0.28, -0.08), coat)


def _draw_fox_head(pen: Pen, coat: Coat) -> None:
    ears = (
        poly((-0.1, 0.78), (-0.07, 1.03), (0.1, 0.88)),
        poly((0.08, 0.86), (0.16, 1.03), (0.26, 0.8)),
    )
    pen.form(
        coat.base,
        *ears,
        smooth(
            (-0.14, 0.66),
            (-0.08, 0.84),
            (0.1, 0.9),
            (0.26, 0.82),
            (0.48, 0.655),
            (0.46, 0.61),
            (0.22, 0.56),
            (0, 0.55),
        ),
    )
    pen.flat(INK, poly((-0.065, 0.93), (-0.07, 1.03), (0.03, 0.95)))
    pen.flat(
        CREAM,
        smooth(
            (-0.1, 0.62),
            (0.1, 0.665),
            (0.28, 0.7),
            (0.46, 0.66),
            (0.46, 0.61),
            (0.22, 0.555),
            (0, 0.55),
        ),
    )
    pen.flat(INK, oval(0.475, 0.645, 0.042, 0.035))
    pen.eye(0.19, 0.76, 0.042, lid=coat.ink)


@subject(
    "rabbit",
    synonyms=(("bunny", "bunnies"), ("hare", "hares")),
    wide=0.75,
    gallop=1.55,
    bulk=0.85,
    poses=ANIMAL,
)
def draw_rabbit(pen: Pen, coat: Coat) -> None:
    if pen.pose == "running":
        pen.flat(coat.light, oval(-0.52, 0.46, 0.11, 0.11))
        draw_runner(pen, coat, ((-0.3, 0.4), (-0.34, 0.42)), 0.2)
        _draw_rabbit_head(pen.shifted(0.42, 0.02), coat)
        return
    pen.flat(coat.light, oval(-0.3, 0.12, 0.1, 0.1))
    pen.form(
        coat.base,
        smooth(
            (-0.24, 0.0),
            (-0.3, 0.18),
            (-0.18, 0.4),
            (0, 0.46),
            (0.18, 0.4),
            (0.3, 0.18),
            (0.24, 0.0),
        ),
    )
    pen.flat(coat.light, oval(0, 0.22, 0.15, 0.17))
    for s in (-1, 1):
        pen.form(coat.light, oval(s * 0.17, 0.045, 0.12, 0.05), depth=0.03)
        pen.form(coat.base, ribbon(((s * 0.12, 0.3), (s * 0.06, 0.2)), 0.1, 0.09), depth=0.03)
    _draw_rabbit_head(pen.lying(0.1), coat)


def _draw_rabbit_head(pen: Pen, coat: Coat) -> None:
    for s in (-1, 1):
        ear = smooth(
            (s * 0.03, 0.66), (s * 0.04, 0.86), (s * 0.12, 1.0), (s * 0.2, 0.9), (s * 0.16, 0.66)
        )
        pen.form(coat.base, ear, depth=0.03)
        pen.flat(
            _ROSE,
            smooth(
                (s * 0.07, 0.7),
                (s * 0.08, 0.86),
                (s * 0.125, 0.94),
                (s * 0.16, 0.86),
                (s * 0.13, 0.7),
            ),
        )
    pen.form(coat.base, oval(0, 0.57, 0.25, 0.2))
    for s in (-1, 1):
        pen.eye(s * 0.12, 0.6, 0.042, lid=coat.ink)
    pen.flat(coat.light, oval(-0.055, 0.51, 0.075, 0.055), oval(0.055, 0.51, 0.075, 0.055))
    pen.flat((255, 255, 252), box(-0.035, 0.43, 0.035, 0.48))
    pen.flat(_ROSE, oval(0, 0.545, 0.045, 0.032))


@subject("elephant", wide=1.66, tall=1.05, bulk=1.4, poses=ANIMAL)
def draw_elephant(pen: Pen, coat: Coat) -> None:
    pen = pen.lying(0.13)
    pen.flat(
        coat.dark,
        ribbon(((-0.5, 0.6), (-0.6, 0.48), (-0.58, 0.34)), 0.06, 0.05),
        oval(-0.58, 0.31, 0.05, 0.06),
    )
    pen.flat(coat.dark, *(pen.leg((x, 0.4), 0.2, r, 0.13) for x, r in ((-0.24, 0.1), (0.2, -0.1))))
    legs = [pen.leg((x, 0.44), 0.22, r, 0.13) for x, r in ((-0.39, -0.12), (0.06, 0.14))]
    pen.form(
        coat.base,
        *legs,
        smooth(
            (-0.52, 0.4),
            (-0.52, 0.66),
            (-0.34, 0.84),
            (-0.04, 0.86),
            (0.2, 0.74),
            (0.24, 0.44),
            (-0.1, 0.3),
            (-0.4, 0.3),
        ),
        depth=0.09,
    )
    trunk = ribbon(((0.4, 0.66), (0.56, 0.5), (0.58, 0.28), (0.7, 0.16), (0.8, 0.24)), 0.26, 0.1)
    pen.form(coat.base, oval(0.34, 0.74, 0.26, 0.25), trunk, depth=0.07)
    pen.flat(CREAM, ribbon(((0.44, 0.52), (0.54, 0.42), (0.68, 0.46)), 0.075, 0.03))
    pen.form(
        mix(coat.base, coat.dark, 0.35),
        smooth((0.24, 0.92), (0.04, 0.96), (-0.1, 0.78), (-0.04, 0.54), (0.12, 0.46), (0.26, 0.6)),
        depth=0.05,
    )
    pen.flat(
        mix(coat.light, _ROSE, 0.4),
        smooth((0.16, 0.84), (0.06, 0.86), (-0.02, 0.75), (0.02, 0.61), (0.12, 0.57), (0.19, 0.67)),
    )
    pen.eye(0.44, 0.78, 0.046, lid=coat.ink)
