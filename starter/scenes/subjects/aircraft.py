"""What leaves the ground: rocket, hot air balloon and airplane."""

from starter.scenes.geometry import box, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GLASS, GOLD, LAMP, SLATE, WOOD, mix
from starter.scenes.pen import Coat, Pen
from starter.scenes.subjects.table import subject


@subject("rocket", synonyms=(("spaceship", "spaceships"), ("rocket ship", "rocket ships")),
         wide=.6, tall=1.15, flies=.5, bulk=1.7)
def draw_rocket(pen: Pen, coat: Coat) -> None:
    if pen.aloft:
        pen.glow(0, .04, .34, .8, (255, 190, 90))
        pen.flat((255, 150, 50), smooth((-.12, .2), (-.13, .06), (0, -.16), (.13, .06), (.12, .2)))
        pen.flat((255, 236, 150), smooth((-.06, .2), (-.06, .08), (0, -.04), (.06, .08), (.06, .2)))
    fins = [smooth((s * .13, .4), (s * .26, .26), (s * .3, .02), (s * .2, .09), (s * .1, .16))
            for s in (-1, 1)]
    trim = coat.accent
    pen.form(trim, *fins, depth=.03)
    pen.flat(SLATE, poly((-.1, .16), (.1, .16), (.13, .08), (-.13, .08)))
    pen.form(coat.base, smooth((-.13, .14), (-.2, .42), (-.16, .72), (0, 1.0), (.16, .72),
                               (.2, .42), (.13, .14)), depth=.1)
    pen.form(coat.trim, smooth((-.135, .78), (-.06, .93), (0, 1.0), (.06, .93), (.135, .78),
                               (0, .755)), depth=.06)
    pen.flat(coat.trim, oval(0, .57, .115, .115))
    pen.window(oval(0, .57, .08, .08), glass=GLASS)
    pen.flat(coat.trim, ribbon(((-.17, .28), (0, .255), (.17, .28)), .06, .06))
    pen.form(trim, ribbon(((0, .3), (0, .06)), .06, .05), depth=.02)


@subject("hot air balloon", synonyms=(("balloon", "balloons"),), wide=.72, tall=1.1, flies=.95, bulk=1.5)
def draw_balloon(pen: Pen, coat: Coat) -> None:
    if pen.dark:
        pen.glow(0, .62, .6, .5, mix(LAMP, coat.light, .5))
    for x in (-.07, .07):
        pen.flat(WOOD, ribbon(((x, .15), (x * 1.3, .3)), .02, .02))
    envelope = smooth((-.09, .26), (-.24, .4), (-.36, .62), (-.28, .88), (0, 1.0), (.28, .88),
                      (.36, .62), (.24, .4), (.09, .26))
    pen.form(coat.base, envelope, depth=.0)
    for s in (-1, 1):
        pen.flat(coat.trim, smooth((s * .05, .26), (s * .15, .42), (s * .25, .64), (s * .17, .9),
                                   (s * .06, .985), (s * .11, .86), (s * .13, .64), (s * .08, .42)))
    pen.canvas.model([pen.place(envelope)], pen.h * .12, pen.h * .02)
    pen.flat(coat.dark, box(-.09, .245, .09, .285, .015))
    pen.form(WOOD, box(-.1, .0, .1, .15, .03), depth=.04)
    pen.flat(mix(WOOD, CREAM, .4), box(-.11, .125, .11, .165, .015))


@subject("airplane", synonyms=(("plane", "planes"), ("aeroplane", "aeroplanes")), wide=1.9,
         tall=.68, flies=.8)
def draw_airplane(pen: Pen, coat: Coat) -> None:
    if not pen.aloft:
        for x in (.3, -.5):
            pen.flat(SLATE, ribbon(((x, .3), (x, .1)), .06, .06), oval(x, .08, .09, .09))
    pen.form(coat.dark, poly((.1, .6), (.34, .6), (.02, .86), (-.16, .86)), depth=.03)
    pen.form(coat.accent, smooth((-.92, .94), (-.76, .96), (-.5, .58), (-.88, .52)), depth=.05)
    pen.form(coat.base, smooth((-.94, .56), (-.6, .64), (-.1, .72), (.4, .74), (.74, .66),
                               (.88, .5), (.76, .34), (.4, .26), (-.1, .28), (-.6, .42)), depth=.09)
    pen.flat(coat.trim, smooth((-.7, .47), (-.1, .42), (.4, .4), (.8, .41), (.74, .33), (.4, .27),
                               (-.1, .3), (-.6, .42)))
    pen.window(smooth((.52, .7), (.66, .68), (.78, .56), (.54, .54)),
               *(oval(x, .58, .055, .06) for x in (.32, .12, -.08, -.28)), glass=GLASS)
    pen.form(coat.accent, smooth((.34, .46), (.3, .36), (-.28, .0), (-.46, .02), (-.1, .42)),
             depth=.04)
    pen.form(coat.accent, smooth((-.6, .56), (-.64, .48), (-.96, .4), (-1.0, .46), (-.8, .56)),
             depth=.02)
    pen.flat(GOLD, oval(.89, .5, .06, .08))
    pen.flat(mix(SLATE, GLASS, .5), oval(.94, .5, .03, .3))
