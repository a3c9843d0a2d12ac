"""Looks built from things: paper, clay, cloth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from starter.looks.canvas import (
    Field,
    Image,
    Mask,
    blur,
    lay,
    multiply,
    plain,
    printed_area,
    shift,
    smooth_noise,
    wobble,
)
from starter.looks.colour import fitted_palette, luma, palette_index, saturated

CARD = (246, 240, 228)

if TYPE_CHECKING:
    from starter.scenes import Scene


def paper_cut(scene: Scene, rng: np.random.Generator) -> Image:
    """Sheets of coloured paper stacked by depth, each casting a soft shadow on those below."""
    image, labels = wobble([scene.image, scene.labels], rng, 14, 2.5)
    waves = cv2.convertScaleAbs(10 + 10 * smooth_noise(rng, 5))
    waves = cv2.bitwise_and(waves, cv2.compare(labels, 1, cv2.CMP_LT))
    palette = fitted_palette(image, 14)
    sheets = cv2.medianBlur(palette_index(cv2.subtract(image, cv2.merge([waves] * 3)), palette), 7)
    flat = saturated(palette.clip(0, 255).astype(np.uint8)[sheets], 1.15, 8)
    height = _stack(labels, sheets, palette)
    frame = printed_area(rng, 20, 5)
    flat, height = lay(flat, plain(CARD), frame), height + (255 - frame) * np.float32(8 / 255)
    lit = _shadows(height) * _fibres(rng) + _bevel(height)
    return multiply(flat, lit)


def _stack(labels: Mask, sheets: Mask, palette: Field) -> Field:
    # Regions lie 1 apart; inside a region lighter sheets lie a little above darker ones.
    light = luma(palette.clip(0, 255).astype(np.uint8)[None])[0].astype(np.float32)
    return labels.astype(np.float32) + light[sheets] * np.float32(0.9 / 255)


def _shadows(height: Field) -> Field:
    cast = np.asarray(blur(shift(height, 7, 10), 5), np.float32) - height
    near = np.asarray(blur(shift(height, 2, 4), 2), np.float32) - height
    dark = np.clip(cast * 0.34, 0, 0.38) + np.clip(near * 0.3, 0, 0.22)
    return (1 - dark).astype(np.float32)


def _bevel(height: Field) -> Field:
    step = height - np.asarray(shift(height, 3, 3), np.float32)
    return np.clip(np.asarray(blur(step, 1), np.float32) * 0.5, 0, 0.16)


def _fibres(rng: np.random.Generator) -> Field:
    return (1.0 + 0.035 * smooth_noise(rng, 90) + 0.03 * smooth_noise(rng, 12)).astype(np.float32)
