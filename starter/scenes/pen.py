"""Draws one subject in its own units: y up from the ground, 1 is the subject's height."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from starter.scenes.canvas import Canvas
from starter.scenes.geometry import Outline, Point, oval, ribbon
from starter.scenes.palette import COLOURS, CREAM, INK, LAMP, Colour, mix, scale

# What a pose does to every point (x, y) of a subject: rearing up, leaning ahead, sinking down.
_STANCES: dict[str, Outline] = {
    "jumping": np.array([[0.993, 0.122], [-0.122, 0.993]]),
    "running": np.array([[1.0, 0.0], [0.17, 1.0]]),
    "sleeping": np.array([[1.06, 0.0], [0.0, 0.86]]),
}


@dataclass(frozen=True)
class Coat:
    """The colour asked for, with the tones that go with it."""

    name: str
    base: Colour
    light: Colour
    dark: Colour
    accent: Colour

    @property
    def trim(self) -> Colour:
        """A pale detail that stands out from the body."""
        return scale(self.base, 0.8) if self.name == "white" else CREAM

    @property
    def ink(self) -> Colour:
        """A drawn line that stands out from the body."""
        return CREAM if self.name == "black" else INK


def coat_of(name: str) -> Coat:
    """The tones of a named colour."""
    base = COLOURS[name]
    light = mix(base, (255, 255, 255), 0.22 if name == "black" else 0.42)
    dark = mix(base, (70, 76, 110), 0.3) if name == "white" else scale(base, 0.7)
    accent = COLOURS["teal"] if name in ("red", "orange", "pink", "yellow") else COLOURS["orange"]
    return Coat(name, base, light, dark, accent)


@dataclass(frozen=True)
class Pen:
    """`x`, `y` is the foot in pixels, `h` the height in pixels; flip mirrors left and right.

    Subjects are drawn looking right; `pose` bends whatever the pen draws.
    """

    canvas: Canvas
    x: float
    y: float
    h: float
    flip: int = 1
    haze: float = 0.0
    aloft: bool = False
    pose: str | None = None

    @property
    def dark(self) -> bool:
        return self.canvas.light.dark

    @property
    def asleep(self) -> bool:
        return self.pose == "sleeping"

    def stride(self, reach: float) -> float:
        """How far a foot is put forward in a run or a jump; 0 for who stands."""
        return reach * {"running": 1.0, "jumping": 0.8}.get(self.pose or "", 0.0)

    def shifted(self, dx: float, dy: float) -> Self:
        """The same pen elsewhere, by a share of the height."""
        return replace(self, x=self.x + self.flip * dx * self.h, y=self.y - dy * self.h)

    def lying(self, drop: float) -> Self:
        """A pen that lets a sleeper down by `drop`; `leg` folds the legs to match."""
        return self.shifted(0, -drop * 0.86) if self.asleep else self

    def leg(self, hip: Point, width: float, reach: float = 0.0, drop: float = 0.0) -> Outline:
        """A leg from the hip to the ground: put out by `reach` in a stride, folded in sleep."""
        x, top = hip
        if self.asleep:
            low = width * 0.45 + drop
            return ribbon(((x - 0.08, low), (x + 0.14, low)), width, width * 0.8)
        return ribbon(((x, top), (x + self.stride(reach), width * 0.4)), width, width * 0.78)

    def place(self, outline: Outline) -> Outline:
        if self.pose in _STANCES:
            outline = outline @ _STANCES[self.pose]
        return np.asarray(outline * (self.flip * self.h, -self.h) + (self.x, self.y))

    def form(self, colour: Colour, *parts: Outline, depth: float = 0.07) -> None:
        """A body with a lit and a shaded side; parts melt into one silhouette. What is all
        but flat has no lit edge."""
        placed = self._lay(colour, parts)
        rim = self.h * 0.016 * (2 if self.canvas.light.time in ("sunset", "night") else 1)
        self.canvas.model(placed, self.h * depth, rim if depth > 0.02 or not depth else 0)

    def flat(self, colour: Colour, *parts: Outline) -> None:
        """A detail without modelling."""
        self._lay(colour, parts)

    def _lay(self, colour: Colour, parts: tuple[Outline, ...]) -> list[Outline]:
        paint = self.canvas.light.on_subject(colour, self.haze)
        placed = [self.place(p) for p in parts]
        for part in placed:
            self.canvas.fill(part, paint)
        return placed

    def window(self, *parts: Outline, glass: Colour = (150, 200, 226)) -> None:
        """Glass by day, lamp light by night and dusk."""
        time = self.canvas.light.time
        if time in ("day", "dawn"):
            self.flat(glass, *parts)
            return
        for part in parts:
            self.canvas.fill(self.place(part), mix(LAMP, self.canvas.light.haze, self.haze))
        if time == "night":
            for part in parts:
                middle = part.mean(0)
                self.glow(float(middle[0]), float(middle[1]), 0.16, 0.45)

    def glow(
        self, x: float, y: float, radius: float, strength: float = 0.7, colour: Colour = LAMP
    ) -> None:
        """Light around a lamp."""
        px, py = self.place(np.array([[x, y]]))[0]
        self.canvas.soft((px, py), (radius * self.h, radius * self.h), colour, strength)

    def eye(
        self, x: float, y: float, radius: float = 0.035, colour: Colour = INK, lid: Colour = INK
    ) -> None:
        """A round eye with a catch-light; a sleeper's is a closed `lid`."""
        if self.asleep:
            self.lid(x, y, radius * 1.25, lid)
            return
        self.flat(colour, oval(x, y, radius, radius * 1.15))
        self.flat(
            (255, 255, 255), oval(x + radius * 0.3, y + radius * 0.4, radius * 0.42, radius * 0.42)
        )

    def lid(self, x: float, y: float, reach: float, colour: Colour = INK) -> None:
        """A closed eye: one curve, `reach` to each side."""
        curve = ((x - reach, y + reach * 0.2), (x, y - reach * 0.5), (x + reach, y + reach * 0.2))
        self.flat(colour, ribbon(curve, reach * 0.5, reach * 0.5))
