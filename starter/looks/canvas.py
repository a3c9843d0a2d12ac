"""What every look is made on: fields of noise, soft blurs, shifts, tints and rough-edged paper.

Fields are (512, 512) float32; masks are (512, 512) uint8, 0 or 255 (between: coverage).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

SIZE = 512
Image = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]
Field = npt.NDArray[Any]
Colour = tuple[float, float, float]


def smooth_noise(rng: np.random.Generator, cells: int) -> Field:
    """A field of about -1 to 1 whose bumps are 512 / `cells` pixels wide."""
    grid = rng.standard_normal((cells, cells), dtype=np.float32) * np.float32(0.5)
    return np.asarray(cv2.resize(grid, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC))


def blur(picture: npt.NDArray[Any], sigma: float) -> npt.NDArray[Any]:
    """Gaussian blur; wide ones are made on a quarter-size copy, which is much faster."""
    if sigma < 5:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma))
    small = cv2.resize(picture, (SIZE // 4, SIZE // 4), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    return np.asarray(cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR))


def shift(picture: npt.NDArray[Any], right: float, down: float) -> npt.NDArray[Any]:
    """The picture moved by some pixels; its border is stretched into what comes free."""
    move = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return np.asarray(
        cv2.warpAffine(
            picture, move, (SIZE, SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    )


def coverage(field: npt.NDArray[Any], softness: float) -> Mask:
    """255 where `field` is above zero, 0 below, a ramp `softness` wide between them."""
    return np.asarray(cv2.convertScaleAbs(np.clip(field / softness + 0.5, 0, 1), alpha=255))


def tint(mask: Mask, below: Colour, above: Colour) -> Image:
    """An image that is colour `below` where the mask is 0 and `above` where it is 255."""
    steps = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    table = np.asarray(below, np.float32) * (1 - steps) + np.asarray(above, np.float32) * steps
    return np.asarray(cv2.LUT(cv2.merge([mask] * 3), table.astype(np.uint8)[None]))


def lay(top: Image, over: Image, mask: Mask) -> Image:
    """`top` where the mask is 255, `over` where it is 0, a mixture between."""
    weight = mask.astype(np.float32) * np.float32(1 / 255)
    return np.asarray(cv2.blendLinear(top, over, weight, 1 - weight))


def multiply(picture: Image, field: npt.NDArray[Any]) -> Image:
    """The picture with every channel multiplied by a field between 0 and 2."""
    # Bytes times bytes: OpenCV does that twenty times faster than bytes times floats.
    halves = cv2.convertScaleAbs(field, alpha=128)
    return np.asarray(cv2.multiply(picture, cv2.merge([halves] * 3), scale=1 / 128))


def plain(colour: Colour) -> Image:
    return np.full((SIZE, SIZE, 3), colour, np.uint8)


@cache
def grid_xy() -> tuple[Field, Field]:
    rows, columns = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    return columns, rows


@cache
def _inset() -> Field:
    columns, rows = grid_xy()
    across = np.minimum(columns, SIZE - 1 - columns)
    return np.asarray(np.minimum(across, np.minimum(rows, SIZE - 1 - rows)))


def printed_area(rng: np.random.Generator, margin: float, roughness: float) -> Mask:
    """A rectangle `margin` pixels from the border, its edges wandering by `roughness`."""
    return coverage(_inset() - np.float32(margin) + smooth_noise(rng, 20) * roughness, 2.5)


@cache
def framed_area(margin: float) -> Mask:
    """255 inside a straight-edged rectangle `margin` pixels from the border; do not write to it."""
    return coverage(_inset() - np.float32(margin), 3)


@cache
def wave(pitch: float, across: float, down: float) -> Field:
    """Fixed stripes of -1 to 1, `pitch` pixels apart, that run at right angles to the direction."""
    columns, rows = grid_xy()
    length = float(np.hypot(across, down))
    turned = (columns * across + rows * down) * np.float32(2 * np.pi / pitch / length)
    return np.asarray(np.cos(turned), np.float32)


@cache
def fixed_noise(cells: int, seed: int = 3) -> Field:
    """`smooth_noise` that is the same in every image: what never moves is learnt soonest."""
    return smooth_noise(np.random.default_rng(seed), cells)


def gradient_map(mask: Mask, stops: tuple[Colour, ...]) -> Image:
    """The image in which 0 to 255 runs through the colours, evenly spaced."""
    at = np.linspace(0, 255, len(stops))
    rows = [np.interp(np.arange(256), at, [stop[c] for stop in stops]) for c in range(3)]
    table = np.stack(rows, axis=1).astype(np.uint8)[None]
    return np.asarray(cv2.LUT(cv2.merge([mask] * 3), table))


def wobble(
    pictures: list[Image], rng: np.random.Generator, cells: int, amount: float
) -> list[Image]:
    """The same pictures with every edge bent by the same hand, up to about `amount` pixels."""
    columns, rows = grid_xy()
    across = columns + smooth_noise(rng, cells) * np.float32(amount)
    down = rows + smooth_noise(rng, cells) * np.float32(amount)
    across, down = cv2.convertMaps(across, down, cv2.CV_16SC2)
    return [_bent(picture, across, down) for picture in pictures]


def _bent(picture: Image, across: npt.NDArray[Any], down: npt.NDArray[Any]) -> Image:
    flat = picture.ndim == 2
    how = cv2.INTER_NEAREST if flat else cv2.INTER_LINEAR
    return np.asarray(
        cv2.remap(picture, across, down, how, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
