"""The shapes a maker may choose: which the model manages, which the curator allows, how large.

A pack comes in a shape of its own, in exactly its own size. The others keep its area, in eighths of
the side of that square: at 1024 they are sizes SDXL and its successors were trained in.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

from stylepacks.rules.limits import SIDE, SIDE_MULTIPLE

EIGHTHS = {"square": (8, 8), "portrait": (7, 9), "landscape": (9, 7), "wide": (10, 6)}
ASPECTS = tuple(EIGHTHS)
# Trained on squares alone: 9 to 7 holds, wider ones cut subjects off or draw them twice.
TRAINED_ON_SQUARES = frozenset({"sd15"})
# What the levels of a U-Net divide by without a rest.
COMFORTABLE_MULTIPLE = 64


def shape_of(width: int, height: int) -> str:
    """The name of this size's shape."""
    if width == height:
        return "square"
    if width < height:
        return "portrait"
    return "wide" if width >= 1.5 * height else "landscape"


def size_of(aspect: str, width: int, height: int) -> tuple[int, int]:
    """Width and height in pixels of a shape, for a pack whose own size is given."""
    if aspect == shape_of(width, height):
        return width, height
    is_comfortable = width % COMFORTABLE_MULTIPLE == 0 == height % COMFORTABLE_MULTIPLE
    step = COMFORTABLE_MULTIPLE if is_comfortable else SIDE_MULTIPLE
    eighth = sqrt(width * height) / 8
    across, down = (round(eighth * share / step) * step for share in EIGHTHS[aspect])
    return across, down


def managed(family: str, width: int, height: int) -> tuple[str, ...]:
    """The shapes that models of this family draw well, the pack's own always among them."""
    own = shape_of(width, height)
    beyond = {"wide"} if family in TRAINED_ON_SQUARES else set()
    return tuple(
        aspect
        for aspect in ASPECTS
        if aspect == own or (aspect not in beyond and _is_possible(aspect, width, height))
    )


def allowed(policies: Mapping[str, Any], width: int, height: int) -> tuple[str, ...]:
    """The shapes that the curator leaves to the maker; all where nothing was said."""
    rule = policies.get("aspect", {})
    own = shape_of(width, height)
    chosen = {"fixed": (), "range": rule.get("of", ())}.get(rule.get("policy", "free"), ASPECTS)
    return tuple(aspect for aspect in ASPECTS if aspect == own or aspect in chosen)


def offered(family: str, policies: Mapping[str, Any], width: int, height: int) -> tuple[str, ...]:
    """The shapes that are both managed and allowed."""
    let = allowed(policies, width, height)
    return tuple(aspect for aspect in managed(family, width, height) if aspect in let)


def _is_possible(aspect: str, width: int, height: int) -> bool:
    # Small pictures round to a square, large ones beyond what may be asked.
    size = size_of(aspect, width, height)
    return shape_of(*size) == aspect and all(SIDE[0] <= side <= SIDE[1] for side in size)
