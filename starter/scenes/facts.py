"""What a scene shows, in words: the vocabularies and the facts drawn from them."""

import random
from dataclasses import dataclass

from starter.scenes.palette import COLOURS
from starter.scenes.places import PLACES
from starter.scenes.subjects import SUBJECTS

TIMES: dict[str, tuple[str, ...]] = {
    "day": ("during the day", "in daylight", "in the daytime", "at noon", "by day"),
    "sunset": ("at sunset", "at sundown", "in the evening", "at dusk"),
    "night": ("at night", "by night", "after dark", "in the dark of night"),
    "dawn": ("at dawn", "at sunrise", "in the early morning", "at daybreak"),
}
WEATHERS: dict[str, tuple[str, ...]] = {
    "snow": ("in the falling snow", "while it snows", "with snow falling", "with snowflakes"),
    "rain": ("in the rain", "in rainy weather", "while it rains", "with rain"),
    "clouds": ("under a cloudy sky", "with clouds", "with big clouds", "under clouds"),
    "stars": ("under the stars", "with stars", "under a starry sky", "with many stars"),
    "fog": ("in the fog", "in mist", "in foggy weather", "with fog"),
    "full moon": ("under a full moon", "with a full moon", "below the full moon"),
    "big sun": ("under a big sun", "with a big sun", "with a huge sun"),
}
POSITIONS = ("left", "right", "in the distance", "in the sky")
SIZES = ("small", "large")


@dataclass(frozen=True)
class Facts:
    """Every name is a key of its vocabulary; None where nothing is said."""

    subject: str
    colour: str
    place: str
    time: str
    weather: str | None = None
    count: int = 1
    position: str | None = None
    size: str | None = None
    second: str | None = None
    second_colour: str | None = None


def fits(time: str, weather: str | None) -> bool:
    """Stars and the full moon belong to the night, the big sun to the other times."""
    if weather in ("stars", "full moon"):
        return time == "night"
    return weather != "big sun" or time != "night"


def sample_facts(rng: random.Random) -> Facts:
    """Facts that can be drawn together: one subject in six scenes has company."""
    subject, colour = rng.choice(list(SUBJECTS)), rng.choice(list(COLOURS))
    time = rng.choice(list(TIMES))
    weather = rng.choice([w for w in WEATHERS if fits(time, w)]) if rng.random() < 0.45 else None
    count = rng.choices((1, 2, 3), (78, 13, 9))[0]
    second, second_colour = None, None
    if count == 1 and rng.random() < 0.19:
        second = rng.choice([s for s in SUBJECTS if s != subject])
        second_colour = rng.choice([c for c in COLOURS if c != colour])
    position = _sample_position(subject, count, second, rng)
    size = None
    if second is None and position != "in the distance" and rng.random() < 0.2:
        size = rng.choice(SIZES)
    return Facts(
        subject,
        colour,
        rng.choice(list(PLACES)),
        time,
        weather,
        count,
        position,
        size,
        second,
        second_colour,
    )


def _sample_position(
    subject: str, count: int, second: str | None, rng: random.Random
) -> str | None:
    if SUBJECTS[subject].flies and rng.random() < 0.45:
        return "in the sky"
    if second or rng.random() > 0.2:
        return None
    return rng.choice(("left", "right", "in the distance") if count == 1 else ("in the distance",))
