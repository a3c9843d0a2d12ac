"""Which words a checkpoint knows: what it will pass over, what comes near, and a surprise.

A vocabulary maps group names (`subjects`, `colours`, `places`, …, each also with `_synonyms`) to
phrases. An empty one means that the checkpoint has no such list; nothing is unknown to it then.
"""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

Vocabulary = Mapping[str, Sequence[str]]
Phrase = tuple[str, ...]

SUBJECTS, COLOURS, PLACES, TIMES, SKIES = "subjects", "colours", "places", "times", "skies"
# “cream” alone is no ice cream: only the whole names of these groups are known.
WHOLE = (SUBJECTS, "subject_synonyms", COLOURS, "colour_synonyms")
CHARACTERS = "characters"
# Groups that hold nothing a maker would ask for by name.
UNSEEN = ("quiet", SKIES, CHARACTERS)
NEAR_ENOUGH = 0.72
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def unknown_words(
    prompt: str, vocabulary: Vocabulary, also: Iterable[str] = (), has_character: bool = False
) -> tuple[str, ...]:
    """The words of a prompt that the vocabulary lacks: as typed, in order, each once.

    `also` are texts whose words count as known (a pack's triggers); a character brings the words
    it was taught with. Single letters and the beginning of a known word at the very end, which
    somebody may still be typing, are not named.
    """
    if not vocabulary:
        return ()
    groups = {n: p for n, p in vocabulary.items() if n != CHARACTERS or has_character}
    phrases = {_split(text) for texts in groups.values() for text in texts}
    single = {word for name, texts in groups.items() if name not in WHOLE for word in _all(texts)}
    single |= set(_all(also))
    typed = _WORD.findall(prompt)
    strange = [typed[i] for i in _unmatched([w.casefold() for w in typed], phrases, single)]
    if strange and prompt.endswith(strange[-1]) and _begins_one(strange[-1], groups):
        strange.pop()
    return tuple({word.casefold(): word for word in strange if len(word) > 1}.values())


def near_words(word: str, vocabulary: Vocabulary, limit: int = 2) -> tuple[str, ...]:
    """Known words that are spelt nearly like this one, the nearest first; often none.

    They start with the same letter: slips of the finger seldom hit the first.
    """
    typed = word.casefold()
    named = (texts for name, texts in vocabulary.items() if name not in UNSEEN)
    known = dict.fromkeys(text for texts in named for text in texts if text[:1] == typed[:1])
    return tuple(get_close_matches(typed, known, limit, NEAR_ENOUGH))


def surprise(vocabulary: Vocabulary, rng: random.Random, has_character: bool = False) -> str:
    """A prompt of known words: a coloured subject somewhere at some time; "" without a vocabulary.

    With a character the subject is left out: the character is the subject.
    """
    times = _texts(vocabulary, TIMES)
    skies = _texts(vocabulary, SKIES) if rng.random() < 0.5 else times
    setting = [_one(_texts(vocabulary, PLACES), rng), _one(skies or times, rng)]
    if not has_character and _texts(vocabulary, SUBJECTS):
        colour = _one(_texts(vocabulary, COLOURS), rng)
        setting.insert(0, _with_article(colour, _one(_texts(vocabulary, SUBJECTS), rng)))
    return " ".join(part for part in setting if part)


def marked(text: str, unknown: Iterable[str]) -> list[tuple[str, bool]]:
    """The text cut into runs, each with whether it is an unknown word; joined they are the text."""
    strange = {word.casefold() for word in unknown}
    runs: list[tuple[str, bool]] = []
    end = 0
    for found in _WORD.finditer(text):
        if found.group().casefold() not in strange:
            continue
        runs += [(text[end : found.start()], False)] if found.start() > end else []
        runs.append((found.group(), True))
        end = found.end()
    return runs + ([(text[end:], False)] if end < len(text) else [])


def _unmatched(words: Sequence[str], phrases: set[Phrase], single: set[str]) -> Iterable[int]:
    longest = max(map(len, phrases), default=1)
    at = 0
    while at < len(words):
        length = _matched(words, at, phrases, longest) or int(words[at] in single)
        if not length:
            yield at
        at += max(1, length)


def _matched(words: Sequence[str], at: int, phrases: set[Phrase], longest: int) -> int:
    lengths = range(min(longest, len(words) - at), 0, -1)
    return next((n for n in lengths if tuple(words[at : at + n]) in phrases), 0)


def _begins_one(word: str, groups: Vocabulary) -> bool:
    begun = word.casefold()
    return any(known.startswith(begun) for texts in groups.values() for known in _all(texts))


def _split(text: str) -> Phrase:
    return tuple(_WORD.findall(text.casefold()))


def _all(texts: Iterable[str]) -> Iterable[str]:
    return (word for text in texts for word in _split(text))


def _texts(vocabulary: Vocabulary, group: str) -> Sequence[str]:
    return vocabulary.get(group, ())


def _one(texts: Sequence[str], rng: random.Random) -> str:
    return rng.choice(texts) if texts else ""


def _with_article(colour: str, subject: str) -> str:
    named = f"{colour} {subject}".strip()
    return f"{'an' if named[:1] in 'aeiou' else 'a'} {named}"
