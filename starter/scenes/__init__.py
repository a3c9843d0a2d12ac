"""Captioned scenes: an illustration drawn from facts, its region map and its caption.

The same seed and the same facts give the same bytes.
"""

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from starter.scenes.captions import caption_of, vocabulary
from starter.scenes.composition import compose
from starter.scenes.facts import TIMES, WEATHERS, Facts, sample_facts
from starter.scenes.palette import COLOURS
from starter.scenes.places import PLACES
from starter.scenes.subjects import SUBJECTS

__all__ = [
    "COLOURS",
    "PLACES",
    "SUBJECTS",
    "TIMES",
    "WEATHERS",
    "Facts",
    "Scene",
    "caption_of",
    "draw_facts",
    "draw_scene",
    "sample_facts",
    "vocabulary",
]


@dataclass(frozen=True)
class Scene:
    """`image` is (512, 512, 3) uint8 RGB; `labels` is (512, 512) uint8 with the regions
    0 sky, 1 far, 2 middle, 3 ground or water, 4 near, 5 subject, 6 second subject."""

    image: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    caption: str
    facts: Facts


def draw_scene(seed: int) -> Scene:
    """A scene of facts chosen by the seed."""
    return draw_facts(sample_facts(random.Random(f"facts {seed}")), seed)


def draw_facts(facts: Facts, seed: int) -> Scene:
    """A scene of the given facts; the seed chooses layout, palette and wording."""
    canvas = compose(facts, random.Random(f"layout {seed}"))
    caption = caption_of(facts, random.Random(f"caption {seed}"))
    return Scene(canvas.image, canvas.labels, caption, facts)
