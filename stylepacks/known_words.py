"""What pages say about words: which ones a checkpoint knows, and which of a prompt it lacks.

A checkpoint without a vocabulary gets none of it: no shelf, no note, no surprise.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stylepacks.models import Checkpoint, PackVersion, StylePack
from stylepacks.rules import vocabulary as rules
from stylepacks.rules.prompt_template import Part

# Mostly in the order in which a prompt is said.
TITLES = {
    "colours": gettext_lazy("Colours"),
    "subjects": gettext_lazy("Things"),
    "poses": gettext_lazy("Doing"),
    "places": gettext_lazy("Places"),
    "times": gettext_lazy("Times"),
    "weathers": gettext_lazy("Weather"),
    "positions": gettext_lazy("Where in the picture"),
    "sizes": gettext_lazy("Sizes"),
    "counts": gettext_lazy("How many"),
}
SYNONYMS_OF = {
    "subject_synonyms": "subjects",
    "colour_synonyms": "colours",
    "pose_synonyms": "poses",
    "place_synonyms": "places",
    "time_synonyms": "times",
    "weather_synonyms": "weathers",
}


@dataclass(frozen=True)
class Shelf:
    """The words of one checkpoint: titled groups to show, and synonyms to suggest from."""

    checkpoint: int
    groups: list[tuple[str, Sequence[str]]]
    synonyms: list[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class WordNote:
    """A kind sentence about the words a prompt has in vain; `near` pairs them with known ones."""

    sentence: str
    strange: tuple[str, ...]
    near: list[tuple[str, str]]


def shelves(versions: Iterable[PackVersion]) -> list[Shelf]:
    """One shelf for each of the versions' checkpoints that has a vocabulary."""
    keys = {version.checkpoint_id for version in versions}
    known = Checkpoint.objects.filter(pk__in=keys).exclude(vocabulary={}).order_by("pk")
    return [_shelf(checkpoint) for checkpoint in known]


def note_on(prompt: str, versions: Sequence[PackVersion]) -> WordNote | None:
    """What the versions' checkpoint does not know of this prompt; None when there is nothing."""
    if not versions:
        return None
    checkpoint = versions[0].checkpoint
    triggers = [use.trigger for version in versions for use in version.loras.all()]
    strange = rules.unknown_words(
        prompt, checkpoint.vocabulary, triggers, has_character=_has_character(versions)
    )
    if not strange:
        return None
    sentence = sentence_about(checkpoint.name, strange)
    words = checkpoint.vocabulary
    near = [(word, known) for word in strange for known in rules.near_words(word, words)]
    return WordNote(sentence, strange, near)


def sentence_about(name: str, unknown: Sequence[str], most: int = 4) -> str:
    """Kindly, what the model called `name` will pass over; "" when it knows every word."""
    if not unknown:
        return ""
    said = ngettext(
        "{name} does not know {words} and will mostly pass over it.",
        "{name} does not know {words} and will mostly pass over them.",
        len(unknown),
    )
    return said.format(name=name, words=_listed(unknown, most))


def _listed(words: Sequence[str], most: int) -> str:
    named = [_("“{word}”").format(word=word) for word in words[:most]]
    if len(words) > most:
        named.append(_("{number} more").format(number=len(words) - most))
    *first, last = named
    return _("{first} or {last}").format(first=", ".join(first), last=last) if first else last


def runs_of(parts: Iterable[Part], note: WordNote | None) -> list[dict[str, object]]:
    """The parts of a final prompt, the maker's own cut at the words that are not known."""
    strange = note.strange if note else ()
    return [
        {
            "source": part.source,
            "runs": rules.marked(part.text, strange if part.source == "prompt" else ()),
        }
        for part in parts
    ]


def surprise(versions: Sequence[PackVersion]) -> str:
    """A prompt of known words for these packs; "" where their checkpoint has no vocabulary."""
    if not versions:
        return ""
    words = versions[0].checkpoint.vocabulary
    return rules.surprise(words, random.SystemRandom(), _has_character(versions))


def _shelf(checkpoint: Checkpoint) -> Shelf:
    words = checkpoint.vocabulary
    groups = [(str(title), words[name]) for name, title in TITLES.items() if words.get(name)]
    others = [(str(TITLES[group]), words.get(name, ())) for name, group in SYNONYMS_OF.items()]
    return Shelf(checkpoint.pk, groups, others)


def _has_character(versions: Iterable[PackVersion]) -> bool:
    return any(version.pack.kind == StylePack.Kind.CHARACTER for version in versions)
