"""Momo, a shaggy blue yeti with golden horns and a big red mug."""

from starter.scenes.characters.character import Character
from starter.scenes.geometry import Outline, Point, box, moved, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, INK
from starter.scenes.pen import Pen

_FUR = (58, 126, 238)
_PALE = (166, 214, 252)
_FACE = (252, 236, 212)
_HORN = (250, 186, 60)
_MUG = (226, 54, 50)
_ROSE = (250, 150, 140)


def draw_momo(pen: Pen, pose: str) -> None:
    """Feet, far arm, horns, one shaggy body with the face in it, then the mug before the belly."""
    drop = -0.07 if pose == "sitting" else 0.0
    if pose != "sitting":
        _draw_feet(pen, pose)
    if pose == "waving":
        _draw_arm(pen, ((-0.3, 0.44), (-0.5, 0.54), (-0.51, 0.78)))
    else:
        _draw_arm(pen, ((-0.3, 0.46 + drop), (-0.44, 0.34 + drop), (-0.44, 0.2 + drop)))
    for s in (-1, 1):
        horn = smooth(
            (s * 0.16, 0.84), (s * 0.3, 0.88), (s * 0.35, 1.04), (s * 0.42, 0.88), (s * 0.3, 0.74)
        )
        pen.form(_HORN, moved(horn, 0, drop), depth=0.03)
    pen.form(_FUR, *(moved(part, 0, drop) for part in _body()), depth=0.07)
    pen.flat(_PALE, moved(_belly(), 0, drop))
    _draw_face(pen, drop)
    if pose == "sitting":
        _draw_soles(pen)
    hand = (0.2, 0.24 + drop)
    _draw_mug(pen, (0.1, 0.27 + drop))
    _draw_arm(pen, ((0.33, 0.44 + drop), (0.38, 0.3 + drop), hand))


def _body() -> tuple[Outline, ...]:
    trunk = smooth(
        (-0.38, 0.2), (-0.4, 0.42), (-0.34, 0.7), (-0.18, 0.87), (0.0, 0.91),
        (0.18, 0.87), (0.34, 0.7), (0.4, 0.42), (0.38, 0.2), (0.2, 0.09), (-0.2, 0.09),
    )  # fmt: skip
    crest = smooth((-0.12, 0.86), (-0.07, 0.98), (-0.01, 0.93), (0.06, 1.0), (0.12, 0.86))
    return trunk, crest, *(tuft for s in (-1, 1) for tuft in _tufts(s))


def _tufts(s: int) -> tuple[Outline, ...]:
    places = ((0.33, 0.66, 0.46, 0.56), (0.38, 0.5, 0.49, 0.38), (0.38, 0.32, 0.48, 0.19))
    return tuple(
        poly((s * x, y + 0.09), (s * tip_x, tip_y), (s * (x - 0.06), y - 0.1))
        for x, y, tip_x, tip_y in places
    )


def _belly() -> Outline:
    return smooth(
        (-0.22, 0.3), (-0.14, 0.42), (0.14, 0.42), (0.22, 0.3), (0.17, 0.17), (0.08, 0.13),
        (0, 0.17), (-0.08, 0.13), (-0.17, 0.17),
    )  # fmt: skip


def _draw_feet(pen: Pen, pose: str) -> None:
    spread = ((-0.27, 0.055), (0.24, 0.07)) if pose == "walking" else ((-0.19, 0.06), (0.19, 0.06))
    for x, y in spread:
        pen.form(_FUR, oval(x, y, 0.15, 0.08), depth=0.03)


def _draw_soles(pen: Pen) -> None:
    for s in (-1, 1):
        pen.form(_FUR, oval(s * 0.28, 0.085, 0.12, 0.1), depth=0.03)
        pen.flat(_PALE, oval(s * 0.285, 0.08, 0.07, 0.058))


def _draw_arm(pen: Pen, line: tuple[Point, ...]) -> None:
    pen.form(_FUR, ribbon(line, 0.17, 0.14), depth=0.03)


def _draw_mug(pen: Pen, middle: Point) -> None:
    x, y = middle
    pen.form(_MUG, ribbon(((x - 0.1, y + 0.07), (x - 0.21, y), (x - 0.1, y - 0.07)), 0.045, 0.045))
    pen.form(_MUG, box(x - 0.13, y - 0.13, x + 0.13, y + 0.12, 0.03), depth=0.03)
    pen.flat(CREAM, oval(x, y + 0.12, 0.13, 0.032))
    pen.flat(CREAM, oval(x - 0.04, y - 0.005, 0.045, 0.045))


def _draw_face(pen: Pen, drop: float) -> None:
    y = drop
    face = smooth(
        (-0.27, 0.62), (-0.22, 0.76), (-0.1, 0.8), (0, 0.76), (0.1, 0.8), (0.22, 0.76),
        (0.27, 0.62), (0.17, 0.5), (0, 0.47), (-0.17, 0.5),
    )  # fmt: skip
    pen.form(_FACE, moved(face, 0, y), depth=0.02)
    for s in (-1, 1):
        pen.eye(s * 0.115, 0.67 + y, 0.052)
        pen.flat(_ROSE, oval(s * 0.19, 0.59 + y, 0.042, 0.03))
    pen.flat(_FUR, oval(0, 0.615 + y, 0.05, 0.034))
    mouth = smooth((-0.12, 0.575), (0, 0.562), (0.12, 0.575), (0.07, 0.512), (-0.07, 0.512))
    pen.flat(INK, moved(mouth, 0, y))
    for s in (-1, 1):
        fang = poly((s * 0.03, 0.568 + y), (s * 0.088, 0.572 + y), (s * 0.062, 0.522 + y))
        pen.flat((255, 255, 255), fang)


MOMO = Character(
    draw_momo,
    (
        "momo the yeti",
        "momo the yeti",
        "momo",
        "momo the blue yeti",
        "momo the yeti with a red mug",
    ),
    {
        "standing": ("standing", ""),
        "sitting": ("sitting", "sitting down"),
        "waving": ("waving", "waving hello"),
        "walking": ("walking", "taking a walk"),
    },
    colour="blue",
    wide=1.15,
)
