"""Looks made of large square pixels."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from starter.looks.canvas import SIZE, Field, Image, Mask
from starter.looks.colour import nearest_colour, saturated, scene_palette
from starter.looks.edges import subject_mask

if TYPE_CHECKING:
    from starter.scenes import Scene

PIXEL = 8
CELLS = SIZE // PIXEL
DITHER = 22  # levels of 255 between the lightest and the darkest cell of the pattern
INK = np.array([26, 20, 44], np.float32)
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32)


def pixel_art(scene: Scene, rng: np.random.Generator) -> Image:
    """8-pixel squares in twenty colours, ordered dither behind a dark-outlined subject."""
    small = cv2.resize(scene.image, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    small = saturated(small, 1.3)
    inside = _cells_of(subject_mask(scene.labels))
    palette = scene_palette(small, inside, 10)
    small = _with_rim_light(small.astype(np.float32), inside)
    dither = np.where(inside, np.float32(0), _bayer(rng)) * np.float32(DITHER)
    flat = _limited(small + dither[..., None], palette)
    flat[_outline(inside)] = INK
    return _enlarged(flat)


def _cells_of(mask: Mask) -> npt.NDArray[np.bool_]:
    return np.asarray(cv2.resize(mask, (CELLS, CELLS), interpolation=cv2.INTER_AREA) > 110)


def _with_rim_light(small: Field, inside: npt.NDArray[np.bool_]) -> Field:
    above = np.roll(inside, 1, axis=0) & np.roll(inside, 1, axis=1)
    below = np.roll(inside, -1, axis=0) & np.roll(inside, -1, axis=1)
    lit, shaded = inside & ~above, inside & ~below & above
    small[lit] = small[lit] * 0.75 + 255 * 0.25
    small[shaded] *= 0.68
    return small


def _outline(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return np.asarray(cv2.dilate(inside.astype(np.uint8), cross) > 0) & ~inside


@cache
def _tiled_bayer() -> Field:
    return np.tile((BAYER + 0.5) / 16 - 0.5, (CELLS // 4 + 1, CELLS // 4 + 1))


def _bayer(rng: np.random.Generator) -> Field:
    right, down = rng.integers(0, 4, 2)
    return _tiled_bayer()[down : down + CELLS, right : right + CELLS]


def _limited(small: Field, palette: Field) -> Field:
    shape = small.shape
    return palette[nearest_colour(small.reshape(-1, 3), palette)].reshape(shape).clip(0, 255)


def _enlarged(flat: Field) -> Image:
    size = (SIZE, SIZE)
    return np.asarray(cv2.resize(flat.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST))
