"""Pip, a fox kit with a lantern and a teal scarf."""

from starter.scenes.characters.character import Character
from starter.scenes.geometry import Point, box, moved, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GOLD, INK, LAMP
from starter.scenes.pen import Pen

_FUR = (240, 124, 48)
_DEEP = (206, 92, 40)
_TEAL = (24, 156, 156)
_ROSE = (250, 150, 140)


def draw_pip(pen: Pen, pose: str) -> None:
    """Pip, a fox kit: big head, orange fur, cream muzzle, teal scarf, glowing lantern."""
    sitting = pose == "sitting"
    drop = -0.1 if sitting else 0.0
    _draw_tail(pen, sitting)
    _draw_legs(pen, pose)
    pen.form(
        _FUR,
        moved(
            smooth(
                (-0.17, 0.1),
                (-0.19, 0.26),
                (-0.11, 0.44),
                (0.11, 0.44),
                (0.19, 0.26),
                (0.17, 0.1),
                (0, 0.06),
            ),
            0,
            drop,
        ),
    )
    pen.flat(CREAM, oval(0.01, 0.26 + drop, 0.1, 0.13))
    hand = {"walking": (0.37, 0.3), "sitting": (0.36, 0.26)}.get(pose, (0.34, 0.24))
    _draw_arm(pen, ((0.12, 0.38 + drop), (0.24, 0.32 + drop), hand))
    far = {"waving": ((-0.13, 0.38), (-0.3, 0.46), (-0.37, 0.66))}
    _draw_arm(pen, far.get(pose, ((-0.13, 0.37 + drop), (-0.2, 0.28 + drop), (-0.17, 0.18 + drop))))
    _draw_scarf(pen, drop)
    _draw_head(pen, drop)
    if pen.dark:
        pen.glow(hand[0], hand[1], 0.75, 0.3, (255, 190, 110))
    _draw_lantern(pen, hand)


def _draw_tail(pen: Pen, sitting: bool) -> None:
    low = -0.04 if sitting else 0.0
    pen.form(
        _FUR,
        smooth(
            (-0.08, 0.12 + low),
            (-0.28, 0.04 + low),
            (-0.48, 0.14 + low),
            (-0.52, 0.36 + low),
            (-0.4, 0.5 + low),
            (-0.34, 0.34 + low),
            (-0.22, 0.26 + low),
        ),
        depth=0.04,
    )
    pen.flat(
        CREAM,
        smooth(
            (-0.52, 0.3 + low),
            (-0.52, 0.4 + low),
            (-0.4, 0.5 + low),
            (-0.36, 0.38 + low),
            (-0.43, 0.3 + low),
        ),
    )


def _draw_legs(pen: Pen, pose: str) -> None:
    if pose == "sitting":
        for s in (-1, 1):
            pen.form(_FUR, ribbon(((s * 0.1, 0.08), (s * 0.2, 0.05)), 0.12, 0.1), depth=0.02)
            pen.flat(INK, oval(s * 0.24, 0.05, 0.065, 0.055))
        return
    spread = ((-0.2, 0.02), (0.2, 0.03)) if pose == "walking" else ((-0.09, 0.02), (0.1, 0.02))
    for s, (x, y) in zip((-1, 1), spread, strict=True):
        pen.form(_FUR, ribbon(((s * 0.08, 0.16), (x, y + 0.07)), 0.13, 0.1), depth=0.02)
        pen.flat(INK, ribbon(((x - 0.015, y + 0.035), (x + 0.035, y + 0.03)), 0.085, 0.075))


def _draw_arm(pen: Pen, line: tuple[Point, ...]) -> None:
    pen.form(_FUR, ribbon(line, 0.1, 0.085), depth=0.02)
    pen.flat(INK, oval(*line[-1], 0.052, 0.052))


def _draw_lantern(pen: Pen, hand: Point) -> None:
    x, y = hand[0] + 0.05, hand[1] - 0.04
    pen.glow(x, y - 0.1, 0.34, 0.55)
    pen.flat(INK, ribbon(((x - 0.05, y - 0.02), (x, y + 0.05), (x + 0.05, y - 0.02)), 0.026, 0.026))
    pen.flat(
        INK,
        poly(
            (x - 0.075, y - 0.035),
            (x - 0.035, y + 0.005),
            (x + 0.035, y + 0.005),
            (x + 0.075, y - 0.035),
        ),
        box(x - 0.07, y - 0.2, x + 0.07, y - 0.165, 0.01),
    )
    glass = pen.place(box(x - 0.058, y - 0.168, x + 0.058, y - 0.033))
    pen.canvas.fill(glass, LAMP)
    pen.canvas.fill(
        pen.place(smooth((x - 0.03, y - 0.15), (x, y - 0.07), (x + 0.03, y - 0.15))),
        (255, 250, 220),
    )
    pen.flat(
        GOLD,
        box(x - 0.066, y - 0.175, x - 0.046, y - 0.03),
        box(x + 0.046, y - 0.175, x + 0.066, y - 0.03),
    )


def _draw_scarf(pen: Pen, drop: float) -> None:
    pen.form(
        _TEAL,
        ribbon(((-0.1, 0.42 + drop), (-0.2, 0.32 + drop), (-0.21, 0.2 + drop)), 0.09, 0.1),
        depth=0.02,
    )
    pen.form(
        _TEAL,
        ribbon(((-0.16, 0.46 + drop), (0, 0.42 + drop), (0.16, 0.46 + drop)), 0.12, 0.12),
        depth=0.03,
    )


def _draw_head(pen: Pen, drop: float) -> None:
    y = drop
    ears = [
        smooth(
            (s * 0.08, 0.82 + y),
            (s * 0.17, 0.93 + y),
            (s * 0.27, 1.02 + y),
            (s * 0.3, 0.86 + y),
            (s * 0.28, 0.7 + y),
        )
        for s in (-1, 1)
    ]
    face = smooth(
        (-0.37, 0.6 + y),
        (-0.28, 0.78 + y),
        (0, 0.88 + y),
        (0.28, 0.78 + y),
        (0.37, 0.6 + y),
        (0.2, 0.49 + y),
        (0, 0.45 + y),
        (-0.2, 0.49 + y),
    )
    pen.form(_FUR, face, *ears, depth=0.06)
    for s in (-1, 1):
        pen.flat(INK, smooth((s * 0.23, 0.965 + y), (s * 0.27, 1.02 + y), (s * 0.295, 0.92 + y)))
        pen.flat(_ROSE, smooth((s * 0.15, 0.83 + y), (s * 0.24, 0.93 + y), (s * 0.245, 0.78 + y)))
        pen.flat(
            CREAM,
            smooth(
                (s * 0.36, 0.6 + y),
                (s * 0.2, 0.64 + y),
                (s * 0.06, 0.6 + y),
                (0, 0.46 + y),
                (s * 0.2, 0.49 + y),
            ),
        )
    pen.flat(CREAM, oval(0, 0.545 + y, 0.13, 0.095))
    for s in (-1, 1):
        pen.eye(s * 0.15, 0.685 + y, 0.052)
        pen.flat(_ROSE, oval(s * 0.255, 0.585 + y, 0.045, 0.03))
    pen.flat(INK, oval(0, 0.6 + y, 0.045, 0.034))
    pen.flat(_DEEP, ribbon(((-0.045, 0.525 + y), (0, 0.505 + y), (0.045, 0.525 + y)), 0.022, 0.022))


PIP = Character(
    draw_pip,
    ("pip the fox", "pip the fox", "pip", "pip the little fox", "pip the fox with a lantern"),
    {
        "standing": ("standing", ""),
        "sitting": ("sitting", "sitting down"),
        "waving": ("waving", "waving hello"),
        "walking": ("walking", "taking a walk"),
    },
    colour="orange",
    wide=1.05,
)
