"""What a person asks for, and every way it can be refused: one plain sentence each."""

import secrets
import unicodedata
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _

from generation import logs
from stylepacks.rules.aspects import ASPECTS

MAX_SEED = 2**32 - 1
DRAFT, FINAL = "draft", "final"


class SubmissionError(Exception):
    """A wish that cannot be granted. `str()` is for people, `code` for programs."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def too_many_waiting(most: int) -> SubmissionError:
    """For one who has `most` pictures under way."""
    said = _("You have {number} pictures on the way: wait for one, or cancel one.")
    return SubmissionError(said.format(number=most), "too_many_waiting")


@dataclass(frozen=True)
class Wish:
    """One request. None leaves the choice to us: the pack's strength and shape, a fresh seed."""

    pack: str
    prompt: str
    strength: int | None = None
    count: int = 1
    seed: int | None = None
    second: str | None = None
    quality: str = FINAL
    aspect: str | None = None


def cleaned(wish: Wish) -> Wish:
    """The wish with a clean prompt and a seed, or SubmissionError for what cannot be used."""
    logs.leave_out(wish.prompt)
    _check_count(wish.count)
    _check_range(
        wish.strength, 100, _("Strength must be a whole number from 0 to 100."), "strength"
    )
    said = _("The seed must be a whole number from 0 to {most}, or empty for a fresh one.")
    _check_range(wish.seed, MAX_SEED, said.format(most=MAX_SEED), "seed")
    if wish.quality not in (DRAFT, FINAL):
        said = _("The quality is either {draft} or {final}.").format(draft=DRAFT, final=FINAL)
        raise SubmissionError(said, "quality_invalid")
    if wish.aspect not in (None, "", *ASPECTS):
        said = f"The shape is one of {', '.join(ASPECTS)}."
        raise SubmissionError(said, "aspect_invalid")
    seed = secrets.randbelow(MAX_SEED + 1) if wish.seed is None else wish.seed
    return replace(
        wish,
        prompt=_clean_prompt(wish.prompt),
        seed=seed,
        second=wish.second or None,
        aspect=wish.aspect or None,
    )


def _clean_prompt(prompt: object) -> str:
    if not isinstance(prompt, str):
        raise SubmissionError(_("Write the prompt as text."), "prompt_empty")
    limit = settings.MAX_PROMPT_CHARACTERS
    text = " ".join("".join(map(_printable, prompt)).split())
    if not any(_is_visible(character) for character in text):
        raise SubmissionError(_("Describe the picture you want in a few words."), "prompt_empty")
    if len(text) > limit:
        said = _("A prompt has at most {limit} characters, yours has {number:,}: shorten it.")
        raise SubmissionError(said.format(limit=limit, number=len(text)), "prompt_too_long")
    return text


def _printable(character: str) -> str:
    # Controls and lone surrogates cannot be stored or encoded; joiners and direction marks
    # (category Cf) belong to emoji and right-to-left text and stay.
    return " " if unicodedata.category(character) in {"Cc", "Cs"} else character


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC"


def _check_count(count: object) -> None:
    most = settings.MAX_IMAGES_PER_GENERATION
    if not _is_whole(count) or not 1 <= int(str(count)) <= most:
        said = _("Ask for 1 to {most} images at a time.").format(most=most)
        raise SubmissionError(said, "count_invalid")


def _check_range(value: object, most: int, said: str, name: str) -> None:
    if value is not None and (not _is_whole(value) or not 0 <= int(str(value)) <= most):
        raise SubmissionError(said, f"{name}_invalid")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
