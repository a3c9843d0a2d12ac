"""The house characters: fixed colours and proportions in any place, time and weather.

To add one, write a draw function that takes a Pen and a pose, and register it in CHARACTERS.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from starter.scenes import Scene
from starter.scenes.canvas import SIZE, SUBJECT
from starter.scenes.composition import Actor, finish, paint_setting
from starter.scenes.facts import TIMES, WEATHERS, Facts, fits
from starter.scenes.geometry import Point, box, oval, poly, ribbon, smooth
from starter.scenes.palette import CREAM, GOLD, INK, LAMP
from starter.scenes.pen import Coat, Pen
from starter.scenes.places import PLACES
from starter.scenes.subjects import Subject

_FUR = (240, 124, 48)
_DEEP = (206, 92, 40)
_TEAL = (24, 156, 156)
_ROSE = (250, 150, 140)


@dataclass(frozen=True)
class Character:
    """`kinds` are the ways to say what it is; `poses` maps a pose to its caption words."""

    draw: Callable[[Pen, str], None]
    kinds: tuple[str, ...]
    poses: dict[str, tuple[str, ...]]
    wide: float


def draw_pip(pen: Pen, pose: str) -> None:
    """Pip, a fox kit: big head, orange fur, cream muzzle, teal scarf, glowing lantern."""
    sitting = pose == "sitting"
    drop = -0.1 if sitting else 0.0
    _draw_tail(pen, sitting)
    _draw_legs(pen, pose)
    pen.form(_FUR, smooth((-.17, .1), (-.19, .26), (-.11, .44), (.11, .44), (.19, .26), (.17, .1),
                          (0, .06)) + (0, drop))
    pen.flat(CREAM, oval(.01, .26 + drop, .1, .13))
    hand = (.34, .24 + drop) if pose != "walking" else (.37, .3)
    _draw_arm(pen, ((.12, .38 + drop), (.24, .32 + drop), hand))
    far = {"waving": ((-.13, .38), (-.3, .46), (-.37, .66))}
    _draw_arm(pen, far.get(pose, ((-.13, .37 + drop), (-.2, .28 + drop), (-.17, .18 + drop))))
    _draw_lantern(pen, hand)
    _draw_scarf(pen, drop)
    _draw_head(pen, drop)


def _draw_tail(pen: Pen, sitting: bool) -> None:
    low = -.04 if sitting else .0
    pen.form(_FUR, smooth((-.08, .12 + low), (-.28, .04 + low), (-.48, .14 + low), (-.52, .36 + low),
                          (-.4, .5 + low), (-.34, .34 + low), (-.22, .26 + low)), depth=.04)
    pen.flat(CREAM, smooth((-.52, .3 + low), (-.52, .4 + low), (-.4, .5 + low), (-.36, .38 + low),
                           (-.43, .3 + low)))


def _draw_legs(pen: Pen, pose: str) -> None:
    if pose == "sitting":
        for s in (-1, 1):
            pen.form(_FUR, ribbon(((s * .1, .08), (s * .2, .05)), .12, .1), depth=.02)
            pen.flat(INK, oval(s * .24, .05, .065, .055))
        return
    spread = ((-.2, .02), (.2, .03)) if pose == "walking" else ((-.09, .02), (.1, .02))
    for s, (x, y) in zip((-1, 1), spread, strict=True):
        pen.form(_FUR, ribbon(((s * .08, .16), (x, y + .07)), .13, .1), depth=.02)
        pen.flat(INK, ribbon(((x - .015, y + .035), (x + .035, y + .03)), .085, .075))


def _draw_arm(pen: Pen, line: tuple[Point, ...]) -> None:
    pen.form(_FUR, ribbon(line, .1, .085), depth=.02)
    pen.flat(INK, oval(*line[-1], .052, .052))


def _draw_lantern(pen: Pen, hand: Point) -> None:
    x, y = hand[0] + .05, hand[1] - .04
    pen.glow(x, y - .1, .34, .55)
    pen.flat(INK, ribbon(((x - .05, y - .02), (x, y + .05), (x + .05, y - .02)), .026, .026))
    pen.flat(INK, poly((x - .075, y - .035), (x - .035, y + .005), (x + .035, y + .005),
                       (x + .075, y - .035)), box(x - .07, y - .2, x + .07, y - .165, .01))
    glass = pen.place(box(x - .058, y - .168, x + .058, y - .033))
    pen.canvas.fill(glass, LAMP)
    pen.canvas.fill(pen.place(smooth((x - .03, y - .15), (x, y - .07), (x + .03, y - .15))),
                    (255, 250, 220))
    pen.flat(GOLD, box(x - .066, y - .175, x - .046, y - .03), box(x + .046, y - .175, x + .066,
                                                                   y - .03))


def _draw_scarf(pen: Pen, drop: float) -> None:
    pen.form(_TEAL, ribbon(((-.1, .42 + drop), (-.2, .32 + drop), (-.21, .2 + drop)), .09, .1),
             depth=.02)
    pen.form(_TEAL, ribbon(((-.16, .46 + drop), (0, .42 + drop), (.16, .46 + drop)), .12, .12),
             depth=.03)


def _draw_head(pen: Pen, drop: float) -> None:
    y = drop
    ears = [smooth((s * .08, .82 + y), (s * .17, .93 + y), (s * .27, 1.02 + y), (s * .3, .86 + y),
                   (s * .28, .7 + y)) for s in (-1, 1)]
    face = smooth((-.37, .6 + y), (-.28, .78 + y), (0, .88 + y), (.28, .78 + y), (.37, .6 + y),
                  (.2, .49 + y), (0, .45 + y), (-.2, .49 + y))
    pen.form(_FUR, face, *ears, depth=.06)
    for s in (-1, 1):
        pen.flat(INK, smooth((s * .23, .965 + y), (s * .27, 1.02 + y), (s * .295, .92 + y)))
        pen.flat(_ROSE, smooth((s * .15, .83 + y), (s * .24, .93 + y), (s * .245, .78 + y)))
        pen.flat(CREAM, smooth((s * .36, .6 + y), (s * .2, .64 + y), (s * .06, .6 + y),
                               (0, .46 + y), (s * .2, .49 + y)))
    pen.flat(CREAM, oval(0, .545 + y, .13, .095))
    for s in (-1, 1):
        pen.eye(s * .15, .685 + y, .052)
        pen.flat(_ROSE, oval(s * .255, .585 + y, .045, .03))
    pen.flat(INK, oval(0, .6 + y, .045, .034))
    pen.flat(_DEEP, ribbon(((-.045, .525 + y), (0, .505 + y), (.045, .525 + y)), .022, .022))


CHARACTERS: dict[str, Character] = {
    "pip": Character(draw_pip, ("pip the fox", "pip the fox", "pip", "pip the little fox",
                                "pip the fox with a lantern"),
                     {"standing": ("standing", ""), "sitting": ("sitting", "sitting down"),
                      "waving": ("waving", "waving hello"), "walking": ("walking", "taking a walk")},
                     0.9),
}


def draw_character_scene(name: str, seed: int) -> Scene:
    """A character in a random pose, place, time and weather; KeyError for an unknown name."""
    character = CHARACTERS[name]
    rng = random.Random(f"{name} {seed}")
    time = rng.choice(list(TIMES))
    weather = rng.choice([w for w in WEATHERS if fits(time, w)]) if rng.random() < 0.4 else None
    facts = Facts(name, "orange", rng.choice(list(PLACES)), time, weather)
    pose = rng.choice(list(character.poses))
    setting = paint_setting(facts, rng)
    finish(setting, [_actor(character, pose, setting.stage.feet, rng)], facts, rng)
    canvas = setting.canvas
    return Scene(canvas.image, canvas.labels, _caption(character, facts, pose, rng), facts)


def _actor(character: Character, pose: str, feet: tuple[float, float],
           rng: random.Random) -> Actor:
    def draw(pen: Pen, _coat: Coat) -> None:
        character.draw(pen, pose)

    kind = Subject(pose, draw, "", wide=character.wide)
    return Actor(kind, "orange", SUBJECT, SIZE * rng.uniform(0.34, 0.66), rng.uniform(*feet),
                 rng.uniform(210, 320), rng.choice((-1, 1)))


def _caption(character: Character, facts: Facts, pose: str, rng: random.Random) -> str:
    words = [rng.choice(character.kinds), rng.choice(character.poses[pose])]
    where, when = rng.choice(PLACES[facts.place].phrases), rng.choice(TIMES[facts.time])
    words += [where, when] if rng.random() < 0.8 else rng.choice(([where], [when]))
    if facts.weather and rng.random() < 0.85:
        words.append(rng.choice(WEATHERS[facts.weather]))
    return " ".join(w for w in words if w)
