"""Bear, penguin, owl, turtle and giraffe."""

from starter.scenes.geometry import oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, INK, Colour, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import ANIMAL, subject

_BEAK: Colour = (250, 164, 48)


@subject(
    "bear",
    synonyms=(("teddy bear", "teddy bears"),),
    wide=0.9,
    bulk=1.3,
    poses=("jumping", "sleeping", "waving"),
)
def draw_bear(pen: Pen, coat: Coat) -> None:
    for s in (-1, 1):
        foot = s * 0.22 + pen.stride(s * 0.08)
        pen.form(coat.base, oval(foot, 0.1, 0.15, 0.1), depth=0.03)
        pen.flat(coat.light, oval(foot + s * 0.01, 0.1, 0.08, 0.055))
        waves = pen.pose == "waving" and s > 0
        paw = (s * 0.42, 0.62) if waves else (s * 0.36, 0.28)
        pen.form(coat.base, ribbon(((s * 0.22, 0.44), paw), 0.18, 0.17), depth=0.03)
    body = smooth(
        (-0.27, 0.1), (-0.31, 0.32), (-0.2, 0.56), (0.2, 0.56), (0.31, 0.32), (0.27, 0.1), (0, 0.03)
    )
    pen.form(coat.base, body, depth=0.08)
    pen.flat(coat.light, oval(0, 0.29, 0.18, 0.2))
    ears = [oval(s * 0.24, 0.91, 0.11, 0.1) for s in (-1, 1)]
    pen.form(coat.base, oval(0, 0.74, 0.31, 0.24), *ears, depth=0.07)
    for s in (-1, 1):
        pen.flat(coat.light, oval(s * 0.245, 0.915, 0.055, 0.05))
        pen.eye(s * 0.13, 0.79, 0.042, lid=coat.ink)
    pen.form(coat.light, oval(0, 0.66, 0.14, 0.105), depth=0.03)
    pen.flat(INK, oval(0, 0.705, 0.06, 0.042), ribbon(((0, 0.69), (0, 0.62)), 0.026, 0.026))


@subject("penguin", wide=0.88, bulk=0.9, poses=(*ANIMAL, "waving"))
def draw_penguin(pen: Pen, coat: Coat) -> None:
    belly = (255, 252, 246) if coat.name != "white" else (198, 206, 224)
    for s in (-1, 1):
        foot = s * 0.12 + pen.stride(s * 0.09)
        pen.form(_BEAK, oval(foot + 0.02, 0.035, 0.13, 0.045), depth=0.02)
    _draw_flippers(pen, coat)
    body = smooth(
        (-0.25, 0.06),
        (-0.32, 0.3),
        (-0.24, 0.6),
        (-0.22, 0.84),
        (0, 1.0),
        (0.22, 0.84),
        (0.24, 0.6),
        (0.32, 0.3),
        (0.25, 0.06),
    )
    pen.form(coat.base, body, depth=0.09)
    pen.flat(
        belly,
        smooth(
            (-0.14, 0.08),
            (-0.2, 0.3),
            (-0.13, 0.52),
            (0, 0.57),
            (0.16, 0.52),
            (0.22, 0.3),
            (0.16, 0.08),
        ),
    )
    pen.flat(
        belly,
        oval(-0.075, 0.75, 0.105, 0.11),
        oval(0.105, 0.75, 0.105, 0.11),
        oval(0.02, 0.66, 0.12, 0.07),
    )
    for x in (-0.07, 0.11):
        pen.eye(x, 0.78, 0.045)
    pen.form(_BEAK, poly((-0.07, 0.72), (0.11, 0.72), (0.03, 0.6)), depth=0.02)


def _draw_flippers(pen: Pen, coat: Coat) -> None:
    raised = pen.pose == "waving"
    for s in (-1, 1):
        tip = (s * 0.46, 0.84) if raised and s < 0 else (s * 0.4, 0.26)
        mid = (s * 0.38, 0.66) if raised and s < 0 else (s * 0.34, 0.48)
        pen.form(coat.dark, ribbon(((s * 0.2, 0.58), mid, tip), 0.16, 0.09), depth=0.03)


@subject("owl", wide=0.86, tall=0.92, flies=0.15, bulk=0.8, poses=("jumping", "sleeping"))
def draw_owl(pen: Pen, coat: Coat) -> None:
    wing = mix(coat.base, coat.dark, 0.7)
    for s in (-1, 1):
        pen.flat(_BEAK, oval(s * 0.12, 0.03, 0.09, 0.04))
    tufts = [smooth((s * 0.1, 0.88), (s * 0.34, 1.06), (s * 0.33, 0.76)) for s in (-1, 1)]
    body = smooth(
        (-0.2, 0.04),
        (-0.34, 0.3),
        (-0.34, 0.7),
        (-0.2, 0.92),
        (0, 0.95),
        (0.2, 0.92),
        (0.34, 0.7),
        (0.34, 0.3),
        (0.2, 0.04),
    )
    pen.form(coat.base, body, *tufts, depth=0.07)
    pen.flat(coat.light, smooth((-0.16, 0.08), (-0.22, 0.3), (0, 0.48), (0.22, 0.3), (0.16, 0.08)))
    for x, y in ((-0.08, 0.28), (0.08, 0.28), (0.0, 0.17)):
        pen.flat(
            wing, ribbon(((x - 0.05, y + 0.03), (x, y - 0.02), (x + 0.05, y + 0.03)), 0.04, 0.04)
        )
    for s in (-1, 1):
        reach = 0.56 if pen.aloft else 0.4
        tip = (s * reach, 0.72) if pen.aloft else (s * 0.34, 0.08)
        pen.form(wing, smooth((s * 0.28, 0.56), (s * reach, 0.4), tip, (s * 0.2, 0.3)), depth=0.04)
        _draw_owl_eye(pen, coat, s)
    pen.form(_BEAK, poly((-0.06, 0.64), (0.06, 0.64), (0, 0.5)), depth=0.02)


def _draw_owl_eye(pen: Pen, coat: Coat, side: int) -> None:
    x = side * 0.155
    pen.flat(CREAM if coat.name != "white" else coat.dark, oval(x, 0.7, 0.155, 0.155))
    if pen.asleep:
        pen.lid(x, 0.69, 0.1)
        return
    pen.flat(_BEAK if coat.name != "orange" else (110, 214, 120), oval(x, 0.7, 0.105, 0.105))
    pen.eye(x, 0.7, 0.062)


@subject(
    "turtle", synonyms=(("tortoise", "tortoises"),), wide=1.95, tall=0.68, bulk=0.8, poses=ANIMAL
)
def draw_turtle(pen: Pen, coat: Coat) -> None:
    skin = mix(coat.light, CREAM, 0.25)
    pen.form(skin, smooth((-0.56, 0.24), (-0.84, 0.16), (-0.6, 0.12)), depth=0.03)
    for x, reach in ((-0.4, -0.14), (0.36, 0.14)):
        foot = x + pen.stride(reach)
        pen.form(skin, ribbon(((x, 0.26), (foot, 0.07)), 0.25, 0.2), depth=0.04)
    _draw_turtle_head(pen, skin)
    shell = smooth(
        (-0.66, 0.22),
        (-0.58, 0.56),
        (-0.3, 0.9),
        (0, 0.98),
        (0.3, 0.88),
        (0.52, 0.56),
        (0.58, 0.22),
        (0, 0.18),
    )
    pen.form(coat.base, shell, depth=0.1)
    for x, y, r in ((-0.34, 0.5, 0.13), (0.0, 0.62, 0.17), (0.32, 0.5, 0.12)):
        pen.flat(coat.dark, oval(x, y, r, r * 0.95))
        pen.flat(mix(coat.base, coat.light, 0.5), oval(x, y + 0.015, r * 0.68, r * 0.64))
    pen.form(coat.accent, ribbon(((-0.64, 0.24), (0, 0.19), (0.56, 0.24)), 0.12, 0.12), depth=0.03)


def _draw_turtle_head(pen: Pen, skin: Colour) -> None:
    head = (0.74, 0.36) if pen.asleep else (0.78, 0.62)
    pen.form(
        skin,
        ribbon(((0.44, 0.3), (0.64, 0.34), head), 0.26, 0.24),
        oval(head[0] + 0.03, head[1], 0.2, 0.17),
        depth=0.05,
    )
    pen.eye(head[0] + 0.09, head[1] + 0.04, 0.055)
    x, y = head
    pen.flat(
        INK, ribbon(((x + 0.06, y - 0.09), (x + 0.14, y - 0.08), (x + 0.19, y - 0.04)), 0.035, 0.03)
    )


@subject("giraffe", wide=0.98, tall=1.3, bulk=1.5, poses=("jumping", "running", "sleeping"))
def draw_giraffe(pen: Pen, coat: Coat) -> None:
    pen = pen.lying(0.14)
    spot = mix(coat.base, (120, 70, 50), 0.6) if coat.name in ("white", "yellow") else coat.dark
    pen.flat(
        spot, ribbon(((-0.28, 0.38), (-0.38, 0.26)), 0.05, 0.05), oval(-0.39, 0.23, 0.045, 0.06)
    )
    far = [pen.leg((x, 0.3), 0.1, r, 0.14) for x, r in ((-0.15, 0.1), (0.12, -0.1))]
    pen.flat(coat.dark, *far)
    near = [pen.leg((x, 0.32), 0.115, r, 0.14) for x, r in ((-0.25, -0.14), (0.2, 0.14))]
    body = smooth(
        (-0.31, 0.3),
        (-0.29, 0.42),
        (-0.1, 0.46),
        (0.16, 0.5),
        (0.28, 0.4),
        (0.24, 0.28),
        (-0.22, 0.25),
    )
    neck = ribbon(((0.15, 0.38), (0.24, 0.6), (0.28, 0.9)), 0.2, 0.13)
    pen.form(coat.base, body, neck, *near, depth=0.05)
    marks = ((-0.19, 0.37, 0.06), (-0.04, 0.39, 0.065), (0.1, 0.37, 0.06))
    climb = ((0.19, 0.48, 0.055), (0.235, 0.61, 0.045), (0.26, 0.74, 0.04))
    pen.flat(spot, *(oval(x, y, r, r * 0.9) for x, y, r in marks + climb))
    _draw_giraffe_head(pen, coat, spot)


def _draw_giraffe_head(pen: Pen, coat: Coat, spot: Colour) -> None:
    for x in (0.22, 0.3):
        pen.flat(coat.base, ribbon(((x, 0.92), (x - 0.01, 1.01)), 0.045, 0.04))
        pen.flat(spot, oval(x - 0.01, 1.02, 0.032, 0.03))
    pen.form(coat.base, smooth((0.2, 0.95), (0.06, 0.99), (0.1, 0.91)), depth=0.02)
    pen.form(
        coat.base,
        oval(0.28, 0.9, 0.095, 0.075),
        ribbon(((0.3, 0.89), (0.44, 0.84)), 0.13, 0.1),
        depth=0.03,
    )
    pen.flat(coat.light, oval(0.43, 0.84, 0.06, 0.05))
    pen.eye(0.3, 0.92, 0.032, lid=coat.ink)
