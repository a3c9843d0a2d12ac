"""What a house character is: how it is drawn, what it is called, which poses it strikes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from starter.scenes.pen import Pen


@dataclass(frozen=True)
class Character:
    """`kinds` are the ways to say what it is; `poses` maps a pose to its caption words.

    `colour` names what most of it wears, `wide` is its width and `hovers` how far a pose leaves
    the ground, both as shares of its height.
    """

    draw: Callable[[Pen, str], None]
    kinds: tuple[str, ...]
    poses: dict[str, tuple[str, ...]]
    colour: str
    wide: float
    hovers: dict[str, float] = field(default_factory=dict)
