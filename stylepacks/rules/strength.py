"""The strength dial: 0 is the checkpoint alone, 100 the curator's ceiling.

A curve is `[[strength, share], …]`: straight lines between points that run from [0, 0] to
[100, 1] and never fall. The share says how far along the weight range the dial stands.
"""

from collections.abc import Sequence
from itertools import pairwise

MAX_POINTS = 101
Curve = Sequence[Sequence[float]]


class StrengthError(ValueError):
    """A strength or a curve that cannot be used; the message says what to change."""


def weight_at(strength: int, weight_min: float, weight_max: float, curve: Curve) -> float:
    """The LoRA weight at a dial position: exactly 0.0 at 0, exactly `weight_max` at 100."""
    if isinstance(strength, bool) or not isinstance(strength, int) or not 0 <= strength <= 100:
        raise StrengthError("Strength must be a whole number from 0 to 100.")
    validate_curve(curve)
    if strength == 0:
        return 0.0
    if strength == 100:
        return float(weight_max)
    share = _share_at(strength, curve)
    # Rounded so that a recipe reads the same on every platform; far below what an image shows.
    return round(weight_min + share * (weight_max - weight_min), 6)


def validate_curve(curve: Curve) -> None:
    """StrengthError unless the curve runs from [0, 0] to [100, 1] and never falls."""
    points = _points(curve)
    if points[0] != (0.0, 0.0) or points[-1] != (100.0, 1.0):
        raise StrengthError("The strength curve must start at [0, 0] and end at [100, 1].")
    for (left, low), (right, high) in pairwise(points):
        if not left < right:
            raise StrengthError("The strengths in the curve must rise from point to point.")
        if not low <= high:
            raise StrengthError("The strength curve falls: a higher strength must never do less.")


def _points(curve: Curve) -> list[tuple[float, float]]:
    if not isinstance(curve, (list, tuple)) or not 2 <= len(curve) <= MAX_POINTS:
        raise StrengthError(f"The strength curve needs 2 to {MAX_POINTS} [strength, share] points.")
    for point in curve:
        if not isinstance(point, (list, tuple)) or len(point) != 2 or not all(map(_plain, point)):
            raise StrengthError("Every point of the strength curve is a pair of numbers.")
    return [(float(at), float(share)) for at, share in curve]


def _plain(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _share_at(strength: int, curve: Curve) -> float:
    for (left, low), (right, high) in pairwise(_points(curve)):
        if strength <= right:
            return low + (high - low) * (strength - left) / (right - left)
    raise StrengthError("The strength curve must end at [100, 1].")
