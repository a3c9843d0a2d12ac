"""Car, bus, train and boat."""

import math

from starter.scenes.geometry import box, dome, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GLASS, GOLD, INK, LAMP, SLATE, WOOD, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject


def _draw_wheel(pen: Pen, x: float, r: float, hub: tuple[int, int, int] = (206, 210, 218)) -> None:
    pen.form(INK, oval(x, r, r, r), depth=.02)
    pen.flat(hub, oval(x, r, r * .5, r * .5))
    pen.flat(SLATE, oval(x, r, r * .18, r * .18))


def _draw_headlight(pen: Pen, x: float, y: float, r: float) -> None:
    pen.flat(LAMP if pen.canvas.light.time != "day" else (255, 246, 210), oval(x, y, r, r))
    if pen.dark:
        pen.glow(x + .1, y, .5, .6)


@subject("car", synonyms=(("automobile", "automobiles"),), wide=1.9, tall=.68, bulk=1.1)
def draw_car(pen: Pen, coat: Coat) -> None:
    cabin = smooth((-.62, .54), (-.5, .88), (-.3, 1.0), (.14, 1.0), (.34, .86), (.52, .56))
    body = smooth((-.92, .2), (-.96, .46), (-.8, .62), (-.4, .62), (.4, .62), (.82, .54),
                  (.95, .4), (.92, .18), (.5, .14), (-.6, .14))
    pen.form(coat.base, cabin, body, depth=.09)
    pen.window(smooth((-.5, .6), (-.41, .83), (-.28, .9), (-.1, .9), (-.1, .59)),
               smooth((0, .59), (0, .9), (.14, .9), (.26, .81), (.4, .59)), glass=GLASS)
    pen.flat(coat.light, box(-.84, .5, .3, .555, .02))
    pen.flat(coat.dark, box(-.8, .14, .8, .22, .03), box(-.18, .42, -.04, .47, .02))
    for x in (-.54, .54):
        pen.flat(mix(coat.dark, INK, .5), dome(x, .2, .27, .27))
        _draw_wheel(pen, x, .21)
    _draw_headlight(pen, .88, .42, .07)
    pen.flat((230, 70, 60), oval(-.93, .44, .04, .06))


@subject("bus", "buses", synonyms=(("coach", "coaches"),), wide=1.8, tall=.82, bulk=1.4)
def draw_bus(pen: Pen, coat: Coat) -> None:
    pen.form(coat.base, box(-.9, .12, .9, 1.0, .13), depth=.09)
    pen.flat(coat.trim, box(-.9, .42, .9, .5))
    pen.window(*(box(x, .56, x + .27, .88, .04) for x in (-.8, -.47, -.14, .19)), glass=GLASS)
    pen.window(box(.54, .46, .89, .88, .05), glass=mix(GLASS, (255, 255, 255), .3))
    pen.flat(coat.dark, box(-.88, .12, .88, .2, .03))
    for x in (-.52, .5):
        pen.flat(mix(coat.dark, INK, .5), dome(x, .16, .22, .22))
        _draw_wheel(pen, x, .17)
    _draw_headlight(pen, .84, .28, .055)
    pen.flat(coat.light, box(-.7, .94, .6, 1.0, .02))


@subject("train", synonyms=(("locomotive", "locomotives"), ("steam train", "steam trains")),
         wide=1.95, tall=.8, bulk=1.4)
def draw_train(pen: Pen, coat: Coat) -> None:
    puffs = ((.62, 1.12, .12), (.5, 1.26, .16), (.28, 1.38, .19), (.02, 1.46, .15))
    pen.form((246, 244, 246), *(oval(x, y, r, r * .85) for x, y, r in puffs), depth=.06)
    pen.flat(INK, box(-.98, .12, .8, .24, .03))
    pen.form(coat.base, box(-.94, .2, -.3, .78, .03), depth=.07)
    pen.form(mix(coat.dark, INK, .25), box(-1.0, .78, -.22, .9, .05), depth=.03)
    pen.window(box(-.84, .48, -.66, .7, .03), box(-.56, .48, -.38, .7, .03), glass=GLASS)
    pen.form(mix(coat.dark, INK, .3), poly((.52, .62), (.74, .62), (.78, .98), (.48, .98)),
             depth=.05)
    pen.form(GOLD, dome(.1, .62, .13, .18), depth=.04)
    pen.form(coat.base, box(-.32, .24, .82, .66, .12), depth=.09)
    pen.flat(coat.trim, box(-.08, .25, -.02, .65), box(.32, .25, .38, .65))
    pen.flat(coat.trim, box(-.92, .3, -.34, .35))
    pen.form(GOLD, oval(.84, .45, .1, .19), depth=.04)
    pen.flat(INK, poly((.78, .2), (1.04, .03), (.72, .03)))
    for x, r in ((-.74, .17), (-.32, .17), (.12, .15), (.5, .15)):
        _draw_wheel(pen, x, r, mix(coat.light, (230, 60, 60), .5))
    pen.flat(SLATE, ribbon(((-.74, .17), (.5, .15)), .05, .05))
    _draw_headlight(pen, .88, .7, .06)


@subject("boat", synonyms=(("sailboat", "sailboats"), ("ship", "ships")), wide=1.0, floats=True, bulk=1.4)
def draw_boat(pen: Pen, coat: Coat) -> None:
    pen.flat(WOOD, ribbon(((.0, .2), (.0, 1.0)), .045, .035))
    pen.flat(coat.accent, poly((.0, 1.0), (.0, .92), (-.16, .96)))
    pen.form(CREAM, smooth((.03, .92), (.2, .7), (.38, .42), (.44, .28), (.2, .3), (.03, .29)),
             depth=.06)
    pen.form(coat.light, poly((-.04, .86), (-.2, .56), (-.38, .29), (-.04, .29)), depth=.05)
    pen.flat(coat.base, smooth((.03, .52), (.2, .52), (.35, .48), (.4, .38), (.2, .4), (.03, .39)))
    hull = smooth((-.52, .24), (-.3, .22), (.3, .22), (.56, .27), (.42, .02), (.3, -.02),
                  (-.34, -.02), (-.42, .02))
    pen.form(coat.base, hull, depth=.07)
    pen.flat(coat.trim, ribbon(((-.5, .23), (0, .2), (.54, .255)), .05, .05))
    pen.flat(coat.dark, *(oval(x, .11, .035, .035) for x in (-.2, 0, .2)))


@subject("bicycle", synonyms=(("bike", "bikes"),), wide=1.5, tall=.75, bulk=0.9)
def draw_bicycle(pen: Pen, coat: Coat) -> None:
    for x in (-.5, .5):
        _draw_rim(pen, x)
    frame = (((-.5, .34), (-.24, .74)), ((-.5, .34), (-.08, .32)), ((-.24, .74), (-.08, .32)),
             ((-.26, .7), (.34, .74)), ((-.08, .32), (.34, .74)), ((.5, .34), (.3, .9)))
    pen.form(coat.base, *(ribbon(bar, .075, .075) for bar in frame), depth=.02)
    pen.flat(INK, ribbon(((-.4, .84), (-.14, .82)), .1, .07), ribbon(((-.24, .7), (-.27, .83)),
                                                                     .05, .05))
    pen.flat(INK, ribbon(((.3, .9), (.36, .99), (.48, .96)), .06, .06))
    pen.flat(GOLD, oval(-.08, .32, .08, .08))
    pen.form(WOOD, poly((.4, .92), (.74, .92), (.68, .68), (.46, .68)), depth=.04)


def _draw_rim(pen: Pen, x: float) -> None:
    turns = [i * math.pi / 8 for i in range(17)]
    rim = tuple((x + .3 * math.cos(a), .335 + .3 * math.sin(a)) for a in turns)
    pen.flat(INK, ribbon(rim, .065, .065))
    pen.flat((206, 210, 218), *(ribbon(((x - .26 * math.cos(a), .335 - .26 * math.sin(a)),
                                        (x + .26 * math.cos(a), .335 + .26 * math.sin(a))),
                                       .022, .022) for a in (0.4, 1.45, 2.5)))
    pen.flat(SLATE, oval(x, .335, .05, .05))
