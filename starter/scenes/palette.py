"""Colours, and the light of each time of day that falls on them."""

import random
from dataclasses import dataclass

Colour = tuple[int, int, int]

COLOURS: dict[str, Colour] = {
    "red": (222, 58, 50),
    "blue": (44, 104, 214),
    "green": (46, 150, 70),
    "yellow": (250, 206, 50),
    "purple": (138, 74, 186),
    "orange": (244, 132, 38),
    "pink": (248, 142, 182),
    "white": (246, 244, 238),
    "black": (44, 44, 54),
    "teal": (22, 162, 168),
    "brown": (124, 76, 44),
    "grey": (136, 140, 150),
    "lime": (168, 226, 40),
    "magenta": (212, 32, 146),
}
CREAM: Colour = (252, 242, 222)
INK: Colour = (38, 34, 48)
SLATE: Colour = (84, 92, 112)
WOOD: Colour = (150, 98, 62)
GLASS: Colour = (176, 222, 240)
LAMP: Colour = (255, 222, 128)
GOLD: Colour = (250, 190, 66)
LEAF: Colour = (78, 158, 82)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """`share` of b in a."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def scale(colour: Colour, by: tuple[float, float, float] | float) -> Colour:
    """Each channel multiplied and held within 0 to 255."""
    r, g, b = (by, by, by) if isinstance(by, int | float) else by
    return (
        min(255, round(colour[0] * r)),
        min(255, round(colour[1] * g)),
        min(255, round(colour[2] * b)),
    )


@dataclass(frozen=True)
class Light:
    """How one time of day lights a scene; `side` is -1 when the light comes from the left."""

    time: str
    sky: tuple[Colour, Colour, Colour]
    haze: Colour
    tint: tuple[float, float, float]
    ambient: Colour
    ambience: float
    shade: tuple[float, float, float]
    rim: Colour
    rim_strength: float
    sun: Colour
    side: int = -1
    fog: float = 0.0

    @property
    def dark(self) -> bool:
        return self.time == "night"

    def on_land(self, colour: Colour, depth: float = 0) -> Colour:
        """Land far away (depth 1) dissolves into the haze."""
        lit = mix(scale(colour, self.tint), self.ambient, self.ambience)
        return mix(lit, self.haze, depth + self.fog * (1 - depth))

    def on_snow(self, colour: Colour, depth: float = 0) -> Colour:
        """Snow keeps more of its white than other land, else a red sky turns it to sand."""
        share = {"sunset": 0.42, "dawn": 0.2}.get(self.time, 0)
        return mix(self.on_land(colour, depth), colour, share * (1 - self.fog))

    def graze(self, colour: Colour) -> Colour:
        """The edge of land that low light touches."""
        return mix(colour, self.rim, {"sunset": 0.2, "dawn": 0.12, "night": 0.1}.get(self.time, 0))

    def sink(self, colour: Colour) -> Colour:
        """Land that lies away from low light."""
        share = {"sunset": 0.28, "dawn": 0.12, "night": 0.16}.get(self.time, 0)
        return mix(colour, self.ambient, share)

    def on_subject(self, colour: Colour, depth: float = 0) -> Colour:
        """Subjects are tinted far less: blue stays blue, yellow never turns olive."""
        lit = mix(scale(colour, _SUBJECT_TINTS[self.time]), self.ambient, self.ambience * 0.2)
        return mix(lit, self.haze, depth)


@dataclass(frozen=True)
class Mood:
    """One palette of a time of day."""

    sky: tuple[Colour, Colour, Colour]
    haze: Colour
    ambient: Colour


_MOODS: dict[str, tuple[Mood, ...]] = {
    "day": (
        Mood(((74, 158, 226), (142, 206, 240), (222, 240, 242)), (200, 228, 240), (90, 130, 180)),
        Mood(((58, 172, 204), (140, 214, 220), (246, 244, 220)), (216, 236, 226), (80, 140, 160)),
        Mood(((96, 176, 238), (176, 222, 246), (252, 246, 232)), (222, 236, 240), (96, 130, 170)),
    ),
    "sunset": (
        Mood(((92, 44, 126), (238, 82, 74), (255, 176, 74)), (246, 128, 86), (112, 30, 92)),
        Mood(((64, 44, 132), (222, 70, 104), (255, 152, 74)), (242, 112, 92), (96, 34, 104)),
        Mood(((150, 46, 104), (250, 108, 58), (255, 206, 96)), (250, 144, 82), (118, 30, 74)),
    ),
    "night": (
        Mood(((12, 18, 54), (28, 46, 100), (70, 96, 158)), (58, 82, 142), (16, 28, 80)),
        Mood(((8, 26, 54), (16, 58, 94), (54, 116, 138)), (40, 92, 122), (8, 36, 72)),
        Mood(((24, 16, 62), (56, 40, 114), (122, 88, 158)), (88, 66, 138), (30, 20, 78)),
    ),
    "dawn": (
        Mood(((146, 184, 236), (226, 206, 236), (255, 204, 212)), (230, 210, 234), (124, 136, 206)),
        Mood(((160, 204, 238), (214, 220, 244), (255, 212, 224)), (220, 216, 240), (120, 146, 206)),
        Mood(((166, 170, 236), (236, 196, 226), (255, 214, 214)), (236, 206, 230), (134, 128, 206)),
    ),
}
_TINTS = {
    "day": (1.0, 1.0, 1.0),
    "sunset": (1.04, 0.74, 0.66),
    "night": (0.60, 0.67, 0.88),
    "dawn": (0.88, 0.92, 1.02),
}
_SUBJECT_TINTS: dict[str, tuple[float, float, float]] = {
    "day": (1.0, 1.0, 1.0),
    "sunset": (1.0, 0.92, 0.91),
    "night": (0.92, 0.88, 1.0),
    "dawn": (0.98, 0.97, 1.0),
}
_AMBIENCE = {"day": 0.0, "sunset": 0.22, "night": 0.24, "dawn": 0.16}
_SHADES = {
    "day": (0.74, 0.76, 0.86),
    "sunset": (0.66, 0.54, 0.68),
    "night": (0.58, 0.60, 0.76),
    "dawn": (0.72, 0.72, 0.86),
}
_RIMS: dict[str, tuple[Colour, float]] = {
    "day": ((255, 250, 226), 0.30),
    "sunset": ((255, 206, 120), 0.75),
    "night": ((160, 190, 250), 0.5),
    "dawn": ((255, 236, 236), 0.5),
}
_VEILS: dict[str, Colour] = {
    "day": (206, 218, 230),
    "sunset": (226, 136, 112),
    "night": (112, 126, 166),
    "dawn": (214, 208, 234),
}
_VEILING = {"rain": 0.7, "snow": 0.8, "fog": 1.1}
_SUNS: dict[str, Colour] = {
    "day": (255, 238, 150),
    "sunset": (255, 228, 120),
    "night": (250, 246, 220),
    "dawn": (255, 250, 240),
}


def light_of(time: str, weather: str | None, rng: random.Random) -> Light:
    """One of the palettes of that time, lit from a random side, dulled by bad weather."""
    mood = rng.choice(_MOODS[time])
    rim, strength = _RIMS[time]
    dull = {"rain": 0.4, "snow": 0.15, "fog": 0.5}.get(weather or "", 0.0)
    veil = scale(_VEILS[time], _VEILING.get(weather or "", 1.0))
    top, middle, bottom = (mix(c, veil, dull) for c in mood.sky)
    fog = {"fog": 0.52, "rain": 0.12, "snow": 0.1}.get(weather or "", 0.0)
    return Light(
        time,
        (top, middle, bottom),
        mix(mood.haze, veil, dull),
        _TINTS[time],
        mood.ambient,
        _AMBIENCE[time],
        _SHADES[time],
        rim,
        strength,
        _SUNS[time],
        rng.choice((-1, 1)),
        fog,
    )
