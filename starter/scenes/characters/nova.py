"""Nova, a star girl: a golden star for a hood, pink pigtails, a violet suit."""

import math

from starter.scenes.characters.character import Character
from starter.scenes.geometry import Outline, Point, moved, oval, ribbon, smooth
from starter.scenes.palette import INK
from starter.scenes.pen import Pen

_STAR = (255, 200, 40)
_EDGE = (255, 234, 140)
_HAIR = (250, 92, 156)
_SUIT = (140, 92, 214)
_SKIN = (250, 204, 166)
_ROSE = (246, 132, 126)
_WHITE = (250, 246, 240)


def draw_nova(pen: Pen, pose: str) -> None:
    """Pigtails behind all, then legs, suit, star hood and face; raised arms come last."""
    drop = -0.1 if pose == "sitting" else 0.0
    raised = {"jumping": (-1, 1), "waving": (1,)}.get(pose, ())
    for s in (-1, 1):
        pen.form(_HAIR, moved(_pigtail(s, pose == "jumping"), 0, drop), depth=0.04)
    if pose != "sitting":
        _draw_legs(pen, pose)
    _draw_suit(pen, drop)
    if pose == "sitting":
        _draw_soles(pen)
    for s in {-1, 1} - set(raised):
        _draw_arm(pen, ((s * 0.12, 0.35 + drop), (s * 0.22, 0.28 + drop), (s * 0.25, 0.19 + drop)))
    _draw_hood(pen, drop)
    _draw_face(pen, drop)
    for s in raised:
        _draw_arm(pen, ((s * 0.13, 0.34), (s * 0.27, 0.38), (s * 0.36, 0.52)))


def _draw_suit(pen: Pen, drop: float) -> None:
    suit = smooth(
        (-0.13, 0.42), (-0.2, 0.25), (-0.17, 0.11), (0.17, 0.11), (0.2, 0.25), (0.13, 0.42)
    )
    pen.form(_SUIT, moved(suit, 0, drop))
    pen.flat(_STAR, moved(_star(0.09, 0.05), 0, 0.23 + drop))


def _star(outer: float, inner: float) -> Outline:
    points: list[Point] = []
    for i in range(10):
        reach, turn = (inner, outer)[i % 2 == 0], math.pi / 2 + i * math.pi / 5
        points.append((reach * math.cos(turn), reach * math.sin(turn)))
    return smooth(*points)


def _pigtail(s: int, flying: bool) -> Outline:
    if flying:
        return smooth(
            (s * 0.2, 0.62), (s * 0.34, 0.66), (s * 0.46, 0.8), (s * 0.57, 0.88),
            (s * 0.56, 0.68), (s * 0.44, 0.54), (s * 0.24, 0.52),
        )  # fmt: skip
    return smooth(
        (s * 0.2, 0.6), (s * 0.36, 0.66), (s * 0.48, 0.56), (s * 0.48, 0.38),
        (s * 0.54, 0.26), (s * 0.4, 0.26), (s * 0.32, 0.38), (s * 0.24, 0.5),
    )  # fmt: skip


def _draw_legs(pen: Pen, pose: str) -> None:
    feet = ((-0.21, 0.12), (0.17, 0.03)) if pose == "jumping" else ((-0.1, 0.045), (0.11, 0.045))
    for s, (x, y) in zip((-1, 1), feet, strict=True):
        pen.form(_SUIT, ribbon(((s * 0.09, 0.18), (x, y + 0.03)), 0.15, 0.13), depth=0.02)
        pen.form(_WHITE, oval(x + 0.01, y, 0.095, 0.06), depth=0.02)


def _draw_soles(pen: Pen) -> None:
    for s in (-1, 1):
        pen.form(_WHITE, oval(s * 0.2, 0.06, 0.095, 0.08), depth=0.03)
        pen.flat(_SUIT, oval(s * 0.205, 0.055, 0.05, 0.04))


def _draw_arm(pen: Pen, line: tuple[Point, ...]) -> None:
    pen.form(_SUIT, ribbon(line, 0.11, 0.1), depth=0.02)
    pen.form(_WHITE, oval(*line[-1], 0.065, 0.065), depth=0.015)


def _draw_hood(pen: Pen, drop: float) -> None:
    if pen.dark:
        pen.glow(0, 0.66 + drop, 0.7, 0.3, _EDGE)
    pen.form(_STAR, moved(_star(0.44, 0.28), 0, 0.64 + drop), depth=0.05)


def _draw_face(pen: Pen, drop: float) -> None:
    y = drop
    pen.flat(_EDGE, oval(0, 0.625 + y, 0.245, 0.225))
    pen.form(_SKIN, oval(0, 0.62 + y, 0.21, 0.19), depth=0.025)
    pen.form(_HAIR, moved(_fringe(), 0, y), depth=0.02)
    for s in (-1, 1):
        pen.eye(s * 0.092, 0.6 + y, 0.048)
        pen.flat(_ROSE, oval(s * 0.142, 0.53 + y, 0.038, 0.026))
    smile = ((-0.05, 0.51 + y), (0, 0.485 + y), (0.05, 0.51 + y))
    pen.flat(INK, ribbon(smile, 0.026, 0.026))


def _fringe() -> Outline:
    return smooth(
        (-0.21, 0.58), (-0.18, 0.73), (0, 0.812), (0.18, 0.73), (0.21, 0.58),
        (0.16, 0.67), (0.06, 0.715), (-0.03, 0.67), (-0.13, 0.7), (-0.17, 0.66),
    )  # fmt: skip


NOVA = Character(
    draw_nova,
    (
        "nova the star girl",
        "nova the star girl",
        "nova",
        "nova the little star girl",
        "nova the star girl with pink hair",
    ),
    {
        "standing": ("standing", ""),
        "sitting": ("sitting", "sitting down"),
        "waving": ("waving", "waving hello"),
        "jumping": ("jumping", "jumping for joy"),
    },
    colour="yellow",
    wide=1.15,
    hovers={"jumping": 0.14},
)
