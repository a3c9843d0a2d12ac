"""Looks drawn with a pen."""

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
    coverage,
    fixed_noise,
    framed_area,
    grid_xy,
    lay,
    multiply,
    plain,
    wave,
)
from starter.looks.colour import luma, saturated
from starter.looks.edges import calm, contour, inner_edges, region_edges, stroke, subject_mask

if TYPE_CHECKING:
    from starter.scenes import Scene

CYANOTYPE = (26, 76, 158)
WHITE = (200, 222, 250)


def blueprint(scene: Scene, rng: np.random.Generator) -> Image:
    """White technical drawing on cyanotype blue: grid, frame, title block, measures."""
    image = calm(scene.image, scene.labels, 13)
    light = blur(luma(image), 4).astype(np.float32) * np.float32(0.5 / 255)
    tinted = light + np.float32(0.66) + np.float32(0.26 / 255) * blur(subject_mask(scene.labels), 2)
    paper = multiply(plain(CYANOTYPE), tinted + np.float32(0.05) * fixed_noise(5))
    drawn = cv2.max(_drawing(image, scene.labels), _measures(subject_mask(scene.labels)))
    return lay(plain(WHITE), paper, cv2.max(blur(drawn, 1.7).astype(np.uint8), _sheet()))


def _drawing(image: Image, labels: Mask) -> Mask:
    inner = cv2.convertScaleAbs(stroke(inner_edges(image, labels, 56), 5), alpha=0.8)
    places = cv2.convertScaleAbs(stroke(region_edges(labels), 5, 1.6), alpha=0.38)
    return np.asarray(cv2.max(cv2.max(inner, places), contour(labels, 7)))


def _measures(subject: Mask) -> Mask:
    drawn = np.zeros((SIZE, SIZE), np.uint8)
    left, top, width, height = cv2.boundingRect(subject)
    if width < 24 or height < 24:
        return drawn
    right, bottom = left + width, top + height
    below = bottom + 20 if bottom + 20 < SIZE - 80 else max(top - 20, 32)
    beside = right + 20 if right + 20 < SIZE - 32 else max(left - 20, 32)
    _dimension(drawn, (left, below), (right, below))
    _dimension(drawn, (beside, top), (beside, bottom))
    return drawn


def _dimension(drawn: Mask, start: tuple[int, int], end: tuple[int, int]) -> None:
    tick = (0, 11) if start[1] == end[1] else (11, 0)
    cv2.line(drawn, start, end, 150, 4, cv2.LINE_AA)
    for x, y in (start, end):
        cv2.line(drawn, (x - tick[0], y - tick[1]), (x + tick[0], y + tick[1]), 190, 5)


@cache
def _sheet() -> Mask:
    sheet = np.zeros((SIZE, SIZE), np.uint8)
    for at in range(64, SIZE, 64):
        cv2.line(sheet, (at, 0), (at, SIZE), 26, 4)
        cv2.line(sheet, (0, at), (SIZE, at), 26, 4)
    cv2.rectangle(sheet, (16, 16), (SIZE - 17, SIZE - 17), 190, 5)
    cv2.rectangle(sheet, (SIZE - 144, SIZE - 64), (SIZE - 17, SIZE - 17), 190, 5)
    cv2.line(sheet, (SIZE - 144, SIZE - 40), (SIZE - 17, SIZE - 40), 120, 5)
    return np.asarray(blur(sheet, 1.6), np.uint8)


SLATE = (44, 62, 56)
OAK: tuple[Colour, ...] = ((104, 68, 38), (178, 126, 76), (160, 110, 64), (70, 44, 24))


def chalkboard(scene: Scene, rng: np.random.Generator) -> Image:
    """Coloured chalk rubbed and drawn on a wiped green slate in an oak frame."""
    image = calm(scene.image, scene.labels, 13)
    chalks = saturated(cv2.addWeighted(image, 0.66, image, 0, 84), 1.4)
    board = multiply(plain(SLATE), _wiped())
    drawn = lay(np.asarray(chalks), board, _rubbed(image, scene.labels))
    pale = np.asarray(cv2.addWeighted(chalks, 0.45, chalks, 0, 132))
    drawn = lay(pale, drawn, _chalk_lines(image, scene.labels))
    return lay(drawn, _oak(), framed_area(24))


@cache
def _wiped() -> Field:
    return np.asarray(1 + np.float32(0.12) * fixed_noise(5) + np.float32(0.07) * wave(90, 0.4, 1))


def _rubbed(image: Image, labels: Mask) -> Mask:
    # The chalk's side: dense on the subject, thinner the darker the place.
    light = blur(luma(image), 3).astype(np.float32) * np.float32(0.5 / 255)
    inside = blur(subject_mask(labels), 1.5).astype(np.float32) * np.float32(0.62 / 255)
    laid = (light + inside) * (1 + np.float32(0.13) * wave(44, 0.6, 0.8))
    return coverage(laid - np.float32(0.5), 1.0)


def _chalk_lines(image: Image, labels: Mask) -> Mask:
    inner = stroke(inner_edges(image, labels, 60), 5, 1.6)
    behind = cv2.convertScaleAbs(stroke(region_edges(labels), 7, 2.2), alpha=0.5)
    bold = cv2.convertScaleAbs(blur(region_edges(subject_mask(labels), 9), 1.8), alpha=0.85)
    return np.asarray(cv2.max(cv2.max(cv2.convertScaleAbs(inner, alpha=0.7), behind), bold))


@cache
def _oak() -> Image:
    columns, rows = grid_xy()
    inset = np.minimum(np.minimum(columns, 511 - columns), np.minimum(rows, 511 - rows))
    at = np.clip(inset / np.float32(24) * (len(OAK) - 1), 0, len(OAK) - 1)
    parts = [np.interp(at, np.arange(len(OAK)), [tone[c] for tone in OAK]) for c in range(3)]
    return np.asarray(np.stack(parts, axis=2), np.uint8)
