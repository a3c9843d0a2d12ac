"""What a scene shows, in words: the vocabularies and the facts drawn from them."""

import hashlib
import random
from dataclasses import dataclass

from starter.scenes.palette import COLOURS
from starter.scenes.places import PLACES
from starter.scenes.subjects import SUBJECTS

TIMES: dict[str, tuple[str, ...]] = {
    "day": ("during the day", "in daylight", "in the daytime", "at noon", "by day", "at midday"),
    "sunset": ("at sunset", "at sundown", "in the evening", "at dusk", "in the sunset"),
    "night": ("at night", "by night", "after dark", "in the dark of night", "at midnight"),
    "dawn": ("at dawn", "at sunrise", "in the early morning", "at daybreak", "at first light"),
}
WEATHERS: dict[str, tuple[str, ...]] = {
    "snow": (
        "in the falling snow",
        "while it snows",
        "with snow falling",
        "with snowflakes",
        "in a snowfall",
    ),
    "rain": ("in the rain", "in rainy weather", "while it rains", "with rain", "on a rainy day"),
    "clouds": ("under a cloudy sky", "with clouds", "with big clouds", "under clouds"),
    "stars": ("under the stars", "with stars", "under a starry sky", "with many stars"),
    "fog": ("in the fog", "in mist", "in foggy weather", "with fog", "in thick fog"),
    "full moon": (
        "under a full moon",
        "with a full moon",
        "below the full moon",
        "in the light of the full moon",
    ),
    "big sun": ("under a big sun", "with a big sun", "with a huge sun", "in front of a big sun"),
}
POSITIONS = ("left", "right", "in the distance", "in the sky", "close up")
SIZES = ("small", "large")
POSES = ("jumping", "sleeping", "running", "waving")

_HELD_OUT_PERCENT = 6


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
    pose: str | None = None


def fits(time: str, weather: str | None) -> bool:
    """Stars and the full moon belong to the night, the big sun to the other times."""
    if weather in ("stars", "full moon"):
        return time == "night"
    return weather != "big sun" or time != "night"


def held_out(facts: Facts) -> bool:
    """Whether training must never see this: about 6 % of all (subject, colour, place)."""
    pairs = [(facts.subject, facts.colour)]
    if facts.second and facts.second_colour:
        pairs.append((facts.second, facts.second_colour))
    return any(_is_reserved(name, colour, facts.place) for name, colour in pairs)


def _is_reserved(subject: str, colour: str, place: str) -> bool:
    digest = hashlib.sha256(f"{subject}|{colour}|{place}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < _HELD_OUT_PERCENT


def sample_facts(rng: random.Random) -> Facts:
    """Facts that can be drawn together and are not held out: one scene in six is of a pair."""
    while True:
        facts = _sample_any(rng)
        if not held_out(facts):
            return facts


def sample_unseen_facts(rng: random.Random) -> Facts:
    """Facts of one subject that `sample_facts` never gives: for evaluation."""
    while True:
        facts = _sample_single(rng)
        if held_out(facts):
            return facts


def _sample_any(rng: random.Random) -> Facts:
    count = rng.choices((1, 2, 3), (80, 12, 8))[0]
    if count > 1:
        return _sample_group(count, rng)
    return _sample_pair(rng) if rng.random() < 0.19 else _sample_single(rng)


def _sample_single(rng: random.Random) -> Facts:
    subject = rng.choice(list(SUBJECTS))
    position = _sample_position(subject, ("left", "right", "in the distance", "close up"), rng)
    far_or_near = position in ("in the distance", "close up")
    size = rng.choice(SIZES) if not far_or_near and rng.random() < 0.2 else None
    colour, place, time, weather = _sample_scene(rng)
    pose = _sample_pose(subject, position, rng)
    return Facts(subject, colour, place, time, weather, position=position, size=size, pose=pose)


def _sample_group(count: int, rng: random.Random) -> Facts:
    subject = rng.choice(list(SUBJECTS))
    position = _sample_position(subject, ("in the distance",), rng)
    size = rng.choice(SIZES) if position != "in the distance" and rng.random() < 0.2 else None
    return Facts(subject, *_sample_scene(rng), count=count, position=position, size=size)


def _sample_pair(rng: random.Random) -> Facts:
    subject = rng.choice(list(SUBJECTS))
    second = rng.choice([s for s in SUBJECTS if s != subject])
    colour, place, time, weather = _sample_scene(rng)
    other = rng.choice([c for c in COLOURS if c != colour])
    position = _sample_position(subject, (), rng)
    return Facts(
        subject, colour, place, time, weather, 1, position, second=second, second_colour=other
    )


def _sample_scene(rng: random.Random) -> tuple[str, str, str, str | None]:
    time = rng.choice(list(TIMES))
    weather = rng.choice([w for w in WEATHERS if fits(time, w)]) if rng.random() < 0.45 else None
    return rng.choice(list(COLOURS)), rng.choice(list(PLACES)), time, weather


def _sample_position(subject: str, others: tuple[str, ...], rng: random.Random) -> str | None:
    if SUBJECTS[subject].flies and rng.random() < 0.45:
        return "in the sky"
    return rng.choice(others) if others and rng.random() < 0.22 else None


def _sample_pose(subject: str, position: str | None, rng: random.Random) -> str | None:
    poses = SUBJECTS[subject].poses
    if not poses or position in ("in the sky", "in the distance") or rng.random() > 0.27:
        return None
    return rng.choice(poses)
