"""Nori, a dragon child in a yellow raincoat under a big red umbrella."""

from starter.scenes.characters.character import Character
from starter.scenes.geometry import Outline, Point, box, moved, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, INK, WOOD
from starter.scenes.pen import Pen

_SKIN = (88, 184, 92)
_MUZZLE = (176, 226, 128)
_COAT = (252, 204, 44)
_SEAM = (226, 160, 28)
_CANOPY = (226, 58, 52)
_PANEL = (252, 126, 104)
_ROSE = (250, 150, 140)


def draw_nori(pen: Pen, pose: str) -> None:
    """Umbrella behind all, then tail, boots, coat, arms and the hooded head."""
    drop = -0.1 if pose == "sitting" else 0.0
    hand = (0.24, 0.3 + drop)
    _draw_umbrella(pen, hand, drop)
    _draw_tail(pen, drop)
    if pose != "sitting":
        _draw_boots(pen, pose)
    _draw_coat(pen, drop)
    if pose == "sitting":
        _draw_soles(pen)
    _draw_arm(pen, ((0.11, 0.36 + drop), (0.2, 0.31 + drop), hand))
    waving = ((-0.12, 0.37), (-0.27, 0.4), (-0.38, 0.52))
    resting = ((-0.12, 0.36 + drop), (-0.22, 0.28 + drop), (-0.25, 0.2 + drop))
    _draw_arm(pen, waving if pose == "waving" else resting)
    _draw_head(pen, drop)


def _draw_umbrella(pen: Pen, hand: Point, drop: float) -> None:
    top = (0.0, 1.04 + drop)
    pen.flat(WOOD, ribbon((hand, (0.18, 0.62 + drop), (0.06, 1.0 + drop)), 0.036, 0.036))
    canopy = smooth(
        (-0.56, 0.6 + drop),
        (-0.5, 0.78 + drop),
        (-0.3, 0.95 + drop),
        top,
        (0.3, 0.95 + drop),
        (0.5, 0.78 + drop),
        (0.56, 0.6 + drop),
        (0.37, 0.645 + drop),
        (0.2, 0.6 + drop),
        (0, 0.64 + drop),
        (-0.2, 0.6 + drop),
        (-0.37, 0.645 + drop),
    )
    pen.form(_CANOPY, canopy, oval(0, 1.05 + drop, 0.035, 0.045), depth=0.05)
    for s in (-1, 1):
        pen.flat(_PANEL, moved(_side_panel(s), 0, drop))


def _side_panel(s: int) -> Outline:
    return smooth(
        (s * 0.02, 1.03),
        (s * 0.23, 0.9),
        (s * 0.36, 0.655),
        (s * 0.28, 0.625),
        (s * 0.19, 0.615),
        (s * 0.14, 0.8),
    )


def _draw_tail(pen: Pen, drop: float) -> None:
    low = drop * 0.6
    tip = (-0.5, 0.27 + low)
    for x, y in ((-0.3, 0.13 + low), (-0.42, 0.2 + low)):
        pen.flat(CREAM, poly((x - 0.07, y - 0.01), (x - 0.04, y + 0.1), (x + 0.05, y + 0.01)))
    line = ((-0.08, 0.14 + low), (-0.24, 0.07 + low), (-0.42, 0.12 + low), tip)
    pen.form(_SKIN, ribbon(line, 0.17, 0.05), depth=0.03)


def _draw_boots(pen: Pen, pose: str) -> None:
    spread = ((-0.19, 0.02), (0.19, 0.03)) if pose == "walking" else ((-0.11, 0.0), (0.12, 0.0))
    for s, (x, y) in zip((-1, 1), spread, strict=True):
        pen.form(_SKIN, ribbon(((s * 0.09, 0.18), (x, y + 0.1)), 0.12, 0.11), depth=0.02)
        boot = ribbon(((x, y + 0.12), (x, y + 0.055)), 0.13, 0.11)
        pen.form(_CANOPY, boot, oval(x + 0.025, y + 0.045, 0.09, 0.045), depth=0.02)


def _draw_soles(pen: Pen) -> None:
    for s in (-1, 1):
        pen.form(_CANOPY, oval(s * 0.19, 0.065, 0.1, 0.085), depth=0.03)
        pen.flat(_PANEL, oval(s * 0.195, 0.06, 0.055, 0.045))


def _draw_coat(pen: Pen, drop: float) -> None:
    coat = smooth(
        (-0.12, 0.42),
        (-0.19, 0.3),
        (-0.27, 0.13),
        (-0.1, 0.09),
        (0.1, 0.09),
        (0.27, 0.13),
        (0.19, 0.3),
        (0.12, 0.42),
    )
    pen.form(_COAT, moved(coat, 0, drop))
    pen.flat(_SEAM, box(-0.014, 0.1 + drop, 0.014, 0.38 + drop))
    for y in (0.19, 0.29):
        pen.flat(CREAM, oval(0.065, y + drop, 0.032, 0.032))


def _draw_arm(pen: Pen, line: tuple[Point, ...]) -> None:
    pen.form(_COAT, ribbon(line, 0.1, 0.12), depth=0.02)
    pen.form(_SKIN, oval(*line[-1], 0.052, 0.052), depth=0.015)


def _draw_head(pen: Pen, drop: float) -> None:
    y = drop
    for s in (-1, 1):
        horn = smooth(
            (s * 0.1, 0.78 + y),
            (s * 0.16, 0.88 + y),
            (s * 0.27, 0.93 + y),
            (s * 0.26, 0.82 + y),
            (s * 0.24, 0.7 + y),
        )
        pen.form(CREAM, horn, depth=0.02)
    pen.form(_COAT, oval(0, 0.605 + y, 0.31, 0.245), depth=0.05)
    pen.form(_SKIN, oval(0, 0.585 + y, 0.255, 0.2), depth=0.04)
    pen.form(_MUZZLE, oval(0, 0.5 + y, 0.19, 0.105), depth=0.02)
    for s in (-1, 1):
        pen.eye(s * 0.125, 0.645 + y, 0.055)
        pen.flat(INK, oval(s * 0.05, 0.545 + y, 0.018, 0.022))
        pen.flat(_ROSE, oval(s * 0.2, 0.555 + y, 0.04, 0.03))
    smile = ((-0.075, 0.48 + y), (0, 0.452 + y), (0.075, 0.48 + y))
    pen.flat(INK, ribbon(smile, 0.026, 0.026))


NORI = Character(
    draw_nori,
    (
        "nori the dragon",
        "nori the dragon",
        "nori",
        "nori the little dragon",
        "nori the dragon with an umbrella",
    ),
    {
        "standing": ("standing", ""),
        "sitting": ("sitting", "sitting down"),
        "waving": ("waving", "waving hello"),
        "walking": ("walking", "taking a walk"),
    },
    colour="yellow",
    wide=1.15,
)
