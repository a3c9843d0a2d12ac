"""Plain text with links to other terms: `[[seed]]`, `[[seed|the seed]]`. Pure."""

import re
from collections.abc import Callable

LINK = re.compile(r"\[\[([a-z0-9-]+)(?:\|([^\[\]|]+))?\]\]")


def paragraphs(text: str) -> list[str]:
    """The text's paragraphs, each on one line; an empty line parts them."""
    found = re.split(r"\n\s*\n", text.strip())
    return [" ".join(each.split()) for each in found if each.strip()]


def linked_slugs(text: str) -> list[str]:
    """The terms that a text links to, in order."""
    return [found[1] for found in LINK.finditer(text)]


def without_links(text: str) -> str:
    """The text as one would read it aloud."""
    return LINK.sub(lambda found: _words(found), text)


def parts(text: str, linked: Callable[[str], bool]) -> list[tuple[str, str]]:
    """(words, slug) runs; the slug is empty for plain words and for terms that are not there."""
    runs, at = [], 0
    for found in LINK.finditer(text):
        runs.append((text[at : found.start()], ""))
        runs.append((_words(found), found[1] if linked(found[1]) else ""))
        at = found.end()
    return [run for run in [*runs, (text[at:], "")] if run[0]]


def _words(found: re.Match[str]) -> str:
    return found[2] or found[1].replace("-", " ")
