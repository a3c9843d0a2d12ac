"""Bird, fish, and the creatures of stories: dragon and ghost."""

from starter.scenes.geometry import oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GOLD, INK, LAMP, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject


@subject("bird", synonyms=(("songbird", "songbirds"),), wide=1.25, tall=.8, flies=.5, bulk=0.7)
def draw_bird(pen: Pen, coat: Coat) -> None:
    if pen.aloft:
        _draw_flying_bird(pen, coat)
        return
    for x in (-.04, .12):
        pen.flat((226, 138, 50), ribbon(((x, .2), (x, .03), (x + .08, .025)), .045, .045))
    pen.form(coat.dark, poly((-.3, .46), (-.74, .36), (-.7, .2), (-.3, .28)), depth=.03)
    pen.form(coat.base, smooth((-.44, .4), (-.26, .62), (.02, .76), (.12, .94), (.32, .98),
                               (.48, .84), (.44, .56), (.26, .26), (0, .15), (-.26, .22)))
    pen.flat(CREAM if coat.name != "white" else (255, 226, 196),
             smooth((.46, .62), (.38, .62), (.2, .46), (.08, .24), (.2, .2), (.36, .36)))
    pen.flat((250, 168, 46), poly((.45, .87), (.68, .78), (.45, .71)))
    pen.form(mix(coat.base, coat.dark, .6), smooth((.1, .62), (.14, .42), (-.08, .28), (-.52, .3),
                                                   (-.3, .52), (-.08, .64)), depth=.04)
    pen.eye(.33, .83, .045)


def _draw_flying_bird(pen: Pen, coat: Coat) -> None:
    pen.form(coat.dark, smooth((.1, .4), (.3, .66), (.26, 1.0), (.06, .8), (-.12, .44)), depth=.03)
    pen.form(coat.dark, poly((-.32, .36), (-.76, .42), (-.62, .3), (-.74, .2), (-.3, .24)))
    pen.form(coat.base, smooth((-.44, .3), (-.1, .42), (.24, .5), (.42, .56), (.58, .46), (.5, .3),
                               (.2, .16), (-.2, .18)))
    pen.flat(CREAM if coat.name != "white" else (255, 226, 196),
             smooth((.5, .33), (.2, .3), (-.1, .26), (0, .18), (.3, .19)))
    pen.flat((250, 168, 46), poly((.56, .5), (.76, .42), (.56, .37)))
    pen.form(coat.base, smooth((.14, .4), (.1, .62), (-.16, .96), (-.34, 1.0), (-.36, .74),
                               (-.24, .48), (-.08, .34)), depth=.05)
    pen.eye(.45, .46, .042)


@subject("fish", "fish", synonyms=(("goldfish", "goldfish"),), wide=1.5, tall=.72, floats=True,
         hovers=.16, bulk=0.8)
def draw_fish(pen: Pen, coat: Coat) -> None:
    fin = mix(coat.base, coat.dark, .6)
    pen.form(fin, smooth((-.38, .46), (-.6, .68), (-.82, .86), (-.74, .5), (-.84, .12),
                         (-.6, .26)), depth=.05)
    pen.form(fin, smooth((-.24, .72), (-.2, .96), (.06, 1.0), (.2, .78)),
             smooth((-.1, .2), (-.2, .02), (.02, .0), (.14, .2)), depth=.03)
    pen.form(coat.base, smooth((-.52, .46), (-.24, .76), (.14, .84), (.46, .72), (.68, .48),
                               (.46, .22), (.14, .12), (-.24, .2)), depth=.1)
    pen.flat(coat.light, smooth((.66, .42), (.4, .36), (.1, .3), (-.2, .3), (.1, .15), (.46, .24)))
    pen.flat(coat.trim, ribbon(((.12, .78), (.2, .5), (.14, .2)), .08, .08),
             ribbon(((-.18, .72), (-.1, .5), (-.16, .26)), .07, .07))
    pen.form(fin, smooth((.14, .46), (.0, .3), (-.16, .3), (-.12, .46), (.04, .54)), depth=.03)
    pen.flat((255, 255, 255), oval(.42, .56, .085, .095))
    pen.flat(INK, oval(.44, .56, .05, .06))
    pen.flat((255, 255, 255), oval(.46, .59, .018, .022))


@subject("dragon", wide=1.35, tall=1.05, bulk=1.5)
def draw_dragon(pen: Pen, coat: Coat) -> None:
    belly = mix(coat.trim, GOLD, .35)
    wing = mix(coat.base, coat.dark, .75)
    pen.form(coat.base, ribbon(((-.14, .16), (-.42, .08), (-.66, .16), (-.7, .36)), .26, .06))
    pen.flat(coat.accent, poly((-.82, .34), (-.68, .54), (-.58, .34), (-.7, .38)))
    membrane = smooth((.04, .46), (.02, .74), (-.1, 1.02), (-.3, 1.0), (-.56, .9), (-.72, .7),
                      (-.56, .7), (-.48, .56), (-.36, .6), (-.26, .44), (-.1, .48))
    pen.form(wing, membrane, depth=.05)
    bones = (((.0, .46), (.0, .78), (-.1, 1.02)), ((-.1, 1.0), (-.44, .92), (-.72, .7)),
             ((-.09, .98), (-.34, .8), (-.48, .57)), ((-.08, .96), (-.2, .7), (-.26, .46)))
    pen.flat(mix(coat.dark, INK, .25), *(ribbon(b, .05, .03) for b in bones))
    pen.flat(coat.accent, *(poly((x, y), (x - .12, y + .1), (x + .03, y + .13))
                            for x, y in ((.06, .6), (.16, .74), (.18, .88))))
    body = smooth((-.26, .04), (-.32, .26), (-.16, .5), (.06, .62), (.2, .82), (.36, .8),
                  (.34, .56), (.3, .3), (.22, .04))
    pen.form(coat.base, body, depth=.07)
    pen.flat(belly, smooth((.36, .66), (.26, .6), (.14, .38), (.12, .08), (.22, .06), (.3, .3)))
    pen.form(coat.base, oval(-.1, .17, .19, .17), depth=.05)
    pen.form(coat.base, oval(-.02, .045, .14, .05), oval(.24, .045, .13, .05), depth=.02)
    pen.form(coat.base, ribbon(((.24, .42), (.38, .34)), .1, .08), depth=.03)
    horns = (poly((.2, .94), (.06, 1.06), (.28, 1.0)), poly((.3, .96), (.2, 1.1), (.38, 1.0)))
    pen.flat(belly, *horns)
    pen.form(coat.base, smooth((.14, .86), (.22, 1.0), (.38, 1.0), (.52, .9), (.68, .88),
                               (.7, .78), (.52, .72), (.28, .72)), depth=.05)
    pen.flat(coat.dark, oval(.64, .85, .026, .022))
    pen.flat(belly, smooth((.69, .79), (.52, .77), (.36, .755), (.5, .725), (.66, .755)))
    pen.flat(LAMP, oval(.4, .91, .052, .05))
    pen.flat(INK, oval(.415, .91, .022, .044))


@subject("ghost", synonyms=(("spirit", "spirits"),), wide=.8, hovers=.1)
def draw_ghost(pen: Pen, coat: Coat) -> None:
    if pen.dark:
        pen.glow(0, .5, .75, .35, coat.light)
    arms = (ribbon(((.26, .5), (.42, .46), (.46, .56)), .16, .1),
            ribbon(((-.26, .5), (-.42, .42), (-.48, .5)), .16, .1))
    sheet = smooth((-.34, .06), (-.36, .4), (-.3, .78), (0, 1.0), (.3, .78), (.36, .4), (.34, .06),
                   (.26, .02), (.18, .13), (.08, .02), (0, .12), (-.09, .02), (-.18, .13),
                   (-.26, .02))
    pen.form(coat.base, sheet, *arms, depth=.1)
    face = INK if coat.name != "black" else (250, 248, 240)
    for s in (-1, 1):
        pen.flat(face, oval(s * .12 + .03, .68, .055, .08))
        pen.flat(mix(coat.base, (250, 120, 150), .5), oval(s * .22 + .03, .56, .055, .038))
    pen.flat(face, oval(.03, .53, .05, .055))
