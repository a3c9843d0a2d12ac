"""Robot, umbrella, teapot and snowman."""

import math

from starter.scenes.geometry import Outline, box, dome, oval, poly, ribbon, smooth
from starter.scenes.palette import GOLD, INK, SLATE, WOOD, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import FIGURE, subject

_SCREEN = (44, 54, 76)
_CYAN = (110, 240, 236)


@subject("robot", synonyms=(("android", "androids"),), wide=0.86, poses=FIGURE)
def draw_robot(pen: Pen, coat: Coat) -> None:
    pen.flat(SLATE, ribbon(((0, 0.88), (0, 0.97)), 0.045, 0.04))
    pen.flat((250, 92, 80), oval(0, 0.98, 0.05, 0.05))
    for s in (-1, 1):
        raised = pen.pose == "waving" and s > 0
        elbow, hand = (0.37, 0.58 if raised else 0.4), (0.39, 0.78 if raised else 0.25)
        arm = ((s * 0.24, 0.5), (s * elbow[0], elbow[1]), (s * hand[0], hand[1]))
        pen.form(SLATE, ribbon(arm, 0.1, 0.09), depth=0.02)
        pen.form(coat.dark, oval(s * hand[0], hand[1], 0.08, 0.08), depth=0.02)
        foot = s * 0.13 + pen.stride(s * 0.16)
        pen.flat(SLATE, ribbon(((s * 0.12, 0.2), (foot, 0.08)), 0.1, 0.1))
        pen.form(coat.dark, box(foot - 0.1, 0, foot + 0.1, 0.085, 0.035), depth=0.03)
        pen.form(SLATE, oval(s * 0.27, 0.74, 0.05, 0.07), depth=0.01)
    pen.flat(SLATE, box(-0.07, 0.54, 0.07, 0.62))
    pen.form(coat.base, box(-0.25, 0.16, 0.25, 0.56, 0.07), depth=0.08)
    pen.form(coat.base, box(-0.26, 0.6, 0.26, 0.9, 0.09), depth=0.08)
    pen.flat(_SCREEN, box(-0.2, 0.65, 0.2, 0.84, 0.06))
    for s in (-1, 1):
        pen.flat(_CYAN, oval(s * 0.095, 0.755, 0.045, 0.05))
    pen.flat(_CYAN, box(-0.06, 0.675, 0.06, 0.705))
    if pen.dark:
        pen.glow(0, 0.75, 0.3, 0.35, _CYAN)
    pen.flat(coat.trim, box(-0.15, 0.26, 0.15, 0.48, 0.03))
    pen.flat((250, 92, 80), oval(-0.07, 0.42, 0.03, 0.03))
    pen.flat(GOLD, oval(0.03, 0.42, 0.03, 0.03))
    pen.flat(SLATE, box(-0.1, 0.31, 0.1, 0.345))


@subject("umbrella", synonyms=(("parasol", "parasols"),), wide=1.05, tall=0.95)
def draw_umbrella(pen: Pen, coat: Coat) -> None:
    pen.flat(
        WOOD,
        ribbon(
            ((0, 0.95), (0, 0.5), (0, 0.1), (0.06, 0.03), (0.13, 0.05), (0.14, 0.13)), 0.05, 0.06
        ),
    )
    pen.flat(SLATE, ribbon(((0, 0.92), (0, 1.0)), 0.04, 0.025))
    canopy = _canopy(-0.52, 0.52)
    pen.flat(coat.base, canopy)
    pen.flat(coat.trim, _canopy(-0.31, -0.11), _canopy(0.11, 0.31))
    pen.canvas.model([pen.place(canopy)], pen.h * 0.1, pen.h * 0.02)


def _canopy(x0: float, x1: float) -> Outline:
    steps = [x0 + (x1 - x0) * i / 20 for i in range(21)]
    rim = [(x, 0.48 + 0.055 * abs(math.sin((x + 0.52) / 1.04 * 5 * math.pi))) for x in steps]
    if x1 - x0 > 1:
        top = [
            (math.cos(a) * 0.52, 0.5 + 0.45 * math.sin(a))
            for a in (i * math.pi / 24 for i in range(25))
        ]
        return poly(*top, *rim)
    squeeze = [
        (math.cos(a), 0.5 + 0.45 * math.sin(a)) for a in (i * math.pi / 24 for i in range(13))
    ]
    right = [(x1 * c, y) for c, y in squeeze]
    left = [(x0 * c, y) for c, y in reversed(squeeze)]
    return poly(*right, *left, *rim)


@subject(
    "teapot",
    synonyms=(("kettle", "kettles"), ("tea pot", "tea pots")),
    wide=1.5,
    tall=0.72,
    bulk=0.8,
)
def draw_teapot(pen: Pen, coat: Coat) -> None:
    pen.form(
        coat.dark,
        ribbon(((-0.36, 0.72), (-0.64, 0.74), (-0.68, 0.42), (-0.38, 0.24)), 0.1, 0.09),
        depth=0.03,
    )
    pen.form(
        coat.base,
        ribbon(((0.32, 0.3), (0.52, 0.42), (0.58, 0.66), (0.74, 0.78)), 0.24, 0.09),
        depth=0.05,
    )
    pen.flat(coat.dark, box(-0.24, 0, 0.24, 0.08, 0.03))
    pen.form(
        coat.base,
        smooth(
            (-0.3, 0.04),
            (-0.47, 0.3),
            (-0.42, 0.6),
            (-0.22, 0.78),
            (0.22, 0.78),
            (0.42, 0.6),
            (0.47, 0.3),
            (0.3, 0.04),
        ),
        depth=0.1,
    )
    pen.form(coat.base, dome(0, 0.76, 0.25, 0.14), depth=0.04)
    pen.flat(coat.trim, box(-0.27, 0.735, 0.27, 0.785, 0.02))
    pen.form(coat.accent, oval(0, 0.94, 0.065, 0.065), depth=0.03)
    for i in range(5):
        a = math.pi / 2 + i * 2 * math.pi / 5
        pen.flat(coat.trim, oval(0.1 * math.cos(a), 0.4 + 0.1 * math.sin(a), 0.075, 0.075))
    pen.flat(coat.accent, oval(0, 0.4, 0.05, 0.05))


@subject("snowman", "snowmen", wide=0.88, poses=("jumping", "waving"))
def draw_snowman(pen: Pen, coat: Coat) -> None:
    for s in (-1, 1):
        hand = (s * 0.42, 0.82) if pen.pose == "waving" and s > 0 else (s * 0.43, 0.6)
        pen.flat(WOOD, ribbon(((s * 0.18, 0.46), hand), 0.055, 0.045))
        pen.flat(coat.accent, oval(*hand, 0.06, 0.06))
    pen.form(coat.base, oval(0, 0.2, 0.29, 0.215), depth=0.09)
    pen.form(coat.base, oval(0, 0.5, 0.22, 0.18), depth=0.07)
    pen.form(coat.base, oval(0, 0.75, 0.165, 0.15), depth=0.06)
    dots = INK if coat.name != "black" else (248, 244, 236)
    pen.flat(dots, *(oval(0, y, 0.034, 0.034) for y in (0.5, 0.36, 0.22)))
    pen.flat(dots, oval(-0.06, 0.8, 0.034, 0.04), oval(0.08, 0.8, 0.034, 0.04))
    pen.flat((250, 140, 50), poly((0.0, 0.77), (0.24, 0.72), (0.0, 0.71)))
    scarf = coat.accent
    pen.form(
        scarf,
        ribbon(((-0.15, 0.63), (0, 0.6), (0.15, 0.63)), 0.085, 0.085),
        ribbon(((0.08, 0.6), (0.13, 0.42)), 0.085, 0.09),
        depth=0.03,
    )
    hat = mix(SLATE, INK, 0.5)
    pen.form(
        hat, box(-0.13, 0.87, 0.13, 1.04, 0.02), box(-0.21, 0.85, 0.21, 0.895, 0.02), depth=0.04
    )
    pen.flat(scarf, box(-0.13, 0.893, 0.13, 0.93))
