"""Cat, dog, fox, rabbit and elephant."""

from starter.scenes.geometry import box, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GOLD, INK, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject

_ROSE = (240, 140, 150)


@subject("cat", synonyms=(("kitten", "kittens"), ("kitty", "kitties")), wide=0.85)
def draw_cat(pen: Pen, coat: Coat) -> None:
    pen.form(coat.dark, ribbon(((.16, .06), (.42, .06), (.5, .26), (.4, .44), (.46, .54)), .1, .09))
    pen.form(coat.base, smooth((-.25, .02), (-.27, .2), (-.18, .46), (0, .56), (.18, .46),
                               (.27, .2), (.25, .02), (0, -.005)))
    pen.flat(coat.light, oval(0, .33, .11, .15))
    for s in (-1, 1):
        pen.form(coat.base, ribbon(((s * .09, .32), (s * .09, .05)), .12, .13), depth=.03)
        pen.flat(coat.light, oval(s * .095, .03, .075, .035))
    ears = [poly((s * .28, .74), (s * .27, 1.0), (s * .03, .87)) for s in (-1, 1)]
    pen.form(coat.base, oval(0, .69, .3, .22), *ears)
    for s in (-1, 1):
        pen.flat(_ROSE, poly((s * .235, .82), (s * .24, .935), (s * .11, .87)))
        pen.flat((252, 228, 110), oval(s * .13, .71, .058, .066))
        pen.flat(INK, oval(s * .13, .71, .026, .058))
    pen.flat(coat.light, oval(-.05, .6, .075, .055), oval(.05, .6, .075, .055))
    pen.flat(_ROSE, poly((-.045, .645), (.045, .645), (0, .6)))


@subject("dog", synonyms=(("puppy", "puppies"), ("hound", "hounds")), wide=1.3, tall=.92)
def draw_dog(pen: Pen, coat: Coat) -> None:
    pen.form(coat.base, ribbon(((-.36, .48), (-.52, .6), (-.54, .84)), .13, .075))
    for x in (-.18, .14):
        pen.flat(coat.dark, ribbon(((x, .36), (x, .06)), .15, .12), oval(x + .03, .04, .085, .045))
    legs = [ribbon(((x, .36), (x, .07)), .18, .13) for x in (-.33, .27)]
    body = smooth((-.44, .36), (-.44, .52), (-.28, .6), (.08, .58), (.34, .64), (.42, .46),
                  (.34, .28), (.08, .28), (-.14, .3), (-.34, .26))
    pen.form(coat.base, body, *legs, ribbon(((.26, .48), (.36, .76)), .32, .28))
    pen.form(coat.base, smooth((-.44, .42), (-.3, .52), (-.19, .4), (-.24, .22), (-.4, .22)),
             depth=.04)
    for x in (-.3, .3):
        pen.flat(coat.light, oval(x, .045, .105, .05))
    pen.flat(coat.light, smooth((.36, .6), (.42, .46), (.38, .32), (.28, .38)))
    pen.flat(coat.accent, ribbon(((.19, .58), (.34, .53), (.48, .57)), .085, .075))
    pen.flat(GOLD, oval(.38, .5, .04, .045))
    pen.form(coat.base, oval(.38, .8, .235, .2), ribbon(((.44, .74), (.66, .71)), .24, .18))
    pen.flat(coat.light, ribbon(((.54, .69), (.67, .69)), .15, .13))
    pen.flat(INK, oval(.735, .765, .062, .05))
    pen.flat(INK, ribbon(((.54, .645), (.63, .625), (.71, .65)), .022, .022))
    pen.eye(.49, .85, .042)
    pen.form(coat.dark, smooth((.2, .93), (.34, .94), (.37, .76), (.32, .56), (.18, .52),
                               (.1, .68), (.12, .84)), depth=.04)


@subject("fox", "foxes", wide=1.2)
def draw_fox(pen: Pen, coat: Coat) -> None:
    pen.form(coat.base, smooth((-.1, .02), (-.36, .0), (-.6, .1), (-.7, .34), (-.58, .52),
                               (-.5, .36), (-.36, .26), (-.14, .24)))
    pen.flat(CREAM if coat.name != "white" else coat.dark,
             smooth((-.7, .3), (-.69, .4), (-.58, .52), (-.52, .4), (-.58, .32)))
    pen.form(coat.base, smooth((-.22, .0), (-.27, .16), (-.2, .4), (-.04, .58), (.14, .62),
                               (.24, .48), (.22, .2), (.2, .0)))
    pen.flat(CREAM, smooth((.04, .56), (.22, .54), (.25, .4), (.18, .26), (.1, .34)))
    pen.form(coat.base, oval(-.09, .15, .19, .15), depth=.04)
    for x, tone in ((.2, coat.dark), (.1, coat.base)):
        pen.form(tone, ribbon(((x, .34), (x + .01, .04)), .12, .09), depth=.03)
        pen.flat(INK, ribbon(((x + .005, .13), (x + .02, .03)), .1, .09))
    ears = (poly((-.1, .78), (-.07, 1.03), (.1, .88)), poly((.08, .86), (.16, 1.03), (.26, .8)))
    pen.form(coat.base, *ears, smooth((-.14, .66), (-.08, .84), (.1, .9), (.26, .82), (.48, .655),
                                      (.46, .61), (.22, .56), (0, .55)))
    pen.flat(INK, poly((-.065, .93), (-.07, 1.03), (.03, .95)))
    pen.flat(CREAM, smooth((-.1, .62), (.1, .665), (.28, .7), (.46, .66), (.46, .61),
                           (.22, .555), (0, .55)))
    pen.flat(INK, oval(.475, .645, .042, .035))
    pen.eye(.19, .76, .034)


@subject("rabbit", synonyms=(("bunny", "bunnies"), ("hare", "hares")), wide=.75, bulk=0.85)
def draw_rabbit(pen: Pen, coat: Coat) -> None:
    for s in (-1, 1):
        ear = smooth((s * .03, .66), (s * .04, .86), (s * .12, 1.0), (s * .2, .9), (s * .16, .66))
        pen.form(coat.base, ear, depth=.03)
        pen.flat(_ROSE, smooth((s * .07, .7), (s * .08, .86), (s * .125, .94), (s * .16, .86),
                               (s * .13, .7)))
    pen.flat(coat.light, oval(-.3, .12, .1, .1))
    pen.form(coat.base, smooth((-.24, .0), (-.3, .18), (-.18, .4), (0, .46), (.18, .4), (.3, .18),
                               (.24, .0)))
    pen.flat(coat.light, oval(0, .22, .15, .17))
    pen.form(coat.base, oval(0, .57, .25, .2))
    for s in (-1, 1):
        pen.form(coat.light, oval(s * .17, .045, .12, .05), depth=.03)
        pen.form(coat.base, ribbon(((s * .12, .3), (s * .06, .2)), .1, .09), depth=.03)
        pen.eye(s * .12, .6, .036)
    pen.flat(coat.light, oval(-.055, .51, .075, .055), oval(.055, .51, .075, .055))
    pen.flat((255, 255, 252), box(-.03, .43, .03, .48))
    pen.flat(_ROSE, oval(0, .545, .038, .026))


@subject("elephant", wide=1.35, tall=1.05, bulk=1.4)
def draw_elephant(pen: Pen, coat: Coat) -> None:
    pen.flat(coat.dark, ribbon(((-.5, .6), (-.6, .48), (-.58, .34)), .05, .04),
             oval(-.58, .31, .04, .05))
    for x in (-.24, .2):
        pen.flat(coat.dark, box(x - .09, 0, x + .09, .4, .05))
    legs = [box(x - .1, 0, x + .1, .44, .06) for x in (-.39, .06)]
    pen.form(coat.base, *legs, smooth((-.52, .4), (-.52, .66), (-.34, .84), (-.04, .86), (.2, .74),
                                      (.24, .44), (-.1, .3), (-.4, .3)), depth=.09)
    for x in (-.39, .06):
        pen.flat(coat.light, *(oval(x + d, .035, .026, .03) for d in (-.06, 0, .06)))
    trunk = ribbon(((.4, .66), (.56, .5), (.58, .28), (.7, .16), (.8, .24)), .26, .1)
    pen.form(coat.base, oval(.34, .74, .26, .25), trunk, depth=.07)
    pen.flat(CREAM, ribbon(((.44, .52), (.54, .42), (.68, .46)), .075, .03))
    pen.form(mix(coat.base, coat.dark, .35), smooth((.24, .92), (.04, .96), (-.1, .78), (-.04, .54),
                                                    (.12, .46), (.26, .6)), depth=.05)
    pen.flat(mix(coat.light, _ROSE, .4), smooth((.16, .84), (.06, .86), (-.02, .75), (.02, .61),
                                                (.12, .57), (.19, .67)))
    pen.eye(.44, .78, .034)
