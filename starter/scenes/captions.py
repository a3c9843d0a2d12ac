"""Says what a scene shows, the way people type it: never more than the facts, often less."""

import random
import re
from collections.abc import Iterable

from starter.scenes import wording
from starter.scenes.facts import TIMES, WEATHERS, Facts
from starter.scenes.palette import COLOURS
from starter.scenes.places import PLACES
from starter.scenes.subjects import SUBJECTS, Subject

_LETTERS = re.compile(r"[a-z0-9]+")
_TYPING_MISTAKES = 0.02


def caption_of(facts: Facts, rng: random.Random) -> str:
    """A caption of the facts; about one in fifty has a typing mistake."""
    text = _compose(facts, rng)
    if rng.random() < _TYPING_MISTAKES:
        return _mistype(text, rng)
    return text[0].upper() + text[1:] if rng.random() < 0.03 else text


def caption_words() -> set[str]:
    """Every word that a correctly typed caption of facts can contain."""
    fixed = (wording.BESIDE, wording.IN_THE_SKY, wording.LEADS, wording.CLOSE_UPS, COLOURS)
    rows: list[Iterable[str]] = [*fixed, wording.ARTICLES, ("an", "and", "that is", "who is")]
    for table in (
        wording.SHADES,
        wording.SIZES,
        wording.POSITIONS,
        wording.COUNTS,
        wording.POSES,
        wording.POSES_AFTER,
        wording.TIME_TAGS,
        wording.WEATHER_TAGS,
        TIMES,
        WEATHERS,
    ):
        rows += table.values()
    rows += [p.phrases + p.nouns for p in PLACES.values()]
    rows += [_names_of(s) for s in SUBJECTS.values()]
    return {word for row in rows for text in row for word in _LETTERS.findall(text.lower())}


def known_words() -> dict[str, list[str]]:
    """What the starter can draw, as people type it, by group: subjects, colours, places, times,
    weathers, poses, positions, and for each group but the positions its `..._synonyms`."""
    plain = {
        "subjects": list(SUBJECTS),
        "colours": list(COLOURS),
        "places": [p.phrases[0] for p in PLACES.values()],
        "times": [phrases[0] for phrases in TIMES.values()],
        "weathers": [phrases[0] for phrases in WEATHERS.values()],
        "poses": [w for w in wording.POSES if any(w in s.poses for s in SUBJECTS.values())],
        "positions": [phrases[0] for phrases in wording.POSITIONS.values()],
    }
    others = {
        "subject": [_names_of(s) for s in SUBJECTS.values()],
        "colour": list(wording.SHADES.values()),
        "place": [p.phrases + p.nouns for p in PLACES.values()],
        "time": [TIMES[t] + wording.TIME_TAGS[t] for t in TIMES],
        "weather": [WEATHERS[w] + wording.WEATHER_TAGS[w] for w in WEATHERS],
        "pose": [wording.POSES[p] + wording.POSES_AFTER[p] for p in plain["poses"]],
    }
    return plain | {f"{k}_synonyms": _unlisted(rows, plain[k + "s"]) for k, rows in others.items()}


def _unlisted(rows: list[tuple[str, ...]], listed: list[str]) -> list[str]:
    return [text for text in dict.fromkeys(t for row in rows for t in row) if text not in listed]


def _names_of(subject: Subject) -> tuple[str, ...]:
    return (subject.name, subject.plural, *(w for pair in subject.synonyms for w in pair))


def _compose(facts: Facts, rng: random.Random) -> str:
    manner = rng.random()
    if manner < 0.12:
        return _tags(facts, rng)
    noun = _noun_phrase(facts, rng)
    close = facts.position == "close up" and rng.random() < 0.6
    rest = _surroundings(facts, rng, placed=close)
    if close:
        return _joined(f"{rng.choice(wording.CLOSE_UPS)} {noun}", rest, rng)
    if manner < 0.24 and rest:
        front = rest.pop(rng.randrange(len(rest)))
        return f"{front}, {' '.join([noun, *rest])}"
    return rng.choice(wording.LEADS) + _joined(noun, rest, rng)


def _joined(noun: str, rest: list[str], rng: random.Random) -> str:
    if len(rest) > 1 and rng.random() < 0.12:
        return ", ".join([" ".join([noun, rest[0]]), *rest[1:]])
    return " ".join([noun, *rest])


def _surroundings(facts: Facts, rng: random.Random, placed: bool) -> list[str]:
    full = rng.random() < 0.85
    phrases = []
    if facts.position and not facts.second and not placed and (full or rng.random() < 0.5):
        phrases.append(rng.choice(wording.POSITIONS[facts.position]))
    where = rng.choice(PLACES[facts.place].phrases)
    when = rng.choice(TIMES[facts.time])
    pair = [where, when] if rng.random() < 0.8 else [when, where]
    phrases += pair if full else rng.sample(pair, rng.randint(0, 1))
    if facts.weather and rng.random() < (0.92 if full else 0.4):
        phrases.append(rng.choice(WEATHERS[facts.weather]))
    return phrases


def _tags(facts: Facts, rng: random.Random) -> str:
    tags = [rng.choice(PLACES[facts.place].nouns), rng.choice(wording.TIME_TAGS[facts.time])]
    if facts.weather:
        tags.append(rng.choice(wording.WEATHER_TAGS[facts.weather]))
    if facts.position and not facts.second:
        tags.insert(0, rng.choice(wording.POSITIONS[facts.position]))
    if rng.random() < 0.2:
        tags.pop(rng.randrange(len(tags)))
    return ", ".join([_noun_phrase(facts, rng, bare=True), *tags])


def _noun_phrase(facts: Facts, rng: random.Random, bare: bool = False) -> str:
    before, after = _pose(facts.pose, rng)
    words = [_amount(facts.count, bare, rng)]
    if facts.size and rng.random() < 0.9:
        words.append(rng.choice(wording.SIZES[facts.size]))
    words.append(before)
    if rng.random() > 0.04:
        words.append(_shade(facts.colour, rng))
    words += [_name_of(SUBJECTS[facts.subject], facts.count, rng), after]
    phrase = _with_article(" ".join(w for w in words if w))
    if facts.second and facts.second_colour and rng.random() < 0.93:
        flies = facts.position == "in the sky"
        link = rng.choice(wording.IN_THE_SKY if flies else wording.BESIDE)
        phrase += f" {link} {_second(facts.second, facts.second_colour, rng)}"
    return phrase


def _pose(pose: str | None, rng: random.Random) -> tuple[str, str]:
    if not pose or rng.random() < 0.05:
        return "", ""
    action, manner = wording.POSES[pose][0], rng.random()
    if rng.random() < 0.2:
        action = rng.choice(wording.POSES[pose])
    if manner < 0.4 and " " not in action:
        return action, ""
    if manner < 0.75:
        return "", action
    if manner < 0.88:
        return "", f"{rng.choice(('that is', 'who is'))} {action}"
    return "", rng.choice(wording.POSES_AFTER[pose])


def _second(name: str, colour: str, rng: random.Random) -> str:
    return _with_article(f"a {_shade(colour, rng)} {_name_of(SUBJECTS[name], 1, rng)}")


def _amount(count: int, bare: bool, rng: random.Random) -> str:
    if count > 1:
        return rng.choice(wording.COUNTS[count])
    return "" if bare and rng.random() < 0.8 else rng.choice(wording.ARTICLES)


def _shade(colour: str, rng: random.Random) -> str:
    return colour if rng.random() < 0.85 else rng.choice(wording.SHADES[colour])


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
