"""Looks printed in flat spot colours: risograph, woodblock, silk screen."""

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
    shift,
)
from starter.looks.colour import in_flats, main_colour, saturated
from starter.looks.edges import (
    calm,
    contour,
    first_subject_mask,
    inner_edges,
    long_edges,
    stroke,
    subject_mask,
)

if TYPE_CHECKING:
    from starter.scenes import Scene

BRIGHT = (252, 250, 244)
RISO_INKS = ((255, 84, 148), (255, 222, 64), (0, 120, 190))
SLIPS = ((7.0, -5.0), (-6.0, 6.0), (0.0, 0.0))
LEVELS = 4


def risograph(scene: Scene, rng: np.random.Generator) -> Image:
    """Fluorescent pink, yellow and blue in flat tints on bright paper, each off by its slip."""
    covers = _plates(saturated(calm(scene.image, scene.labels), 1.3))
    printed = np.full((SIZE, SIZE, 3), BRIGHT, np.float32)
    for number, (right, down) in enumerate(SLIPS):
        sheet = cv2.min(covers[..., number], framed_area(30).astype(np.float32) / 255)
        plate = shift(sheet, right, down) * (1 + np.float32(0.08) * fixed_noise(14, number))
        printed *= np.exp(plate[..., None] * -_absorbance(RISO_INKS)[number])
    return np.asarray(printed.clip(0, 255), np.uint8)


def _plates(image: Image) -> Field:
    table = _absorbance(np.repeat(np.arange(256)[:, None], 3, axis=1))[None]
    solve = np.linalg.pinv(_absorbance(RISO_INKS)).T.astype(np.float32)
    covers = np.clip(cv2.transform(cv2.LUT(image, table), solve), 0, 1.25)
    return np.asarray(blur(np.round(covers * LEVELS) / np.float32(LEVELS), 1.6), np.float32)


def _absorbance(colours: object) -> Field:
    light = (np.asarray(colours, np.float32) + 24) / np.float32(279)
    return np.asarray(-np.log(np.minimum(light, 1)), np.float32)


WASHI = (240, 226, 198)
INDIGO = (50, 58, 98)
VERMILION = (200, 62, 44)


def woodblock(scene: Scene, rng: np.random.Generator) -> Image:
    """Flat mineral colours, indigo keylines, a wiped band in the sky and a red cartouche."""
    image = calm(scene.image, scene.labels, 11)
    washi = np.array([*WASHI, 0], np.float64)
    flat = cv2.multiply(saturated(image, 0.95, 44), washi, scale=1 / 255)
    wiped = cv2.bitwise_and(_bokashi(), cv2.compare(scene.labels, 0, cv2.CMP_EQ))
    flat = lay(plain(INDIGO), np.asarray(flat), blur(wiped, 1.5).astype(np.uint8))
    lines = cv2.max(stroke(long_edges(image, scene.labels, 60), 5), contour(scene.labels, 7))
    lines = cv2.max(lines, stroke(inner_edges(image, scene.labels, 84), 5))
    inked = lay(plain(INDIGO), multiply(flat, _plank()), lines)
    return _mounted(inked)


@cache
def _bokashi() -> Mask:
    rows = grid_xy()[1]
    return np.asarray(np.clip(235 - rows * np.float32(1.9), 0, 235), np.uint8)


@cache
def _plank() -> Field:
    columns, rows = grid_xy()
    bend = 10 * np.sin(columns * np.float32(2 * np.pi / 310)) + 9 * fixed_noise(4)
    return np.asarray(1 + np.float32(0.02) * np.cos((rows + bend) * np.float32(2 * np.pi / 30)))


def _mounted(inked: Image) -> Image:
    sheet = lay(plain(INDIGO), plain(WASHI), framed_area(22))
    sheet = lay(inked, sheet, framed_area(27))
    cv2.rectangle(sheet, (430, 44), (468, 148), VERMILION, -1)
    for top in (58, 90, 122):
        cv2.rectangle(sheet, (442, top), (456, top + 14), WASHI, -1)
    return sheet


POSTER = (246, 236, 212)
FLATS = 10


def screen_print_poster(scene: Scene, rng: np.random.Generator) -> Image:
    """A travel poster: a dozen flat colours, a sunburst sky, a wide cream foot with one bar."""
    image = calm(scene.image, scene.labels, 9)
    flat = saturated(in_flats(image, subject_mask(scene.labels), FLATS), 1.3, 10)
    flat = blur(multiply(flat, _sunburst(scene.labels)), 1.0).astype(np.uint8)
    own = main_colour(scene.image, first_subject_mask(scene.labels))
    return _footed(flat, (float(own[0]), float(own[1]), float(own[2])))


@cache
def _rays() -> Field:
    columns, rows = grid_xy()
    turn = np.arctan2(rows - 350, columns - 256) * np.float32(10)
    return np.asarray(np.clip(np.sin(turn) * 8, -1, 1), np.float32)


def _sunburst(labels: Mask) -> Field:
    sky = blur(cv2.compare(labels, 0, cv2.CMP_EQ), 1.2).astype(np.float32) / 255
    return np.asarray(1 + _rays() * sky * np.float32(0.09))


def _footed(flat: Image, bar: Colour) -> Image:
    sheet = lay(flat, plain(POSTER), _picture_area())
    cv2.rectangle(sheet, (40, 472), (472, 492), bar, -1)
    return sheet


@cache
def _picture_area() -> Mask:
    rows = grid_xy()[1]
    return np.asarray(cv2.min(framed_area(22), coverage(456 - rows, 3)))
