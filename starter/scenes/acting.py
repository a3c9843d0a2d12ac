"""Brings one actor onto the sheet: its shadow or reflection, and what its pose stirs up."""

from dataclasses import dataclass

import numpy as np

from starter.scenes.canvas import SIZE, Box, Canvas
from starter.scenes.geometry import Outline, oval, poly
from starter.scenes.palette import Colour, mix
from starter.scenes.pen import Pen, coat_of
from starter.scenes.subjects import Subject

_LETTER_Z = poly(
    (-0.5, 0.5),
    (0.5, 0.5),
    (0.5, 0.2),
    (0.0, -0.22),
    (0.5, -0.22),
    (0.5, -0.5),
    (-0.5, -0.5),
    (-0.5, -0.2),
    (0.0, 0.22),
    (-0.5, 0.22),
)
_DISC = oval(0, 0, 1, 1)


@dataclass
class Actor:
    """One subject with its spot: `y` is the row of its feet, `h` its height in pixels."""

    subject: Subject
    colour: str
    label: int
    x: float
    y: float
    h: float
    flip: int
    haze: float = 0.0
    aloft: bool = False
    afloat: bool = False
    pose: str | None = None

    @property
    def half(self) -> float:
        """Half its width in pixels."""
        return self.h * self.subject.width(self.pose) / 2

    @property
    def lift(self) -> float:
        """How far it is off the ground it belongs to, in pixels."""
        if self.aloft:
            return 0.0
        if self.pose == "jumping":
            return max(0.12 * self.h, min(0.34 * self.h, self.y - 1.1 * self.h - 8))
        return self.subject.hovers * self.h


def perform(canvas: Canvas, actor: Actor) -> None:
    """One actor with its shadow or reflection."""
    if not actor.aloft and not actor.afloat:
        _cast_shadow(canvas, actor)
    if actor.pose == "running":
        _raise_dust(canvas, actor)
    show(canvas, actor)
    if actor.afloat:
        _reflect(canvas, actor)
    elif not actor.aloft and not actor.lift:
        _warm_from_below(canvas, actor)
    if actor.pose == "sleeping":
        _write_snores(canvas, actor)


def show(canvas: Canvas, actor: Actor) -> None:
    """The actor alone."""
    canvas.label = actor.label
    foot = actor.y - actor.lift
    pen = Pen(canvas, actor.x, foot, actor.h, actor.flip, actor.haze, actor.aloft, actor.pose)
    actor.subject.draw(pen, coat_of(actor.colour))


def _cast_shadow(canvas: Canvas, actor: Actor) -> None:
    """A long soft shadow away from the light and a dark one right at the feet, both the paler
    and the smaller the higher the actor is."""
    low = canvas.light.time in ("sunset", "dawn")
    near = 1 - 0.9 * min(1.0, actor.lift / actor.h)
    reach = actor.half * near
    shift = -canvas.light.side * reach * (0.62 if low else 0.3)
    wide = reach * (1.7 if low else 1.4)
    deep = max(8.0, actor.h * (0.09 if low else 0.11))
    canvas.shadow((actor.x + shift, actor.y), (wide, deep), 1.3 * near)
    canvas.shadow((actor.x, actor.y), (reach * 1.05, max(6.0, actor.h * 0.05)), near)


def _reflect(canvas: Canvas, actor: Actor) -> None:
    half = actor.half * 1.24
    left, right = max(0, int(actor.x - half)), min(SIZE, int(actor.x + half))
    low = min(SIZE, int(actor.y + actor.h * 0.8))
    canvas.mirror(int(actor.y), Box(left, int(actor.y), right, low), 0.5, actor.label)


def _warm_from_below(canvas: Canvas, actor: Actor) -> None:
    """The lit ground throws a little of its colour back on the actor's lower part."""
    tall = int(actor.h * 0.4)
    x, y = int(actor.x - actor.half), int(actor.y)
    area = Box(max(0, x), max(0, y - tall), min(SIZE, x + int(2 * actor.half)), min(SIZE, y))
    if area.empty or tall < 8:
        return
    spot = np.asarray(canvas.image[min(y + 6, SIZE - 1), min(max(x, 0), SIZE - 1)], int)
    ramp = np.linspace(0, 255, tall).astype(np.uint8)[: area.y1 - area.y0, None]
    own = canvas.labels[area.y0 : area.y1, area.x0 : area.x1] == actor.label
    ground = (int(spot[0]), int(spot[1]), int(spot[2]))
    canvas.lighten(area, np.asarray(ramp * own, np.uint8), ground, 0.26)


def _raise_dust(canvas: Canvas, actor: Actor) -> None:
    """Three puffs where the runner has just been, in a pale tone of the ground."""
    back = actor.x - actor.flip * actor.half * 0.95
    light = canvas.light
    tone = mix(light.on_land((236, 222, 200)), light.haze, 0.5)
    unit = max(9.0, min(actor.h * 0.1, 30))
    puffs = ((0.0, 0.5, 0.8), (1.35, 0.75, 1.0), (2.6, 0.5, 0.6))
    parts = [
        _DISC * (unit * r, unit * r * 0.86) + (back - actor.flip * unit * x, actor.y - unit * y)
        for x, y, r in puffs
    ]
    for part in parts:
        canvas.touch(part, tone)
    canvas.puff(parts, unit * 0.3)


def _write_snores(canvas: Canvas, actor: Actor) -> None:
    """Three letters z that grow as they rise from the head."""
    unit = max(13.0, min(actor.h * 0.11, 34))
    top = max(actor.y - actor.h * 0.86, unit * 3.6)
    side = 1 if actor.x < SIZE * 0.62 else -1
    x = actor.x + side * min(actor.half * 0.5, actor.h * 0.3)
    for step, size in ((0.1, 0.75), (1.15, 1.0), (2.4, 1.3)):
        spot = (x + side * unit * (0.7 + step * 0.62), top - unit * step)
        canvas.touch(_letter(unit * size, spot), _legible_at(canvas, spot))


def _letter(size: float, spot: tuple[float, float]) -> Outline:
    return np.asarray(_LETTER_Z * (size, -size) + spot)


def _legible_at(canvas: Canvas, spot: tuple[float, float]) -> Colour:
    """Dark on a bright background, bright on a dark one."""
    x, y = (min(max(int(v), 8), SIZE - 8) for v in spot)
    around = canvas.image[y - 8 : y + 8, x - 8 : x + 8]
    return (66, 74, 128) if around.mean() > 150 else (255, 246, 220)
