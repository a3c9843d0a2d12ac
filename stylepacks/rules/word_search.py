"""Finding by words, forgiving slips of the keys: pure, so that it is tested word by word.

A typed word fits a known one exactly, as its beginning, inside it, or with a slip or two. Words
of three letters and fewer must be spelled right: with a slip they would fit nearly anything.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

EXACT, BEGINNING, INSIDE, SLIP = 4, 3, 2, 1
MOST_WORDS = 8
SHORTEST_INSIDE = 3
ENDINGS = ("s", "es")
SLIPS_BY_LENGTH = ((4, 0), (8, 1))
MOST_SLIPS = 2
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The text's words in small letters, without accents; the first eight count."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _WORD.findall(bare)[:MOST_WORDS]


def fit(typed: str, known: str) -> int:
    """How well a typed word fits a known one; 0 is not at all."""
    if typed == known or typed in {known + ending for ending in ENDINGS}:
        return EXACT
    if known.startswith(typed):
        return BEGINNING
    if len(typed) >= SHORTEST_INSIDE and typed in known:
        return INSIDE
    return SLIP if _slipped(typed, known) else 0


def best_fits(typed: str, vocabulary: Iterable[str]) -> dict[str, int]:
    """The known words that a typed one fits, and how well."""
    return {known: how for known in vocabulary if (how := fit(typed, known))}


def points(fits: Iterable[Mapping[str, int]], weights: Mapping[str, int]) -> list[int]:
    """For each typed word the best of the words that a thing has: fit times that word's weight."""
    return [
        max((how * weights[word] for word, how in each.items() if word in weights), default=0)
        for each in fits
    ]


def _slipped(typed: str, known: str) -> bool:
    most = next((slips for below, slips in SLIPS_BY_LENGTH if len(typed) < below), MOST_SLIPS)
    if not most or len(known) < len(typed) - most:
        return False
    return slips_to_beginning(typed, known, most) <= most


def slips_to_beginning(typed: str, known: str, most: int) -> int:
    """The fewest slips from `typed` to any beginning of `known`; above `most` it stops counting.

    A slip is a letter too many, too few, another one, or two letters in the wrong order.
    """
    known = known[: len(typed) + most]
    before: list[int] = []
    row = list(range(len(known) + 1))
    for at, letter in enumerate(typed, start=1):
        following = [at]
        for place, other in enumerate(known, start=1):
            cost = min(row[place] + 1, following[-1] + 1, row[place - 1] + (letter != other))
            if _swapped(typed, known, at, place):
                cost = min(cost, before[place - 2] + 1)
            following.append(cost)
        before, row = row, following
        if min(row) > most:
            return most + 1
    return min(row)


def _swapped(typed: str, known: str, at: int, place: int) -> bool:
    return (
        at > 1
        and place > 1
        and typed[at - 1] == known[place - 2]
        and typed[at - 2] == known[place - 1]
    )
