"""A term as a readable file: `learn/terms/SLUG.toml`. Pure: text in, checked fields out."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

TEXTS = ("name", "group", "definition", "how_it_works", "why_it_matters")
LISTS = ("also", "used_for", "related")
MOST_WORDS = 240
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
STUDIO_FIELDS = ("pack", "second", "prompt", "seed", "strength", "quality", "count")


class TermFileError(ValueError):
    """A file that is no term; the message says what to change."""


def read_term(text: str) -> dict[str, Any]:
    """The fields of a term's file, each checked; TermFileError otherwise."""
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TermFileError(f"It is no valid TOML: {error}.") from error
    known = {*TEXTS, *LISTS, "questions", "pictures", "try_it"}
    if unknown := sorted(fields.keys() - known):
        raise TermFileError(f"It has an unknown field '{unknown[0]}': take it out.")
    return {
        **{name: _text(fields, name) for name in TEXTS},
        **{name: _texts(fields, name) for name in LISTS},
        "questions": _rows(fields, "questions", ("question", "answer")),
        "pictures": _rows(fields, "pictures", ("show", "caption")),
        "try_it": _wish(fields.get("try_it", {})),
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """One digest for one content, whatever the order of its fields."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise TermFileError(f"'{name}' is missing: give it a text.")
    if name == "definition" and len(value) > MOST_WORDS:
        raise TermFileError(f"'definition' has more than {MOST_WORDS} characters: shorten it.")
    return value.strip()


def _texts(fields: Mapping[str, Any], name: str) -> list[str]:
    value = fields.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TermFileError(f"'{name}' must be a list of texts.")
    return value


def _rows(fields: Mapping[str, Any], name: str, needed: tuple[str, ...]) -> list[dict[str, str]]:
    rows = fields.get(name, [])
    if not isinstance(rows, list):
        raise TermFileError(f"'{name}' must be written as [[{name}]].")
    for row in rows:
        if not isinstance(row, dict) or set(row) != set(needed):
            raise TermFileError(f"Every [[{name}]] needs {' and '.join(needed)}.")
    return rows


def _wish(wish: Any) -> dict[str, str]:
    if not isinstance(wish, dict) or set(wish) - set(STUDIO_FIELDS):
        raise TermFileError(f"[try_it] may hold {', '.join(STUDIO_FIELDS)} only.")
    return {name: str(value) for name, value in wish.items()}
