"""Car, bus, train and boat."""

from starter.scenes.geometry import box, dome, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GLASS, GOLD, INK, LAMP, SLATE, WOOD, Colour, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject


def _draw_wheel(pen: Pen, x: float, r: float, hub: Colour = (206, 210, 218)) -> None:
    pen.form(INK, oval(x, r, r, r), depth=0.02)
    pen.flat(hub, oval(x, r, r * 0.5, r * 0.5))
    pen.flat(SLATE, oval(x, r, r * 0.18, r * 0.18))


def _draw_headlight(pen: Pen, x: float, y: float, r: float) -> None:
    pen.flat(LAMP if pen.canvas.light.time != "day" else (255, 246, 210), oval(x, y, r, r))
    if pen.dark:
        pen.glow(x + 0.1, y, 0.5, 0.6)


@subject("car", synonyms=(("automobile", "automobiles"),), wide=1.9, tall=0.68, bulk=1.1)
def draw_car(pen: Pen, coat: Coat) -> None:
    cabin = smooth(
        (-0.62, 0.54), (-0.5, 0.88), (-0.3, 1.0), (0.14, 1.0), (0.34, 0.86), (0.52, 0.56)
    )
    body = smooth(
        (-0.92, 0.2),
        (-0.96, 0.46),
        (-0.8, 0.62),
        (-0.4, 0.62),
        (0.4, 0.62),
        (0.82, 0.54),
        (0.95, 0.4),
        (0.92, 0.18),
        (0.5, 0.14),
        (-0.6, 0.14),
    )
    pen.form(coat.base, cabin, body, depth=0.09)
    pen.window(
        smooth((-0.5, 0.6), (-0.41, 0.83), (-0.28, 0.9), (-0.1, 0.9), (-0.1, 0.59)),
        smooth((0, 0.59), (0, 0.9), (0.14, 0.9), (0.26, 0.81), (0.4, 0.59)),
        glass=GLASS,
    )
    pen.flat(coat.light, box(-0.84, 0.5, 0.3, 0.555, 0.02))
    pen.flat(coat.dark, box(-0.8, 0.14, 0.8, 0.22, 0.03), box(-0.18, 0.42, -0.04, 0.47, 0.02))
    for x in (-0.54, 0.54):
        pen.flat(mix(coat.dark, INK, 0.5), dome(x, 0.2, 0.27, 0.27))
        _draw_wheel(pen, x, 0.21)
    _draw_headlight(pen, 0.88, 0.42, 0.07)
    pen.flat((230, 70, 60), oval(-0.93, 0.44, 0.04, 0.06))


@subject("bus", "buses", synonyms=(("coach", "coaches"),), wide=1.8, tall=0.82, bulk=1.4)
def draw_bus(pen: Pen, coat: Coat) -> None:
    pen.form(coat.base, box(-0.9, 0.12, 0.9, 1.0, 0.13), depth=0.09)
    pen.flat(coat.trim, box(-0.9, 0.42, 0.9, 0.5))
    pen.window(
        *(box(x, 0.56, x + 0.27, 0.88, 0.04) for x in (-0.8, -0.47, -0.14, 0.19)), glass=GLASS
    )
    pen.window(box(0.54, 0.46, 0.89, 0.88, 0.05), glass=mix(GLASS, (255, 255, 255), 0.3))
    pen.flat(coat.dark, box(-0.88, 0.12, 0.88, 0.2, 0.03))
    for x in (-0.52, 0.5):
        pen.flat(mix(coat.dark, INK, 0.5), dome(x, 0.16, 0.22, 0.22))
        _draw_wheel(pen, x, 0.17)
    _draw_headlight(pen, 0.84, 0.28, 0.055)
    pen.flat(coat.light, box(-0.7, 0.94, 0.6, 1.0, 0.02))


@subject(
    "train",
    synonyms=(("locomotive", "locomotives"), ("steam train", "steam trains")),
    wide=2.05,
    tall=0.8,
    bulk=1.4,
)
def draw_train(pen: Pen, coat: Coat) -> None:
    puffs = ((0.62, 1.12, 0.12), (0.5, 1.26, 0.16), (0.28, 1.38, 0.19), (0.02, 1.46, 0.15))
    pen.form((246, 244, 246), *(oval(x, y, r, r * 0.85) for x, y, r in puffs), depth=0.06)
    pen.flat(INK, box(-0.98, 0.12, 0.8, 0.24, 0.03))
    pen.form(coat.base, box(-0.94, 0.2, -0.3, 0.78, 0.03), depth=0.07)
    pen.form(mix(coat.dark, INK, 0.25), box(-1.0, 0.78, -0.22, 0.9, 0.05), depth=0.03)
    pen.window(box(-0.84, 0.48, -0.66, 0.7, 0.03), box(-0.56, 0.48, -0.38, 0.7, 0.03), glass=GLASS)
    pen.form(
        mix(coat.dark, INK, 0.3),
        poly((0.52, 0.62), (0.74, 0.62), (0.78, 0.98), (0.48, 0.98)),
        depth=0.05,
    )
    pen.form(GOLD, dome(0.1, 0.62, 0.13, 0.18), depth=0.04)
    pen.form(coat.base, box(-0.32, 0.24, 0.82, 0.66, 0.12), depth=0.09)
    pen.flat(coat.trim, box(-0.08, 0.25, -0.02, 0.65), box(0.32, 0.25, 0.38, 0.65))
    pen.flat(coat.trim, box(-0.92, 0.3, -0.34, 0.35))
    pen.form(GOLD, oval(0.84, 0.45, 0.1, 0.19), depth=0.04)
    pen.flat(INK, poly((0.78, 0.2), (1.04, 0.03), (0.72, 0.03)))
    for x, r in ((-0.74, 0.17), (-0.32, 0.17), (0.12, 0.15), (0.5, 0.15)):
        _draw_wheel(pen, x, r, mix(coat.light, (230, 60, 60), 0.5))
    pen.flat(SLATE, ribbon(((-0.74, 0.17), (0.5, 0.15)), 0.05, 0.05))
    _draw_headlight(pen, 0.88, 0.7, 0.06)


@subject(
    "boat", synonyms=(("sailboat", "sailboats"), ("ship", "ships")), wide=1.1, floats=True, bulk=1.4
)
def draw_boat(pen: Pen, coat: Coat) -> None:
    pen.flat(WOOD, ribbon(((0.0, 0.2), (0.0, 1.0)), 0.045, 0.035))
    pen.flat(coat.accent, poly((0.0, 1.0), (0.0, 0.92), (-0.16, 0.96)))
    pen.form(
        CREAM,
        smooth((0.03, 0.92), (0.2, 0.7), (0.38, 0.42), (0.44, 0.28), (0.2, 0.3), (0.03, 0.29)),
        depth=0.06,
    )
    pen.form(
        coat.light, poly((-0.04, 0.86), (-0.2, 0.56), (-0.38, 0.29), (-0.04, 0.29)), depth=0.05
    )
    pen.flat(coat.base, poly((0.03, 0.54), (0.31, 0.54), (0.38, 0.42), (0.03, 0.42)))
    hull = smooth(
        (-0.52, 0.24),
        (-0.3, 0.22),
        (0.3, 0.22),
        (0.56, 0.27),
        (0.42, 0.02),
        (0.3, -0.02),
        (-0.34, -0.02),
        (-0.42, 0.02),
    )
    pen.form(coat.base, hull, depth=0.07)
    pen.flat(coat.trim, ribbon(((-0.5, 0.23), (0, 0.2), (0.54, 0.255)), 0.05, 0.05))
    pen.flat(coat.dark, *(oval(x, 0.11, 0.035, 0.035) for x in (-0.2, 0, 0.2)))


@subject("bicycle", synonyms=(("bike", "bikes"),), wide=1.66, tall=0.75, bulk=0.9)
def draw_bicycle(pen: Pen, coat: Coat) -> None:
    for x in (-0.5, 0.5):
        _draw_rim(pen, x, coat.light)
    frame = (
        ((-0.5, 0.34), (-0.24, 0.74)),
        ((-0.5, 0.34), (-0.08, 0.32)),
        ((-0.24, 0.74), (-0.08, 0.32)),
        ((-0.26, 0.7), (0.34, 0.74)),
        ((-0.08, 0.32), (0.34, 0.74)),
        ((0.5, 0.34), (0.3, 0.9)),
    )
    pen.form(coat.base, *(ribbon(bar, 0.095, 0.095) for bar in frame), depth=0.02)
    pen.flat(
        INK,
        ribbon(((-0.4, 0.84), (-0.14, 0.82)), 0.1, 0.07),
        ribbon(((-0.24, 0.7), (-0.27, 0.83)), 0.05, 0.05),
    )
    pen.flat(INK, ribbon(((0.3, 0.9), (0.36, 0.99), (0.48, 0.96)), 0.06, 0.06))
    pen.flat(GOLD, oval(-0.08, 0.32, 0.08, 0.08))
    pen.form(WOOD, poly((0.4, 0.92), (0.74, 0.92), (0.68, 0.68), (0.46, 0.68)), depth=0.04)


def _draw_rim(pen: Pen, x: float, disc: Colour) -> None:
    pen.flat(INK, oval(x, 0.335, 0.335, 0.335))
    pen.flat(disc, oval(x, 0.335, 0.255, 0.255))
    pen.flat(SLATE, oval(x, 0.335, 0.075, 0.075))
