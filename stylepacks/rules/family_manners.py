"""What each model family takes: its samplers, whether it reads a negative, how long a prompt.

The models that flow straight from noise to a picture are sampled by Euler's method alone. FLUX.1
is told guidance as a number and reads no negative. Figures are those of the models' own pages.
"""

from dataclasses import dataclass

from stylepacks.rules.limits import SAMPLERS, LimitError


@dataclass(frozen=True)
class Manner:
    """`usual` says what its authors advise; `prompt_tokens` is 0 where its folder tells."""

    label: str
    samplers: tuple[str, ...] = SAMPLERS
    reads_negative: bool = True
    usual: str = ""
    prompt_tokens: int = 0
    draft_sampler: str = "ddim"
    draft_guidance: float = 1.0


_FLOW = ("euler",)
_ANY = Manner("This model")
# FLUX.1 schnell was trained with half as many tokens as its sisters, and has no guidance.
SCHNELL_TOKENS = 255
MANNERS = {
    "flux": Manner(
        "FLUX.1", _FLOW, False,
        "28 steps with guidance 3.5 for dev, 4 steps for schnell, at 1024 x 1024",
        511, "euler",
    ),
    "z-image": Manner(
        "Z-Image", _FLOW, True,
        "50 steps with guidance 4, or 9 steps with guidance 0 for Turbo, at 1024 x 1024",
        500, "euler", 0.0,
    ),
    "qwen-image": Manner(
        "Qwen-Image", _FLOW, True, "50 steps with guidance 4, at 1328 x 1328", 512, "euler"
    ),
}  # fmt: skip


def manner_of(family: str) -> Manner:
    return MANNERS.get(family, _ANY)


def check_sampler(family: str, sampler: str) -> None:
    """LimitError when this family is not sampled like this."""
    manner = manner_of(family)
    if sampler not in manner.samplers:
        raise LimitError(
            f"{manner.label} is sampled with {' or '.join(manner.samplers)}, not {sampler[:30]}. "
            f"Usual are {manner.usual}."
        )


def unread_negative(family: str, negative: str) -> str | None:
    """A sentence where the family passes over a negative that was written, or None."""
    manner = manner_of(family)
    if manner.reads_negative or not negative.strip():
        return None
    return f"{manner.label} reads no negative: what is written there changes nothing."
