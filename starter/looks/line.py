"""Looks drawn with a pen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from starter.looks.canvas import (
    SIZE,
    Field,
    Image,
    Mask,
    blur,
    coverage,
    grid_xy,
    lay,
    multiply,
    plain,
    smooth_noise,
    wobble,
)
from starter.looks.colour import luma, saturated
from starter.looks.edges import colour_edges, disc, region_edges, subject_mask

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


SLATE = (38, 52, 48)
OAK = (150, 104, 62)


def chalkboard(scene: Scene, rng: np.random.Generator) -> Image:
    """Coloured chalk rubbed and drawn on a wiped slate in an oak frame."""
    image, labels = wobble([scene.image, scene.labels], rng, 18, 2.5)
    chalks = saturated(cv2.addWeighted(image, 0.62, image, 0, 96), 1.35)
    subject = subject_mask(labels)
    grip = coverage(smooth_noise(rng, 100) + np.float32(0.85), 0.8)
    board = multiply(plain(SLATE), _wiped(rng))
    rubbed = cv2.multiply(_rubbed(image, subject, rng), grip, scale=1 / 255)
    drawn = lay(chalks, board, rubbed)
    lines = cv2.multiply(_chalk_lines(image, labels, subject), grip, scale=1 / 255)
    drawn = lay(cv2.addWeighted(chalks, 0.5, chalks, 0, 124), drawn, lines)
    return _framed(drawn, rng)


def _wiped(rng: np.random.Generator) -> Field:
    columns, rows = grid_xy()
    sweep = np.cos((columns * 0.4 + rows) * np.float32(0.02) + 3 * smooth_noise(rng, 4))
    return np.asarray(1 + 0.14 * sweep + 0.12 * smooth_noise(rng, 16))


def _rubbed(image: Image, subject: Mask, rng: np.random.Generator) -> Mask:
    # Broad strokes of the chalk's side: dense on the subject, thinner the darker the place.
    light = blur(luma(image), 2.5).astype(np.float32) / 255
    wave = _strokes(14.0) * np.float32(0.5) + smooth_noise(rng, 30) * np.float32(0.4)
    weight = light * np.float32(0.9) - np.float32(0.72) + (subject > 0) * np.float32(1.15)
    strokes = coverage(wave + weight, 0.7)
    return np.asarray(cv2.convertScaleAbs(strokes, alpha=0.8))


@cache
def _strokes(pitch: float) -> Field:
    columns, rows = grid_xy()
    return np.asarray(np.cos((columns * 0.6 + rows * 0.8) * np.float32(2 * np.pi / pitch)))


def _chalk_lines(image: Image, labels: Mask, subject: Mask) -> Mask:
    inner = cv2.bitwise_and(colour_edges(image, 34), subject)
    behind = cv2.convertScaleAbs(colour_edges(image, 36), alpha=0.7)
    outline = cv2.max(region_edges(subject, 7), cv2.dilate(inner, disc(3)))
    drawn = cv2.max(cv2.max(outline, behind), region_edges(labels, 5))
    return np.asarray(blur(drawn, 1.2), np.uint8)


def _framed(drawn: Image, rng: np.random.Generator) -> Image:
    columns, rows = grid_xy()
    inset = np.minimum(np.minimum(columns, SIZE - columns), np.minimum(rows, SIZE - rows))
    grain = np.cos(rows * np.float32(0.5) + 5 * smooth_noise(rng, 6))
    round_bar = 1.15 - np.square((inset - 9) * np.float32(1 / 13)) * np.float32(0.45)
    wood = multiply(plain(OAK), round_bar + np.float32(0.06) * grain)
    fallen = multiply(drawn, np.clip((inset - 10) * np.float32(1 / 24), 0.35, 1))
    return lay(wood, fallen, coverage(20 - inset, 2))
