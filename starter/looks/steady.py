"""Textures that stay where they are from picture to picture: paper, cloth, wood, tiles.

What is the same in every picture of a look is learnt once and drawn cleanly; what moves about
at random is learnt as a blur. Fields are (512, 512) float32.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from starter.looks.canvas import SIZE, Colour, Field, Image, Mask, blur, coverage, grid_xy, shift
from starter.looks.canvas import smooth_noise as drawn_noise


@cache
def steady_noise(cells: int, number: int = 0) -> Field:
    """A field of about -1 to 1 with bumps 512 / `cells` pixels wide; one for each `number`."""
    return drawn_noise(np.random.default_rng(number), cells)


@cache
def _hand(cells: int, amount: float) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    columns, rows = grid_xy()
    across = columns + steady_noise(cells, 1) * np.float32(amount)
    down = rows + steady_noise(cells, 2) * np.float32(amount)
    across, down = cv2.convertMaps(across, down, cv2.CV_16SC2)
    return across, down


def hand_bent(picture: Image, cells: int, amount: float) -> Image:
    """The picture with its edges bent by up to about `amount` pixels, alike every time."""
    across, down = _hand(cells, amount)
    how = cv2.INTER_NEAREST if picture.ndim == 2 else cv2.INTER_LINEAR
    bent = cv2.remap(picture, across, down, how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, np.uint8)


@cache
def rounded_window(
    margins: tuple[float, float, float, float], radius: float, softness: float = 2.5
) -> Mask:
    """255 inside a rectangle so far from the left, top, right and bottom, corners rounded."""
    left, top, right, bottom = margins
    columns, rows = grid_xy()
    wide, high = (SIZE - left - right) / 2, (SIZE - top - bottom) / 2
    across = np.abs(columns - (left + wide)) - (wide - radius)
    down = np.abs(rows - (top + high)) - (high - radius)
    outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    inside = np.minimum(np.maximum(across, down), 0)
    return coverage((radius - outside - inside).astype(np.float32), softness)


@cache
def round_window(x: float, y: float, radius: float, softness: float = 2.5) -> Mask:
    """255 inside a circle."""
    columns, rows = grid_xy()
    return coverage((radius - np.hypot(columns - x, rows - y)).astype(np.float32), softness)


def cast_shadow(height: Field, right: float, down: float, softness: float, depth: float) -> Field:
    """How much light is left (1 = all) beside what stands higher; `depth` is the most lost."""
    cast = np.asarray(blur(shift(height, right, down), softness), np.float32) - height
    return np.asarray(1 - np.clip(cast, 0, 1) * np.float32(depth), np.float32)


def slanted(slope: float, period: float, bend: float = 0.0) -> Field:
    """A wave from -1 to 1, `period` pixels long, across lines that fall by `slope`."""
    columns, rows = grid_xy()
    across = (rows - columns * np.float32(slope)) / np.float32(np.hypot(1, slope))
    bent = across + steady_noise(7, 3) * np.float32(bend)
    return np.asarray(np.cos(bent * np.float32(2 * np.pi / period)))


def ramp(tones: npt.NDArray[Any], colours: tuple[Colour, ...]) -> Image:
    """Each of 256 tones as a colour on the way from the first of `colours` to the last."""
    stops = np.linspace(0, 255, len(colours))
    table = [np.interp(np.arange(256), stops, [c[i] for c in colours]) for i in range(3)]
    lut = np.stack(table, axis=1).astype(np.uint8)[None]
    return np.asarray(cv2.LUT(cv2.merge([tones] * 3), lut))


def by_region(labels: Mask, fields: list[Field]) -> Field:
    """For each pixel the field that belongs to its label."""
    chosen = fields[0].copy()
    for label, field in enumerate(fields[1:], 1):
        np.copyto(chosen, field, where=labels == label)
    return chosen


def mean_cells(image: Image, mask: Mask, cells: int) -> Image:
    """(cells, cells, 3): means of equal squares, on the mask's border of the masked part alone."""
    size = (cells, cells)
    alone = cv2.bitwise_and(image, image, mask=mask)
    share = cv2.resize(mask, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    mean = cv2.resize(alone, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    whole = mean * (255 / np.maximum(share, 8))[..., None]
    return np.asarray(np.clip(whole, 0, 255), np.uint8)


def enlarged(cells: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Small squares drawn out to a picture of 512 pixels, edges hard."""
    each = SIZE // len(cells)
    return np.repeat(np.repeat(cells, each, 0), each, 1)
