"""Robot, umbrella, teapot and snowman."""

import math

from starter.scenes.geometry import Outline, box, dome, oval, poly, ribbon, smooth
from starter.scenes.palette import GOLD, INK, SLATE, WOOD, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject

_SCREEN = (44, 54, 76)
_CYAN = (110, 240, 236)


@subject("robot", synonyms=(("android", "androids"),), wide=.8)
def draw_robot(pen: Pen, coat: Coat) -> None:
    pen.flat(SLATE, ribbon(((0, .88), (0, .97)), .035, .03))
    pen.flat((250, 92, 80), oval(0, .98, .04, .04))
    for s in (-1, 1):
        pen.form(SLATE, ribbon(((s * .24, .5), (s * .37, .4), (s * .36, .27)), .085, .08),
                 depth=.02)
        pen.form(coat.dark, oval(s * .36, .23, .07, .07), depth=.02)
        pen.flat(SLATE, box(s * .12 - .05, .06, s * .12 + .05, .2))
        pen.form(coat.dark, box(s * .13 - .1, 0, s * .13 + .1, .085, .035), depth=.03)
        pen.form(SLATE, oval(s * .27, .74, .05, .07), depth=.01)
    pen.flat(SLATE, box(-.07, .54, .07, .62))
    pen.form(coat.base, box(-.25, .16, .25, .56, .07), depth=.08)
    pen.form(coat.base, box(-.26, .6, .26, .9, .09), depth=.08)
    pen.flat(_SCREEN, box(-.2, .65, .2, .84, .06))
    for s in (-1, 1):
        pen.flat(_CYAN, oval(s * .095, .755, .045, .05))
    pen.flat(_CYAN, box(-.05, .68, .05, .7))
    if pen.dark:
        pen.glow(0, .75, .3, .35, _CYAN)
    pen.flat(coat.trim, box(-.15, .26, .15, .48, .03))
    pen.flat((250, 92, 80), oval(-.07, .42, .03, .03))
    pen.flat(GOLD, oval(.03, .42, .03, .03))
    pen.flat(SLATE, box(-.1, .31, .1, .345))


@subject("umbrella", synonyms=(("parasol", "parasols"),), wide=1.05, tall=.95)
def draw_umbrella(pen: Pen, coat: Coat) -> None:
    pen.flat(WOOD, ribbon(((0, .95), (0, .5), (0, .1), (.06, .03), (.13, .05), (.14, .13)),
                          .035, .05))
    pen.flat(SLATE, ribbon(((0, .92), (0, 1.0)), .04, .025))
    canopy = _canopy(-.52, .52)
    pen.flat(coat.base, canopy)
    pen.flat(coat.trim, _canopy(-.31, -.11), _canopy(.11, .31))
    pen.canvas.model([pen.place(canopy)], pen.h * .1, pen.h * .02)


def _canopy(x0: float, x1: float) -> Outline:
    steps = [x0 + (x1 - x0) * i / 20 for i in range(21)]
    rim = [(x, .48 + .055 * abs(math.sin((x + .52) / 1.04 * 5 * math.pi))) for x in steps]
    if x1 - x0 > 1:
        top = [(math.cos(a) * .52, .5 + .45 * math.sin(a))
               for a in (i * math.pi / 24 for i in range(25))]
        return poly(*top, *rim)
    squeeze = [(math.cos(a), .5 + .45 * math.sin(a)) for a in (i * math.pi / 24 for i in range(13))]
    right = [(x1 * c, y) for c, y in squeeze]
    left = [(x0 * c, y) for c, y in reversed(squeeze)]
    return poly(*right, *left, *rim)


@subject("teapot", synonyms=(("kettle", "kettles"), ("tea pot", "tea pots")), wide=1.35, tall=.72, bulk=0.8)
def draw_teapot(pen: Pen, coat: Coat) -> None:
    pen.form(coat.dark, ribbon(((-.36, .72), (-.64, .74), (-.68, .42), (-.38, .24)), .1, .09),
             depth=.03)
    pen.form(coat.base, ribbon(((.32, .3), (.52, .42), (.58, .66), (.74, .78)), .24, .09),
             depth=.05)
    pen.flat(coat.dark, box(-.24, 0, .24, .08, .03))
    pen.form(coat.base, smooth((-.3, .04), (-.47, .3), (-.42, .6), (-.22, .78), (.22, .78),
                               (.42, .6), (.47, .3), (.3, .04)), depth=.1)
    pen.form(coat.base, dome(0, .76, .25, .14), depth=.04)
    pen.flat(coat.trim, box(-.27, .735, .27, .785, .02))
    pen.form(coat.accent, oval(0, .94, .065, .065), depth=.03)
    for i in range(5):
        a = math.pi / 2 + i * 2 * math.pi / 5
        pen.flat(coat.trim, oval(.1 * math.cos(a), .4 + .1 * math.sin(a), .075, .075))
    pen.flat(coat.accent, oval(0, .4, .05, .05))


@subject("snowman", "snowmen", wide=.75)
def draw_snowman(pen: Pen, coat: Coat) -> None:
    for s in (-1, 1):
        pen.flat(WOOD, ribbon(((s * .18, .46), (s * .42, .6)), .035, .025),
                 ribbon(((s * .35, .555), (s * .43, .52)), .025, .02))
    pen.form(coat.base, oval(0, .2, .29, .215), depth=.09)
    pen.form(coat.base, oval(0, .5, .22, .18), depth=.07)
    pen.form(coat.base, oval(0, .75, .165, .15), depth=.06)
    dots = INK if coat.name != "black" else (248, 244, 236)
    pen.flat(dots, *(oval(0, y, .028, .028) for y in (.54, .44, .28)))
    pen.flat(dots, oval(-.055, .8, .026, .03), oval(.075, .8, .026, .03))
    pen.flat((250, 140, 50), poly((.0, .77), (.24, .72), (.0, .71)))
    scarf = coat.accent
    pen.form(scarf, ribbon(((-.15, .63), (0, .6), (.15, .63)), .085, .085),
             ribbon(((.08, .6), (.13, .42)), .085, .09), depth=.03)
    hat = mix(SLATE, INK, .5)
    pen.form(hat, box(-.13, .87, .13, 1.04, .02), box(-.21, .85, .21, .895, .02), depth=.04)
    pen.flat(scarf, box(-.13, .893, .13, .93))
