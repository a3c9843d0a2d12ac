"""Looks that come out of a camera."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from starter.looks.canvas import (
    SIZE,
    Colour,
    Field,
    Image,
    Mask,
    blur,
    grid_xy,
    lay,
    multiply,
    plain,
)
from starter.looks.colour import luma, saturated
from starter.looks.edges import disc, subject_mask
from starter.looks.steady import cast_shadow, ramp, rounded_window, steady_noise

if TYPE_CHECKING:
    from starter.scenes import Scene

SILVER: tuple[Colour, ...] = (
    (8, 9, 12),
    (40, 43, 50),
    (120, 124, 130),
    (214, 216, 216),
    (250, 249, 244),
)


@cache
def _vignette(radius: float, least: float) -> Field:
    columns, rows = grid_xy()
    away = np.hypot(columns - SIZE / 2, rows - SIZE / 2) / np.float32(radius)
    dark = np.clip(away - np.float32(0.55), 0, 1) * np.float32(1.5)
    return np.asarray(np.maximum(1 - dark * dark, least), np.float32)


def film_noir(scene: Scene, _rng: np.random.Generator) -> Image:
    """Black and white under light that falls through blinds; the subject alone keeps colour."""
    subject = subject_mask(scene.labels)
    tones = _stretched(luma(blur(scene.image, 1.2).astype(np.uint8)), 1.15)
    grey = multiply(ramp(tones, SILVER), _blinds() * _vignette(330, 0.06))
    glow = np.asarray(blur(cv2.dilate(subject, disc(31)), 26), np.float32) / 255
    lit = multiply(grey, 0.62 + glow * np.float32(0.6))
    colour = multiply(
        saturated(scene.image, 1.15, 8), np.float32(0.35) + _blinds() * np.float32(0.7)
    )
    picture = lay(colour, lit, blur(subject, 1.2).astype(np.uint8))
    return lay(picture, plain((6, 6, 8)), rounded_window((-40, 40, -40, 40), 1))


def _stretched(tones: Mask, gamma: float) -> Mask:
    low, high = np.percentile(tones[::8, ::8], (4, 98))
    share = np.clip((tones - np.float32(low)) / max(float(high - low), 60.0), 0, 1)
    return np.asarray(np.power(share, 1 / gamma) * 255).astype(np.uint8)


@cache
def _blinds() -> Field:
    columns, rows = grid_xy()
    wave = np.cos((rows + columns * np.float32(0.3)) * np.float32(2 * np.pi / 74))
    return np.asarray(1 + np.clip(wave * np.float32(1.4), -1, 1) * np.float32(0.2))


MOUNT: Colour = (246, 243, 234)
LEAK: Colour = (255, 148, 70)


def instant_photo(scene: Scene, _rng: np.random.Generator) -> Image:
    """A faded snapshot in a white mount, warm, with a leak of light along one side."""
    picture = _faded(_mounted(scene.image))
    leaked = lay(plain(LEAK), picture, _leak())
    window = rounded_window((30, 30, 30, 84), 6)
    paper = multiply(plain(MOUNT), _mount_light())
    return lay(leaked, paper, window)


def _mounted(image: Image) -> Image:
    print_ = cv2.resize(image, (456, 456), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.copyMakeBorder(print_, 14, 42, 28, 28, cv2.BORDER_REPLICATE))


def _faded(image: Image) -> Image:
    soft = np.asarray(cv2.addWeighted(image, 0.7, blur(image, 9).astype(np.uint8), 0.3, 0))
    warm = np.array(
        [[1.02, -0.02, -0.04, 34], [0.0, 0.9, -0.02, 26], [0.0, 0.08, 0.64, 28]], np.float32
    )
    return multiply(np.asarray(cv2.transform(soft, warm), np.uint8), _vignette(420, 0.6))


@cache
def _leak() -> Mask:
    columns, rows = grid_xy()
    side = np.clip((columns - 330 - 0.18 * rows + 30 * steady_noise(3, 9)) / 190, 0, 1)
    return np.asarray(side * side * 250).astype(np.uint8)


@cache
def _mount_light() -> Field:
    window = rounded_window((30, 30, 30, 84), 6)
    return cast_shadow((255 - window) * np.float32(1 / 255), 3, 4, 4, 0.5)


def tilt_shift(scene: Scene, _rng: np.random.Generator) -> Image:
    """A toy-sized world: one band in focus, all before and behind it melting into discs."""
    image = saturated(scene.image, 1.55, 6)
    subject = subject_mask(scene.labels)
    sharpness = cv2.max(_focus_band(subject), cv2.dilate(subject, disc(5)))
    near = lay(image, _bokeh(image, 13), blur(sharpness, 4).astype(np.uint8))
    mostly = blur(cv2.max(_wide_band(subject), cv2.dilate(subject, disc(9))), 6).astype(np.uint8)
    melted = lay(near, _bokeh(image, 37), mostly)
    cast = cast_shadow(subject * np.float32(1 / 255), 10, 8, 9, 0.35)
    return multiply(melted, cast * _vignette(460, 0.7) * np.float32(1.04))


def _bokeh(image: Image, width: int) -> Image:
    # Squaring lets lights outshine their surroundings, as they do in a lens.
    shrink = 2 if width < 20 else 4
    size = (SIZE // shrink, SIZE // shrink)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    light = np.square(small.astype(np.float32) * np.float32(1 / 255))
    kernel = disc(width // shrink | 1).astype(np.float32)
    spread = cv2.filter2D(light, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    melted = (np.sqrt(np.clip(spread, 0, 1)) * 255).astype(np.uint8)
    return np.asarray(cv2.resize(melted, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR))


def _foot(subject: Mask) -> int:
    rows = np.flatnonzero(subject.any(axis=1))
    return int(rows[-1]) if len(rows) else SIZE * 3 // 4


def _band(middle: int, reach: int) -> Mask:
    away = np.abs(np.arange(SIZE, dtype=np.float32) - middle)
    column = np.clip(2 - away / reach, 0, 1) * 255
    return np.repeat(column.astype(np.uint8)[:, None], SIZE, axis=1)


def _focus_band(subject: Mask) -> Mask:
    return _band(_foot(subject) - 20, 26)


def _wide_band(subject: Mask) -> Mask:
    return _band(_foot(subject) - 30, 58)
