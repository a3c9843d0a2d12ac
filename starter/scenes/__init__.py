"""Captioned scenes: an illustration drawn from facts, its region map and its caption.

The same seed and the same facts give the same bytes.
"""

import random

from starter.scenes import captions
from starter.scenes.captions import caption_of, known_words
from starter.scenes.characters import character_words, draw_character_scene
from starter.scenes.composition import compose
from starter.scenes.facts import (
    POSES,
    POSITIONS,
    TIMES,
    WEATHERS,
    Facts,
    held_out,
    sample_facts,
    sample_unseen_facts,
)
from starter.scenes.palette import COLOURS
from starter.scenes.places import PLACES
from starter.scenes.scene import Scene
from starter.scenes.subjects import SUBJECTS

__all__ = [
    "COLOURS",
    "PLACES",
    "POSES",
    "POSITIONS",
    "SUBJECTS",
    "TIMES",
    "WEATHERS",
    "Facts",
    "Scene",
    "caption_of",
    "draw_character_scene",
    "draw_facts",
    "draw_scene",
    "held_out",
    "known_words",
    "sample_facts",
    "sample_unseen_facts",
    "vocabulary",
]


def draw_scene(seed: int) -> Scene:
    """A scene of facts chosen by the seed."""
    return draw_facts(sample_facts(random.Random(f"facts {seed}")), seed)


def draw_facts(facts: Facts, seed: int) -> Scene:
    """A scene of the given facts; the seed chooses layout, palette and wording."""
    canvas = compose(facts, random.Random(f"layout {seed}"))
    caption = caption_of(facts, random.Random(f"caption {seed}"))
    return Scene(canvas.image, canvas.labels, caption, facts)


def vocabulary() -> list[str]:
    """Every word that a correctly typed caption can contain, sorted."""
    return sorted({*captions.caption_words(), *character_words()})
