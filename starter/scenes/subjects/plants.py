"""Tree, flower, mushroom and cactus."""

import math

from starter.scenes.geometry import oval, ribbon, smooth
from starter.scenes.palette import GOLD, LEAF, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject

_MOSS = (54, 122, 72)


@subject("tree", wide=.85, tall=1.15, bulk=1.7)
def draw_tree(pen: Pen, coat: Coat) -> None:
    trunk = (128, 84, 58)
    pen.form(trunk, smooth((-.12, 0), (-.055, .12), (-.055, .45), (.055, .45), (.055, .12),
                           (.12, 0)), depth=.03)
    pen.flat(trunk, ribbon(((0, .3), (.15, .48)), .05, .04), ribbon(((0, .26), (-.16, .46)),
                                                                    .05, .04))
    crown = [oval(x, y, r, r * .92) for x, y, r in
             ((-.22, .56, .2), (.23, .55, .2), (-.13, .76, .21), (.15, .74, .22), (0, .6, .25),
              (.0, .86, .14))]
    pen.form(coat.base, *crown, depth=.1)
    side = pen.canvas.light.side * pen.flip
    pen.flat(mix(coat.base, coat.light, .6),
             *(oval(side * x, y, r, r * .8) for x, y, r in ((.2, .66, .09), (.1, .82, .09))))
    pen.flat(mix(coat.base, coat.dark, .7), oval(-side * .16, .52, .1, .06),
             oval(side * .02, .58, .09, .05))


@subject("flower", synonyms=(("blossom", "blossoms"), ("daisy", "daisies")), wide=.62, bulk=0.8)
def draw_flower(pen: Pen, coat: Coat) -> None:
    pen.form(_MOSS, ribbon(((.02, 0), (-.03, .3), (0, .66)), .07, .055), depth=.02)
    pen.form(LEAF, smooth((-.01, .1), (.14, .18), (.34, .36), (.16, .34), (0, .2)), depth=.03)
    pen.form(LEAF, smooth((-.01, .16), (-.14, .26), (-.32, .46), (-.16, .42), (-.02, .27)),
             depth=.03)
    turns = [i * math.pi / 4 for i in range(8)]
    for group, tone in ((turns[1::2], mix(coat.base, coat.dark, .45)), (turns[::2], coat.base)):
        pen.form(tone, *(oval(.18 * math.cos(a), .72 + .18 * math.sin(a), .14, .095,
                              -math.degrees(a)) for a in group), depth=.025)
    heart = GOLD if coat.name not in ("yellow", "orange") else (150, 84, 52)
    pen.form(heart, oval(0, .72, .105, .105), depth=.04)


@subject("mushroom", synonyms=(("toadstool", "toadstools"),), wide=.95, tall=.9, bulk=0.8)
def draw_mushroom(pen: Pen, coat: Coat) -> None:
    pen.form((250, 236, 212), smooth((-.13, .56), (.13, .56), (.12, .3), (.2, .05), (.12, -.01),
                                     (-.12, -.01), (-.2, .05), (-.12, .3)), depth=.07)
    pen.flat((232, 206, 178), oval(0, .5, .3, .07))
    pen.form((250, 236, 212), smooth((-.17, .42), (0, .46), (.17, .42), (.14, .36), (0, .38),
                                     (-.14, .36)), depth=.02)
    cap = smooth((-.5, .5), (-.46, .72), (-.26, .93), (0, 1.0), (.26, .93), (.46, .72), (.5, .5),
                 (.3, .46), (0, .52), (-.3, .46))
    pen.flat(coat.base, cap)
    spots = ((-.28, .7, .085), (.02, .82, .1), (.29, .68, .08), (-.06, .6, .06), (.43, .56, .04))
    pen.flat(coat.trim, *(oval(x, y, r, r * .85) for x, y, r in spots))
    pen.canvas.model([pen.place(cap)], pen.h * .12, pen.h * .02)


@subject("cactus", "cacti", wide=.72, bulk=1.2)
def draw_cactus(pen: Pen, coat: Coat) -> None:
    arms = (ribbon(((-.06, .36), (-.27, .36), (-.29, .44), (-.29, .66)), .14, .13),
            ribbon(((.06, .27), (.25, .27), (.28, .36), (.28, .52)), .14, .13))
    pen.form(coat.base, ribbon(((0, .1), (0, .88)), .26, .22), *arms, depth=.06)
    rib = mix(coat.base, coat.light, .7)
    pen.flat(rib, *(ribbon(((x, .08), (x * .9, .84)), .026, .026) for x in (-.06, .0, .06)))
    pen.flat(rib, ribbon(((-.29, .44), (-.29, .66)), .026, .026),
             ribbon(((.28, .36), (.28, .52)), .026, .026))
    bloom = (250, 130, 170) if coat.name not in ("pink", "red") else GOLD
    for x, y in ((0, .98), (-.29, .74)):
        pen.flat(bloom, oval(x - .05, y, .05, .04, 30), oval(x + .05, y, .05, .04, -30),
                 oval(x, y + .025, .04, .05))
    pen.form((168, 132, 100), oval(-.2, .02, .09, .045), oval(.22, .015, .07, .035), depth=.02)


