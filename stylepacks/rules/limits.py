"""The bounds of what a version may ask for; each check raises LimitError with one sentence."""

from collections.abc import Sequence
from math import isfinite

SAMPLERS = ("dpmpp_2m", "euler", "ddim", "lcm")
STEPS = (1, 100)
GUIDANCE = (0.0, 30.0)
SIDE = (64, 2048)
SIDE_MULTIPLE = 16
WEIGHT = (0.0, 2.0)
TRIGGER_CHARACTERS = 120
EXAMPLE_CHARACTERS = 500
EXAMPLES = 12
TEXT_CHARACTERS = 1000


class LimitError(ValueError):
    """A value out of bounds; the message says what it may be."""


def check_rendering(steps: int, guidance: float, width: int, height: int, sampler: str) -> None:
    """Steps, guidance, sides in pixels and sampler."""
    if not STEPS[0] <= steps <= STEPS[1]:
        raise LimitError(f"Steps must be from {STEPS[0]} to {STEPS[1]}, not {steps}.")
    if not isfinite(guidance) or not GUIDANCE[0] <= guidance <= GUIDANCE[1]:
        raise LimitError(f"Guidance must be from {GUIDANCE[0]:g} to {GUIDANCE[1]:g}.")
    for name, side in (("width", width), ("height", height)):
        if side % SIDE_MULTIPLE or not SIDE[0] <= side <= SIDE[1]:
            raise LimitError(
                f"The {name} must be a multiple of {SIDE_MULTIPLE} from {SIDE[0]} to {SIDE[1]} "
                f"pixels, not {side}."
            )
    if sampler not in SAMPLERS:
        raise LimitError(f"There is no sampler “{sampler[:30]}”: choose {', '.join(SAMPLERS)}.")


def check_text(name: str, text: str) -> None:
    """The length of the template or the negative."""
    if len(text) > TEXT_CHARACTERS:
        raise LimitError(f"The {name} may have {TEXT_CHARACTERS} characters: shorten it.")


def check_strength(strength: int) -> None:
    """The dial's own position before a maker moves it."""
    if not 0 <= strength <= 100:
        raise LimitError(f"Strength must be from 0 to 100, not {strength}.")


def check_weights(name: str, weight_min: float, weight_max: float) -> None:
    """A LoRA's weight range: never falling, and more than nothing at the top."""
    low, high = WEIGHT
    if not (
        isfinite(weight_min) and isfinite(weight_max) and low <= weight_min and weight_max <= high
    ):
        raise LimitError(f"The weights of “{name}” must be from {low:g} to {high:g}.")
    if weight_min > weight_max:
        raise LimitError(f"The smallest weight of “{name}” is above its largest: swap them.")
    if weight_max == 0:
        raise LimitError(f"“{name}” has weight 0 at full strength and does nothing: raise it.")


def check_trigger(trigger: str) -> None:
    """A trigger's length and characters: braces would read as slots."""
    if len(trigger) > TRIGGER_CHARACTERS:
        raise LimitError(f"A trigger may have {TRIGGER_CHARACTERS} characters: shorten it.")
    if any(brace in trigger for brace in "{}"):
        raise LimitError("A trigger may not hold braces: write the words alone.")


def check_examples(examples: Sequence[object]) -> None:
    """Example prompts: a dozen short texts at most."""
    if not isinstance(examples, (list, tuple)) or len(examples) > EXAMPLES:
        raise LimitError(f"Give at most {EXAMPLES} example prompts.")
    for example in examples:
        if not isinstance(example, str) or not 1 <= len(example.strip()) <= EXAMPLE_CHARACTERS:
            raise LimitError(f"An example prompt has 1 to {EXAMPLE_CHARACTERS} characters.")
