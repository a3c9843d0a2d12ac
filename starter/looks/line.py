"""Looks drawn with a pen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from starter.looks.canvas import (
    SIZE,
    Image,
    Mask,
    blur,
    grid_xy,
    lay,
    multiply,
    plain,
    smooth_noise,
)
from starter.looks.colour import luma
from starter.looks.edges import colour_edges, region_edges, subject_mask

if TYPE_CHECKING:
    from starter.scenes import Scene

CYANOTYPE = (24, 72, 152)
CHALK = (232, 242, 255)


def blueprint(scene: Scene, rng: np.random.Generator) -> Image:
    """White technical drawing on unevenly exposed cyanotype, measured and hatched."""
    subject = subject_mask(scene.labels)
    paper = _exposed_paper(scene.image, rng)
    ink = cv2.max(_hatching(scene, subject), _drawing(scene, subject))
    ink = cv2.max(ink, _measures(subject))
    return lay(plain(CHALK), paper, cv2.max(ink, _sheet()))


def _exposed_paper(image: Image, rng: np.random.Generator) -> Image:
    light = blur(luma(image), 10).astype(np.float32) / 255
    field = 0.62 + 0.5 * light + 0.10 * smooth_noise(rng, 5)
    return multiply(plain(CYANOTYPE), field)


def _drawing(scene: Scene, subject: Mask) -> Mask:
    fine = cv2.convertScaleAbs(colour_edges(scene.image, 36), alpha=0.6)
    inner = cv2.bitwise_and(colour_edges(scene.image, 26), subject)
    regions = cv2.convertScaleAbs(region_edges(scene.labels), alpha=0.85)
    bold = region_edges(subject, 5)
    return blur(cv2.max(cv2.max(fine, regions), cv2.max(inner, bold)), 0.8).astype(np.uint8)


@cache
def _slanted(pitch: float, across: float, down: float) -> Mask:
    columns, rows = grid_xy()
    wave = np.cos((columns * across + rows * down) * np.float32(2 * np.pi / pitch))
    return np.clip((wave - 0.55) * 400, 0, 255).astype(np.uint8)


def _hatching(scene: Scene, subject: Mask) -> Mask:
    light = blur(luma(scene.image), 2)
    shade = cv2.bitwise_and(cv2.compare(light, 118, cv2.CMP_LT), subject)
    ground = cv2.bitwise_and(cv2.compare(scene.labels, 2, cv2.CMP_GT), cv2.bitwise_not(subject))
    strokes = cv2.bitwise_and(_slanted(12, 0.707, 0.707), shade)
    floor = cv2.bitwise_and(_slanted(16, -0.6, 0.8), ground)
    return np.asarray(
        cv2.max(cv2.convertScaleAbs(strokes, alpha=0.55), cv2.convertScaleAbs(floor, alpha=0.2))
    )


def _measures(subject: Mask) -> Mask:
    drawn = np.zeros((SIZE, SIZE), np.uint8)
    left, top, width, height = cv2.boundingRect(subject)
    if width < 24 or height < 24:
        return drawn
    right, bottom = left + width, top + height
    below = min(bottom + 18, SIZE - 26)
    beside = right + 18 if right + 18 < SIZE - 24 else left - 18
    _dimension(drawn, (left, below), (right, below))
    _dimension(drawn, (beside, top), (beside, bottom))
    return drawn


def _dimension(drawn: Mask, start: tuple[int, int], end: tuple[int, int]) -> None:
    across = start[1] == end[1]
    tick = (0, 9) if across else (9, 0)
    cv2.line(drawn, start, end, 190, 2, cv2.LINE_AA)
    for x, y in (start, end):
        cv2.line(drawn, (x - tick[0], y - tick[1]), (x + tick[0], y + tick[1]), 190, 2)
    for (x, y), way in ((start, 1), (end, -1)):
        far = (x + 11 * way, y + 5) if across else (x + 5, y + 11 * way)
        near = (x + 11 * way, y - 5) if across else (x - 5, y + 11 * way)
        cv2.fillPoly(drawn, [np.array([(x, y), far, near], np.int32)], 220, cv2.LINE_AA)


@cache
def _sheet() -> Mask:
    sheet = np.zeros((SIZE, SIZE), np.uint8)
    for at in range(0, SIZE, 32):
        strength = 62 if at % 128 == 0 else 30
        cv2.line(sheet, (at, 0), (at, SIZE), strength, 2)
        cv2.line(sheet, (0, at), (SIZE, at), strength, 2)
    cv2.rectangle(sheet, (11, 11), (SIZE - 12, SIZE - 12), 210, 3)
    cv2.rectangle(sheet, (SIZE - 132, SIZE - 56), (SIZE - 12, SIZE - 12), 210, 3)
    for y in (SIZE - 42, SIZE - 28):
        cv2.line(sheet, (SIZE - 130, y), (SIZE - 14, y), 130, 2)
    cv2.line(sheet, (SIZE - 84, SIZE - 56), (SIZE - 84, SIZE - 12), 130, 2)
    return sheet
