"""People-like figures: wizard, astronaut, knight and queen. The robe or suit has the colour."""

import math

from starter.scenes.geometry import Outline, Point, box, oval, poly, ribbon, smooth
from starter.scenes.palette import GOLD, INK, LAMP, WOOD, Colour, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import FIGURE, subject

_SKIN: Colour = (246, 204, 168)
_BROWN_SKIN: Colour = (176, 116, 82)
_STEEL: Colour = (206, 212, 224)
_VISOR: Colour = (40, 52, 84)


def star(x: float, y: float, r: float) -> Outline:
    """A star of five rays."""
    turns = [math.pi / 2 + i * math.pi / 5 for i in range(10)]
    reach = [r if i % 2 == 0 else r * 0.5 for i in range(10)]
    return poly(
        *((x + n * math.cos(a), y + n * math.sin(a)) for n, a in zip(reach, turns, strict=True))
    )


def _draw_arm(pen: Pen, sleeve: Colour, hand: Colour, line: tuple[Point, ...]) -> None:
    pen.form(sleeve, ribbon(line, 0.13, 0.12), depth=0.03)
    pen.form(hand, oval(*line[-1], 0.065, 0.065), depth=0.02)


def _free_arm(pen: Pen, x: float, y: float) -> tuple[Point, ...]:
    """The arm that waves; it hangs down otherwise."""
    if pen.pose == "waving":
        return ((x, y), (x - 0.15, y + 0.03), (x - 0.21, y + 0.24))
    return ((x, y), (x - 0.1, y - 0.12), (x - 0.12, y - 0.24))


def _draw_face(pen: Pen, y: float, skin: Colour, r: float) -> None:
    pen.form(skin, oval(0, y, r, r * 1.02), depth=0.04)
    for s in (-1, 1):
        pen.eye(s * r * 0.42 + 0.015, y + r * 0.08, 0.037)
        pen.flat(
            mix(skin, (240, 110, 110), 0.45), oval(s * r * 0.66 + 0.01, y - r * 0.36, 0.034, 0.024)
        )
    smile = ((-0.035, y - r * 0.48), (0.015, y - r * 0.6), (0.065, y - r * 0.48))
    pen.flat(mix(skin, (120, 30, 40), 0.7), ribbon(smile, 0.028, 0.028))


def _draw_shoes(pen: Pen, tone: Colour, apart: float) -> None:
    for s in (-1, 1):
        x = s * apart + pen.stride(s * 0.05)
        pen.form(tone, oval(x + 0.02, 0.035, 0.1, 0.05), depth=0.02)


@subject(
    "wizard", synonyms=(("magician", "magicians"),), wide=0.86, tall=1.12, bulk=1.2, poses=FIGURE
)
def draw_wizard(pen: Pen, coat: Coat) -> None:
    _draw_shoes(pen, WOOD, 0.13)
    robe = smooth((-0.3, 0.04), (-0.2, 0.3), (-0.13, 0.54), (0.13, 0.54), (0.2, 0.3), (0.3, 0.04))
    pen.form(coat.base, robe, depth=0.08)
    pen.flat(coat.trim, ribbon(((-0.285, 0.08), (0, 0.06), (0.285, 0.08)), 0.06, 0.06))
    _draw_arm(pen, mix(coat.base, coat.dark, 0.4), _SKIN, _free_arm(pen, -0.12, 0.5))
    pen.flat(WOOD, ribbon(((0.35, 0.0), (0.33, 0.72)), 0.055, 0.05))
    _draw_arm(pen, mix(coat.base, coat.dark, 0.4), _SKIN, ((0.12, 0.5), (0.22, 0.42), (0.34, 0.42)))
    pen.glow(0.33, 0.78, 0.26, 0.5 if pen.dark else 0.25)
    pen.flat(LAMP, star(0.33, 0.78, 0.11))
    _draw_wizard_head(pen, coat)


def _draw_wizard_head(pen: Pen, coat: Coat) -> None:
    _draw_face(pen, 0.6, _SKIN, 0.14)
    hair = (250, 246, 238) if coat.name != "white" else (176, 178, 192)
    beard = smooth((-0.15, 0.62), (-0.13, 0.42), (0, 0.26), (0.13, 0.42), (0.15, 0.62), (0.0, 0.55))
    pen.form(hair, beard, depth=0.03)
    pen.flat((240, 170, 130), oval(0.02, 0.575, 0.04, 0.034))
    cone = smooth(
        (-0.19, 0.69), (-0.1, 0.88), (-0.04, 1.02), (0.06, 1.08), (0.11, 0.88), (0.19, 0.69)
    )
    pen.form(coat.base, cone, depth=0.06)
    pen.form(coat.base, oval(0, 0.71, 0.28, 0.055), depth=0.02)
    pen.flat(coat.accent, ribbon(((-0.165, 0.765), (0, 0.745), (0.165, 0.765)), 0.05, 0.05))


@subject(
    "astronaut",
    synonyms=(("spaceman", "spacemen"), ("cosmonaut", "cosmonauts")),
    wide=0.84,
    poses=FIGURE,
)
def draw_astronaut(pen: Pen, coat: Coat) -> None:
    pen.form(mix(coat.dark, INK, 0.3), box(-0.29, 0.26, 0.29, 0.62, 0.08), depth=0.03)
    for s in (-1, 1):
        foot = s * 0.12 + pen.stride(s * 0.16)
        pen.form(coat.base, ribbon(((s * 0.1, 0.32), (foot, 0.09)), 0.19, 0.18), depth=0.03)
        pen.form(
            coat.accent, ribbon(((foot - 0.02, 0.05), (foot + 0.05, 0.05)), 0.1, 0.1), depth=0.02
        )
    pen.form(coat.base, box(-0.21, 0.22, 0.21, 0.58, 0.12), depth=0.06)
    _draw_arm(pen, coat.base, coat.accent, _free_arm(pen, -0.2, 0.5))
    _draw_arm(pen, coat.base, coat.accent, ((0.2, 0.5), (0.3, 0.38), (0.32, 0.26)))
    pen.flat(coat.trim, box(-0.12, 0.32, 0.12, 0.45, 0.03))
    pen.flat((236, 80, 70), oval(-0.06, 0.385, 0.035, 0.035))
    pen.flat(GOLD, oval(0.055, 0.385, 0.035, 0.035))
    _draw_helmet(pen, coat)


def _draw_helmet(pen: Pen, coat: Coat) -> None:
    pen.form(coat.base, oval(0, 0.77, 0.25, 0.235), depth=0.06)
    pen.flat(coat.trim, oval(0.03, 0.76, 0.2, 0.175))
    pen.form(_VISOR, oval(0.03, 0.76, 0.17, 0.145), depth=0.04)
    pen.flat((126, 190, 236), smooth((-0.09, 0.79), (-0.04, 0.86), (0.06, 0.88), (0.0, 0.82)))
    pen.flat((214, 240, 255), oval(0.13, 0.71, 0.03, 0.03))
    pen.flat(coat.accent, oval(-0.24, 0.76, 0.045, 0.07))


@subject("knight", "knights", wide=0.98, tall=1.04, poses=FIGURE)
def draw_knight(pen: Pen, coat: Coat) -> None:
    for s in (-1, 1):
        foot = s * 0.11 + pen.stride(s * 0.16)
        pen.form(_STEEL, ribbon(((s * 0.1, 0.3), (foot, 0.08)), 0.15, 0.14), depth=0.03)
        pen.form(
            coat.base, ribbon(((foot - 0.02, 0.045), (foot + 0.06, 0.045)), 0.09, 0.09), depth=0.02
        )
    tunic = smooth((-0.22, 0.24), (-0.2, 0.56), (0, 0.62), (0.2, 0.56), (0.22, 0.24), (0, 0.21))
    pen.form(coat.base, tunic, depth=0.06)
    pen.flat(INK, ribbon(((-0.205, 0.33), (0, 0.31), (0.205, 0.33)), 0.05, 0.05))
    _draw_sword_arm(pen, coat)
    _draw_knight_helm(pen, coat)
    shield = smooth((0.1, 0.52), (0.28, 0.55), (0.46, 0.52), (0.45, 0.3), (0.28, 0.12), (0.11, 0.3))
    pen.form(coat.base, shield, depth=0.04)
    pen.flat(coat.trim, box(0.245, 0.19, 0.315, 0.53), box(0.12, 0.36, 0.44, 0.43))


def _draw_sword_arm(pen: Pen, coat: Coat) -> None:
    line = _free_arm(pen, -0.19, 0.52)
    x, y = line[-1]
    tip = y + 0.46 if pen.pose == "waving" else y + 0.42
    pen.form(
        _STEEL,
        poly((x - 0.035, y), (x - 0.06, tip - 0.05), (x - 0.03, tip), (x + 0.03, y)),
        depth=0.02,
    )
    pen.flat(GOLD, ribbon(((x - 0.11, y + 0.06), (x + 0.1, y + 0.06)), 0.055, 0.055))
    _draw_arm(pen, coat.base, _STEEL, line)


def _draw_knight_helm(pen: Pen, coat: Coat) -> None:
    plume = smooth(
        (0.02, 0.9), (-0.06, 1.06), (-0.26, 1.04), (-0.34, 0.82), (-0.24, 0.76), (-0.16, 0.9)
    )
    pen.form(coat.base, plume, depth=0.04)
    pen.form(_STEEL, box(-0.17, 0.6, 0.17, 0.94, 0.14), depth=0.05)
    pen.flat(INK, ribbon(((-0.06, 0.78), (0.16, 0.78)), 0.06, 0.06))
    pen.flat(INK, ribbon(((0.05, 0.71), (0.05, 0.66)), 0.035, 0.035))
    pen.flat(GOLD, ribbon(((-0.16, 0.85), (0, 0.87), (0.16, 0.85)), 0.045, 0.045))


@subject(
    "queen",
    synonyms=(("princess", "princesses"),),
    wide=0.8,
    tall=1.06,
    poses=("jumping", "waving"),
)
def draw_queen(pen: Pen, coat: Coat) -> None:
    hair = (112, 62, 44) if coat.name not in ("brown", "orange", "red") else (48, 38, 44)
    pen.form(
        hair,
        smooth((-0.2, 0.76), (-0.22, 0.5), (0, 0.42), (0.2, 0.5), (0.2, 0.76), (0, 0.9)),
        depth=0.04,
    )
    gown = smooth(
        (-0.4, 0.03),
        (-0.3, 0.22),
        (-0.11, 0.42),
        (0.11, 0.42),
        (0.3, 0.22),
        (0.4, 0.03),
        (0, -0.01),
    )
    pen.form(
        coat.base, gown, poly((-0.12, 0.58), (0.12, 0.58), (0.1, 0.38), (-0.1, 0.38)), depth=0.09
    )
    pen.flat(coat.trim, smooth((-0.12, 0.02), (-0.06, 0.24), (0, 0.38), (0.06, 0.24), (0.12, 0.02)))
    _draw_arm(pen, coat.base, _BROWN_SKIN, _free_arm(pen, -0.12, 0.53))
    _draw_arm(pen, coat.base, _BROWN_SKIN, ((0.12, 0.53), (0.21, 0.42), (0.23, 0.3)))
    pen.flat(_BROWN_SKIN, box(-0.05, 0.54, 0.05, 0.64))
    _draw_face(pen, 0.71, _BROWN_SKIN, 0.155)
    pen.form(
        hair,
        smooth((-0.165, 0.7), (-0.16, 0.84), (0, 0.89), (0.165, 0.84), (0.17, 0.7), (0.06, 0.81)),
        depth=0.02,
    )
    _draw_crown(pen)


def _draw_crown(pen: Pen) -> None:
    spikes = (
        (-0.15, 0.83),
        (-0.18, 1.02),
        (-0.08, 0.93),
        (0, 1.06),
        (0.08, 0.93),
        (0.18, 1.02),
        (0.15, 0.83),
    )
    pen.form(GOLD, poly(*spikes), depth=0.03)
    pen.flat((232, 70, 90), oval(0, 0.885, 0.035, 0.035))
