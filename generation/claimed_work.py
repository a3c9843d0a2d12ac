"""What a worker has claimed: generations, and the images that are still to be made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from generation.models import Generation
from generation.orders import ImageOfRecipe


@dataclass
class Work:
    """One claimed generation: what is left to render, and whether it is still ours.

    The render loop counts what is rendered, the delivery thread what is delivered; either may
    find that the claim is lost, and neither takes that back.
    """

    row: Generation
    indices: list[int]
    is_ours: bool = True
    rendered: int = 0
    delivered: int = 0
    steps_before: int = 0
    device_seconds: float = 0.0

    @property
    def is_rendered(self) -> bool:
        return self.rendered == len(self.indices)

    @property
    def is_delivered(self) -> bool:
        return self.delivered == len(self.indices)


@dataclass(frozen=True)
class Piece:
    """One image of one work."""

    work: Work
    index: int

    @property
    def key(self) -> str:
        return f"{self.work.row.pk}/{self.index}"

    def as_ordered(self) -> ImageOfRecipe:
        return ImageOfRecipe(self.key, self.work.row.recipe, self.index)


def works_of(pieces: Sequence[Piece]) -> list[Work]:
    """Each work once, in the order of its first piece."""
    return list({id(piece.work): piece.work for piece in pieces}.values())
