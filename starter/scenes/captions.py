"""Says what a scene shows, the way people type it: never more than the facts, often less."""

import random
import re
from collections.abc import Iterable

from starter.scenes.facts import TIMES, WEATHERS, Facts
from starter.scenes.palette import COLOURS
from starter.scenes.places import PLACES
from starter.scenes.subjects import SUBJECTS, Subject

_SHADES: dict[str, tuple[str, ...]] = {
    "red": ("red", "crimson", "scarlet", "bright red"),
    "blue": ("blue", "bright blue"),
    "green": ("green", "bright green"),
    "yellow": ("yellow", "golden yellow", "bright yellow"),
    "purple": ("purple", "violet"),
    "orange": ("orange", "bright orange"),
    "pink": ("pink", "rosy pink"),
    "white": ("white", "snow white"),
    "black": ("black", "dark black"),
    "teal": ("teal", "turquoise"),
}
_SIZES = {"small": ("small", "little", "tiny"), "large": ("large", "big", "huge", "giant")}
_POSITIONS = {
    "left": ("on the left", "on the left side", "to the left"),
    "right": ("on the right", "on the right side", "to the right"),
    "in the distance": ("in the distance", "far away"),
    "in the sky": ("in the sky", "up in the sky", "flying", "flying in the sky"),
}
_COUNTS = {2: ("two", "two", "2", "a pair of"), 3: ("three", "three", "3")}
_TIME_TAGS = {
    "day": ("day", "daytime", "daylight"),
    "sunset": ("sunset", "dusk", "evening"),
    "night": ("night", "nighttime"),
    "dawn": ("dawn", "sunrise", "early morning"),
}
_WEATHER_TAGS = {
    "snow": ("snow falling", "snowing"),
    "rain": ("rain", "rainy"),
    "clouds": ("clouds", "cloudy"),
    "stars": ("stars", "starry sky"),
    "fog": ("fog", "misty"),
    "full moon": ("full moon",),
    "big sun": ("big sun",),
}
_IN_THE_SKY = ("flying near", "in the sky near", "in the sky and", "in the air with")
_BESIDE = ("beside", "next to", "near", "and", "with")
_LEADS = ("", "", "", "", "", "", "", "a picture of ", "an illustration of ", "a drawing of ")
_ARTICLES = ("a", "a", "a", "a", "a", "a", "the", "one", "")
_LETTERS = re.compile(r"[a-z0-9]+")


def caption_of(facts: Facts, rng: random.Random) -> str:
    """A caption of the facts; about one in a hundred has a typing mistake."""
    text = _compose(facts, rng)
    if rng.random() < 0.01:
        return _mistype(text, rng)
    return text[0].upper() + text[1:] if rng.random() < 0.03 else text


def caption_words() -> set[str]:
    """Every word that a correctly typed caption of facts can contain."""
    tables: list[Iterable[str]] = [
        *_SHADES.values(),
        *_SIZES.values(),
        *_POSITIONS.values(),
        *_COUNTS.values(),
        *_TIME_TAGS.values(),
        *_WEATHER_TAGS.values(),
        *TIMES.values(),
        *WEATHERS.values(),
        _BESIDE,
        _IN_THE_SKY,
        _LEADS,
        _ARTICLES,
        ("an", "and"),
        COLOURS,
    ]
    tables += [p.phrases + p.nouns for p in PLACES.values()]
    tables += [
        (s.name, s.plural, *(w for pair in s.synonyms for w in pair)) for s in SUBJECTS.values()
    ]
    return {word for table in tables for text in table for word in _LETTERS.findall(text.lower())}


def _compose(facts: Facts, rng: random.Random) -> str:
    manner = rng.random()
    if manner < 0.12:
        return _tags(facts, rng)
    noun = _noun_phrase(facts, rng)
    rest = _surroundings(facts, rng)
    if manner < 0.24 and rest:
        front = rest.pop(rng.randrange(len(rest)))
        return f"{front}, {' '.join([noun, *rest])}"
    return rng.choice(_LEADS) + _joined(noun, rest, rng)


def _joined(noun: str, rest: list[str], rng: random.Random) -> str:
    if len(rest) > 1 and rng.random() < 0.12:
        return ", ".join([" ".join([noun, rest[0]]), *rest[1:]])
    return " ".join([noun, *rest])


def _surroundings(facts: Facts, rng: random.Random) -> list[str]:
    full = rng.random() < 0.85
    phrases = []
    if facts.position and not facts.second and (full or rng.random() < 0.5):
        phrases.append(rng.choice(_POSITIONS[facts.position]))
    where = rng.choice(PLACES[facts.place].phrases)
    when = rng.choice(TIMES[facts.time])
    pair = [where, when] if rng.random() < 0.8 else [when, where]
    phrases += pair if full else rng.sample(pair, rng.randint(0, 1))
    if facts.weather and rng.random() < (0.92 if full else 0.4):
        phrases.append(rng.choice(WEATHERS[facts.weather]))
    return phrases


def _tags(facts: Facts, rng: random.Random) -> str:
    tags = [rng.choice(PLACES[facts.place].nouns), rng.choice(_TIME_TAGS[facts.time])]
    if facts.weather:
        tags.append(rng.choice(_WEATHER_TAGS[facts.weather]))
    if facts.position and not facts.second:
        tags.insert(0, rng.choice(_POSITIONS[facts.position]))
    if rng.random() < 0.2:
        tags.pop(rng.randrange(len(tags)))
    return ", ".join([_noun_phrase(facts, rng, bare=True), *tags])


def _noun_phrase(facts: Facts, rng: random.Random, bare: bool = False) -> str:
    colour = None if rng.random() < 0.04 else facts.colour
    words = [_amount(facts.count, bare, rng)]
    if facts.size and rng.random() < 0.9:
        words.append(rng.choice(_SIZES[facts.size]))
    if colour:
        words.append(_shade(colour, rng))
    words.append(_name_of(SUBJECTS[facts.subject], facts.count, rng))
    phrase = _with_article(" ".join(w for w in words if w))
    if facts.second and facts.second_colour and rng.random() < 0.93:
        flies = facts.position == "in the sky"
        link = rng.choice(_IN_THE_SKY if flies else _BESIDE)
        phrase += f" {link} {_second(facts.second, facts.second_colour, rng)}"
    return phrase


def _second(name: str, colour: str, rng: random.Random) -> str:
    return _with_article(f"a {_shade(colour, rng)} {_name_of(SUBJECTS[name], 1, rng)}")


def _amount(count: int, bare: bool, rng: random.Random) -> str:
    if count > 1:
        return rng.choice(_COUNTS[count])
    return "" if bare and rng.random() < 0.8 else rng.choice(_ARTICLES)


def _shade(colour: str, rng: random.Random) -> str:
    return colour if rng.random() < 0.9 else rng.choice(_SHADES[colour])


def _name_of(subject: Subject, count: int, rng: random.Random) -> str:
    names = (subject.name, subject.plural)
    if subject.synonyms and rng.random() < 0.2:
        names = rng.choice(subject.synonyms)
    return names[1] if count > 1 else names[0]


def _with_article(phrase: str) -> str:
    head, _, rest = phrase.partition(" ")
    return f"an {rest}" if head == "a" and rest[:1] in ("a", "e", "i", "o", "u") else phrase


def _mistype(text: str, rng: random.Random) -> str:
    spots = [i for i in range(1, len(text) - 2) if text[i : i + 2].isalpha()]
    if not spots:
        return text
    i = rng.choice(spots)
    if rng.random() < 0.5:
        return text[:i] + text[i + 1 :]
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
