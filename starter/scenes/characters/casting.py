"""Puts one character into a random place, time, weather and pose, and says so."""

import random

from starter.scenes.acting import Actor
from starter.scenes.canvas import SIZE, SUBJECT
from starter.scenes.characters.character import Character
from starter.scenes.characters.table import CHARACTERS
from starter.scenes.composition import finish, paint_setting
from starter.scenes.facts import TIMES, WEATHERS, Facts, fits
from starter.scenes.pen import Coat, Pen
from starter.scenes.places import PLACES
from starter.scenes.scene import Scene
from starter.scenes.subjects import Subject

_HEIGHTS = (230.0, 340.0)


def draw_character_scene(name: str, seed: int) -> Scene:
    """A character in a random pose, place, time and weather; KeyError for an unknown name."""
    character = CHARACTERS[name]
    rng = random.Random(f"{name} {seed}")
    facts = _sample_facts(name, character.colour, rng)
    pose = rng.choice(list(character.poses))
    setting = paint_setting(facts, rng)
    finish(setting, [_actor(character, pose, setting.stage.feet, rng)], facts, rng)
    canvas = setting.canvas
    return Scene(canvas.image, canvas.labels, _caption(character, facts, pose, rng), facts)


def _sample_facts(name: str, colour: str, rng: random.Random) -> Facts:
    time = rng.choice(list(TIMES))
    weather = rng.choice([w for w in WEATHERS if fits(time, w)]) if rng.random() < 0.4 else None
    return Facts(name, colour, rng.choice(list(PLACES)), time, weather)


def _actor(character: Character, pose: str, feet: tuple[float, float], rng: random.Random) -> Actor:
    def draw(pen: Pen, _coat: Coat) -> None:
        character.draw(pen, pose)

    hovers = character.hovers.get(pose, 0.0)
    kind = Subject(pose, draw, "", wide=character.wide, hovers=hovers)
    h = rng.uniform(*_HEIGHTS) / (1 + hovers)
    half = h * character.wide * 0.5 + 8
    x = min(max(SIZE * rng.uniform(0.34, 0.66), half), SIZE - half)
    y = rng.uniform(*feet)
    return Actor(kind, character.colour, SUBJECT, x, y, h, rng.choice((-1, 1)))


def _caption(character: Character, facts: Facts, pose: str, rng: random.Random) -> str:
    words = [rng.choice(character.kinds), rng.choice(character.poses[pose])]
    where, when = rng.choice(PLACES[facts.place].phrases), rng.choice(TIMES[facts.time])
    words += [where, when] if rng.random() < 0.8 else rng.choice(([where], [when]))
    if facts.weather and rng.random() < 0.85:
        words.append(rng.choice(WEATHERS[facts.weather]))
    return " ".join(w for w in words if w)
