"""Fill a pack's template with a maker's words, literally, exactly once.

The template is cut at its slots before any user text is seen, and the pieces are joined after:
nothing a maker types is ever searched, replaced or parsed again. The same pieces, each with its
source, are what the "final prompt" view shows.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PROMPT_SLOT = "{prompt}"
TRIGGER_SLOT = "{trigger}"
SEPARATORS = " ,;"
_SLOTS = re.compile(r"(\{prompt\}|\{trigger\})")


class TemplateError(ValueError):
    """A template that cannot be used; the message says what to change."""


@dataclass(frozen=True)
class Trigger:
    """Words a LoRA was trained on. `position` counts only where there is no {trigger} slot.

    A trigger that is not `required` is used only where the template has a {trigger} slot.
    """

    text: str
    position: str = "end"
    required: bool = True


@dataclass(frozen=True)
class Part:
    """A piece of the final prompt: from the maker ("prompt"), the "template" or a "trigger"."""

    source: str
    text: str


@dataclass(frozen=True)
class FinalPrompt:
    """What the text encoder gets, and the pieces it is made of, in order."""

    text: str
    parts: tuple[Part, ...]


def validate(template: str) -> None:
    """TemplateError unless there is one {prompt}, at most one {trigger} and no other brace."""
    prompts, triggers = template.count(PROMPT_SLOT), template.count(TRIGGER_SLOT)
    if prompts == 0:
        raise TemplateError("The template has no {prompt}: put it where the maker's words go.")
    if prompts > 1:
        raise TemplateError("The template has {prompt} more than once: keep one of them.")
    if triggers > 1:
        raise TemplateError("The template has {trigger} more than once: keep one of them.")
    if re.search(r"[{}]", _SLOTS.sub("", template)):
        raise TemplateError(
            "The template has a brace that belongs to no slot: only {prompt} and {trigger} "
            "may stand in braces."
        )


def fill(template: str, prompt: str, triggers: Iterable[Trigger] = ()) -> FinalPrompt:
    """The final prompt of one pack. `prompt` appears in it once, unchanged."""
    return _final(_pieces(template, (Part("prompt", prompt),), triggers, set()))


def stack(
    character_template: str,
    style_template: str,
    prompt: str,
    character_triggers: Sequence[Trigger] = (),
    style_triggers: Sequence[Trigger] = (),
) -> FinalPrompt:
    """Two packs, one user slot: the character is filled first and stands in the style's slot.

    A trigger both packs bring is kept where the character put it.
    """
    used: set[str] = set()
    character = _pieces(character_template, (Part("prompt", prompt),), character_triggers, used)
    return _final(_pieces(style_template, tuple(character), style_triggers, used))


def merge_negatives(character: str, style: str) -> str:
    """One negative for a stack: the character's phrases, then those the style adds."""
    return ", ".join(_new_phrases([character, style], set()))


def _pieces(
    template: str, inner: tuple[Part, ...], triggers: Iterable[Trigger], used: set[str]
) -> list[Part]:
    validate(template)
    slotted = TRIGGER_SLOT in template
    wanted = [trigger for trigger in triggers if slotted or trigger.required]
    if slotted:
        return _slotted(template, inner, _joined(wanted, used))
    start = _joined([trigger for trigger in wanted if trigger.position == "start"], used)
    end = _joined([trigger for trigger in wanted if trigger.position != "start"], used)
    body = _slotted(template, inner, "")
    before = [Part("trigger", start), Part("template", ", ")] if start else []
    after = [Part("template", ", "), Part("trigger", end)] if end else []
    return [*before, *body, *after]


def _slotted(template: str, inner: tuple[Part, ...], trigger: str) -> list[Part]:
    pieces = _SLOTS.split(template)
    if not trigger and TRIGGER_SLOT in pieces:
        _close_gap(pieces, pieces.index(TRIGGER_SLOT))
    parts: list[Part] = []
    for piece in pieces:
        if piece == PROMPT_SLOT:
            parts.extend(inner)
        elif piece == TRIGGER_SLOT:
            parts.append(Part("trigger", trigger))
        else:
            parts.append(Part("template", piece))
    return parts


def _close_gap(pieces: list[str], at: int) -> None:
    # An empty slot takes one separator with it, so that no "a boat, , paper" is left behind.
    before = pieces[at - 1].rstrip(SEPARATORS)
    if before or at > 1:
        pieces[at - 1] = before
    else:
        pieces[at + 1] = pieces[at + 1].lstrip(SEPARATORS)


def _joined(triggers: Iterable[Trigger], used: set[str]) -> str:
    return ", ".join(_new_phrases([trigger.text for trigger in triggers], used))


def _new_phrases(texts: Iterable[str], used: set[str]) -> list[str]:
    kept = []
    for phrase in (" ".join(phrase.split()) for text in texts for phrase in text.split(",")):
        if phrase and phrase.casefold() not in used:
            used.add(phrase.casefold())
            kept.append(phrase)
    return kept


def _final(parts: list[Part]) -> FinalPrompt:
    filled = tuple(part for part in parts if part.text)
    return FinalPrompt("".join(part.text for part in filled), filled)
