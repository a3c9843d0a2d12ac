"""House, lighthouse, castle and windmill."""

import math

from starter.scenes.geometry import box, dome, oval, poly, ribbon
from starter.scenes.palette import CREAM, INK, LAMP, SLATE, WOOD, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject

_TILE = (172, 84, 66)


def _roof_of(coat: Coat) -> tuple[int, int, int]:
    return SLATE if coat.name in ("red", "orange", "pink", "yellow", "white", "purple") else _TILE


@subject("house", synonyms=(("cottage", "cottages"), ("little house", "little houses")), wide=1.05, bulk=1.6)
def draw_house(pen: Pen, coat: Coat) -> None:
    roof = _roof_of(coat)
    pen.form(mix(roof, WOOD, .3), box(.2, .7, .34, 1.0), depth=.03)
    pen.flat(CREAM, box(.18, .96, .36, 1.02))
    pen.form(coat.base, box(-.4, 0, .42, .56), poly((-.4, .55), (.01, .94), (.42, .55)), depth=.0)
    pen.flat(coat.dark, box(.2, 0, .42, .6) if pen.flip * pen.canvas.light.side < 0
             else box(-.4, 0, -.18, .6))
    pen.form(roof, poly((-.54, .5), (-.46, .46), (.01, .86), (.48, .46), (.56, .5), (.01, 1.0)),
             depth=.05)
    pen.flat(CREAM, box(-.1, 0, .12, .38, .02))
    pen.flat(WOOD, box(-.07, 0, .09, .35, .02))
    pen.flat((250, 206, 90), oval(.055, .17, .018, .018))
    for x in (-.27, .29):
        pen.flat(CREAM, box(x - .1, .17, x + .1, .41, .01))
        pen.window(box(x - .072, .2, x - .01, .38), box(x + .01, .2, x + .072, .38))
    pen.flat(CREAM, oval(.01, .62, .1, .1))
    pen.window(oval(.01, .62, .07, .07))
    pen.flat((120, 118, 124), box(-.14, -.01, .16, .03, .01))


@subject("lighthouse", synonyms=(("beacon tower", "beacon towers"),), wide=.5, tall=1.3, bulk=2)
def draw_lighthouse(pen: Pen, coat: Coat) -> None:
    pen.form((134, 128, 132), box(-.24, -.01, .24, .05, .025), depth=.02)

    def half(y: float) -> float:
        return .17 - .085 * y / .74

    tower = poly((-half(.03), .03), (half(.03), .03), (half(.74), .74), (-half(.74), .74))
    pen.flat(coat.base, tower)
    for low, high in ((.2, .34), (.48, .62)):
        pen.flat(coat.trim, poly((-half(low), low), (half(low), low), (half(high), high),
                                 (-half(high), high)))
    pen.canvas.model([pen.place(tower)], pen.h * .09, pen.h * .014)
    pen.flat(WOOD, box(-.045, .03, .045, .13, .03))
    pen.window(box(-.03, .38, .03, .45, .02), box(-.03, .65, .03, .7, .02))
    pen.form(SLATE, box(-.14, .73, .14, .775, .015), depth=.02)
    pen.flat(LAMP if pen.canvas.light.time != "day" else (255, 240, 190), box(-.075, .77, .075, .9))
    pen.flat(SLATE, box(-.012, .77, .012, .9))
    pen.form(coat.base, dome(0, .89, .11, .09), depth=.03)
    pen.flat(SLATE, oval(0, .985, .02, .025))
    if pen.canvas.light.time in ("night", "sunset"):
        pen.glow(0, .835, .42, .9)


@subject("castle", synonyms=(("fortress", "fortresses"),), wide=1.15, tall=1.12, bulk=2)
def draw_castle(pen: Pen, coat: Coat) -> None:
    roof = mix(coat.accent, INK, .2)
    for x, top in ((-.2, .74), (.22, .66)):
        _draw_tower(pen, (x, .1, top), mix(coat.base, coat.dark, .5), roof)
    merlons = [box(x, .46, x + .08, .54) for x in (-.4, -.24, -.08, .08, .24)]
    pen.form(coat.base, box(-.42, 0, .42, .47), *merlons, depth=.05)
    _draw_tower(pen, (0, .14, .76), coat.base, roof)
    for x in (-.42, .42):
        _draw_tower(pen, (x, .13, .56), coat.base, roof)
    pen.flat(coat.dark, box(-.11, 0, .11, .19), dome(0, .19, .11, .11))
    pen.flat(WOOD, box(-.08, 0, .08, .18), dome(0, .18, .08, .085))
    pen.window(*(box(x - .03, y, x + .03, y + .1, .025)
                 for x, y in ((0, .58), (-.42, .36), (.42, .36), (-.24, .26), (.24, .26))))


def _draw_tower(pen: Pen, at: tuple[float, float, float], wall: tuple[int, int, int],
                roof: tuple[int, int, int]) -> None:
    x, half, top = at
    pen.form(wall, box(x - half, 0, x + half, top), depth=.05)
    pen.form(wall, box(x - half - .025, top - .05, x + half + .025, top, .01), depth=.03)
    pen.form(roof, poly((x - half - .03, top), (x, top + half * 1.75), (x + half + .03, top)),
             depth=.06)


@subject("windmill", wide=.95, tall=1.2, bulk=1.8)
def draw_windmill(pen: Pen, coat: Coat) -> None:
    tower = poly((-.2, 0), (.2, 0), (.13, .62), (-.13, .62))
    pen.form(coat.base, tower, depth=.09)
    pen.flat(coat.trim, poly((-.155, .4), (.155, .4), (.148, .46), (-.148, .46)))
    pen.form(_roof_of(coat), dome(0, .61, .16, .15), depth=.05)
    pen.flat(WOOD, box(-.06, 0, .06, .16), dome(0, .16, .06, .06))
    pen.window(oval(0, .31, .045, .05))
    for quarter in range(4):
        _draw_sail(pen, math.radians(24 + 90 * quarter))
    pen.flat(WOOD, oval(0, .64, .045, .045))


def _draw_sail(pen: Pen, angle: float) -> None:
    c, s = math.cos(angle), math.sin(angle)

    def at(along: float, across: float) -> tuple[float, float]:
        return (c * along - s * across, .64 + s * along + c * across)

    pen.form(CREAM, poly(at(.1, .015), at(.45, .015), at(.45, .13), at(.1, .09)), depth=.025)
    pen.flat(WOOD, ribbon((at(0, 0), at(.46, 0)), .035, .03))
    pen.flat(WOOD, *(ribbon((at(a, 0), at(a, .11)), .018, .018) for a in (.22, .34)))
