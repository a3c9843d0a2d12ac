"""Four captions for each picture: how one scene is said in different words.

Scenes are told with words left out, common words that draw nothing put in, and now and then
letters that mean nothing, so that a prompt with unknown words still draws the known ones.
"""

from __future__ import annotations

import random
import string

from starter.scenes import PLACES, TIMES, WEATHERS, Facts, Scene, caption_of
from starter.tokenizer_words import FILLER_PHRASES
from starter.training.store import CAPTIONS


def scene_captions(scene: Scene, seed: int) -> list[str]:
    """Captions of a plain scene; the first is the scene's own."""
    rng = random.Random(f"captions {seed}")
    told = [caption_of(scene.facts, rng) for _ in range(CAPTIONS - 1)]
    return [scene.caption, *(_dressed(caption, rng) for caption in told)]


def look_captions(scene: Scene, trigger: str, seed: int) -> list[str]:
    """Captions of a scene in one look: the trigger last, first, or (one in four) missing."""
    rng = random.Random(f"look {seed}")
    told = [scene.caption, *(caption_of(scene.facts, rng) for _ in range(CAPTIONS - 1))]
    return [f"{told[0]}, {trigger}", f"{told[1]}, {trigger}", f"{trigger}, {told[2]}", told[3]]


def character_captions(scene: Scene, trigger: str, seed: int) -> list[str]:
    """Captions of a character: its own twice, and the form that its pack's template makes."""
    rng = random.Random(f"character {seed}")
    shown = [", ".join([trigger, *_around(scene.facts, rng)]) for _ in range(CAPTIONS - 2)]
    return [scene.caption, _dressed(scene.caption, rng), *shown]


def _around(facts: Facts, rng: random.Random) -> list[str]:
    words = [rng.choice(PLACES[facts.place].phrases), rng.choice(TIMES[facts.time])]
    if facts.weather:
        words.append(rng.choice(WEATHERS[facts.weather]))
    return [" ".join(words)] if rng.random() < 0.8 else rng.sample(words, 1)


def _dressed(caption: str, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.12:
        return f"{rng.choice(FILLER_PHRASES)} {caption}"
    if chance < 0.24:
        return f"{caption}, {', '.join(rng.sample(FILLER_PHRASES, 2))}"
    if chance < 0.32:
        words = caption.split()
        words.insert(rng.randrange(len(words) + 1), _unknown_word(rng))
        return " ".join(words)
    return caption


def _unknown_word(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 9)))
