"""Prompts that training never saw: held-out (subject, colour, place), evenly over all words."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace

from starter.scenes import (
    COLOURS,
    PLACES,
    SUBJECTS,
    TIMES,
    WEATHERS,
    Facts,
    sample_unseen_facts,
)

CANDIDATES = 24
POOL = 4


@dataclass(frozen=True)
class Asked:
    """One prompt and the facts that its picture should show."""

    facts: Facts
    text: str


def evaluation_prompts(count: int, seed: int) -> list[Asked]:
    """`count` prompts; each is the candidate whose words came up least so far."""
    rng, used = random.Random(f"evaluation {seed}"), Counter[tuple[str, str | None]]()
    pool = [_plain(sample_unseen_facts(rng)) for _ in range(POOL * count + CANDIDATES)]
    asked = []
    for _ in range(count):
        at = min(rng.sample(range(len(pool)), CANDIDATES), key=lambda at: _wear(pool[at], used))
        chosen = pool.pop(at)
        used.update(_words_of(chosen))
        asked.append(Asked(chosen, prompt_of(chosen)))
    return asked


def prompt_of(facts: Facts) -> str:
    """A full caption in the plainest words: "a red fox in the forest at night with stars"."""
    article = "an" if facts.colour[0] in "aeiou" else "a"
    return f"{article} {facts.colour} {facts.subject} {setting_of(facts)}"


def setting_of(facts: Facts) -> str:
    """Where and when, without a subject: "in the forest at night with stars"."""
    words = [PLACES[facts.place].phrases[0], TIMES[facts.time][0]]
    if facts.weather:
        words.append(WEATHERS[facts.weather][0])
    return " ".join(words)


def _plain(facts: Facts) -> Facts:
    return replace(facts, position=None, size=None, pose=None)


def _words_of(facts: Facts) -> list[tuple[str, str | None]]:
    heads = ("subject", "colour", "place", "time", "weather")
    return [(head, getattr(facts, head)) for head in heads]


def _wear(facts: Facts, used: Counter[tuple[str, str | None]]) -> float:
    # A head with few words uses each more often: counted against how many words it has.
    return sum(used[word] * _weight(*word) for word in _words_of(facts))


def _weight(head: str, name: str | None) -> float:
    # Nothing said of the weather comes six times as often as any one weather.
    return _SIZES[head] / 6 if name is None else _SIZES[head]


_SIZES = {
    "subject": len(SUBJECTS),
    "colour": len(COLOURS),
    "place": len(PLACES),
    "time": len(TIMES),
    "weather": len(WEATHERS),
}
