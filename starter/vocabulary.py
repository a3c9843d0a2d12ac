"""The words the starter knows, by group, in `starter/vocabulary.json`: what pages suggest from.

    python -m starter.vocabulary

writes it from the scenes in a second; run it after a change to what they draw or say. Reading it
needs nothing but the standard library.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

FILE = Path(__file__).parent / "vocabulary.json"
_LINKS = ("an", "one", "of", "is", "are", "that is", "there is")


class VocabularyError(ValueError):
    """A vocabulary file that cannot be used; the message says what to do."""


def read_vocabulary(path: Path = FILE) -> dict[str, list[str]]:
    """Groups of phrases; empty where there is no such file. VocabularyError for any other shape."""
    if not path.is_file():
        return {}
    try:
        groups = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise VocabularyError(_complaint(path)) from error
    if not isinstance(groups, dict) or not all(map(_is_list_of_texts, groups.values())):
        raise VocabularyError(_complaint(path))
    return groups


def scene_vocabulary() -> dict[str, list[str]]:
    """What the scenes can show and how captions say it; `skies` are times with fitting weather,
    `characters` what only character packs know, `quiet` words that ask for nothing."""
    from starter.scenes import characters, facts, known_words, wording
    from starter.tokenizer_words import FILLER_PHRASES

    quiet = (wording.ARTICLES, wording.LEADS, wording.BESIDE, wording.IN_THE_SKY)
    return {
        **known_words(),
        "counts": _unique(text for texts in wording.COUNTS.values() for text in texts),
        "sizes": _unique(text for texts in wording.SIZES.values() for text in texts),
        "close_ups": _unique(wording.CLOSE_UPS),
        "skies": _skies(facts.TIMES, facts.WEATHERS),
        "characters": sorted(characters.character_words()),
        "quiet": _unique([*(text for texts in quiet for text in texts), *_LINKS, *FILLER_PHRASES]),
    }


def main() -> None:
    groups = scene_vocabulary()
    FILE.write_text(json.dumps(groups, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{FILE}: {sum(map(len, groups.values()))} phrases in {len(groups)} groups")


def _skies(times: dict[str, tuple[str, ...]], weathers: dict[str, tuple[str, ...]]) -> list[str]:
    from starter.scenes.facts import fits

    pairs = [(time, weather) for time in times for weather in weathers if fits(time, weather)]
    return [f"{times[time][0]} {weathers[weather][0]}" for time, weather in pairs]


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _is_list_of_texts(texts: object) -> bool:
    return isinstance(texts, list) and all(isinstance(text, str) and text for text in texts)


def _complaint(path: Path) -> str:
    return (
        f"{path} is not a list of words by group: restore it, or write it again with "
        "python -m starter.vocabulary."
    )


if __name__ == "__main__":
    main()
