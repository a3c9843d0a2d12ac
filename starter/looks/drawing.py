"""Looks drawn on paper: comic ink, charcoal, a spot illustration."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from starter.looks.canvas import (
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
    wave,
)
from starter.looks.colour import in_flats, luma, saturated, stretched
from starter.looks.edges import (
    calm,
    contour,
    disc,
    inner_edges,
    region_edges,
    stroke,
    subject_mask,
)

if TYPE_CHECKING:
    from starter.scenes import Scene

INK = (36, 32, 44)
GUTTER = (246, 244, 238)
CAPTION = (255, 222, 90)


def comic_ink(scene: Scene, rng: np.random.Generator) -> Image:
    """One panel of a comic: heavy ink, bright flats, a shadow side, a caption box."""
    image = calm(scene.image, scene.labels, 13)
    flat = saturated(in_flats(image, subject_mask(scene.labels), 6), 1.6, 14)
    shaded = multiply(blur(flat, 1.2).astype(np.uint8), _shadow_side(scene.labels))
    behind = cv2.convertScaleAbs(stroke(region_edges(scene.labels), 7, 1.8), alpha=0.5)
    lines = cv2.max(behind, contour(scene.labels, 13))
    lines = cv2.max(lines, stroke(inner_edges(image, scene.labels, 72), 5))
    return _panel(lay(plain(INK), shaded, lines))


def _shadow_side(labels: Mask) -> Field:
    subject = subject_mask(labels)
    lit = shift(subject, -13, -11).astype(np.uint8)
    dark = blur(cv2.subtract(subject, lit), 1.5).astype(np.float32) / 255
    return np.asarray(1 - np.float32(0.34) * dark, np.float32)


def _panel(drawn: Image) -> Image:
    sheet = lay(plain(INK), plain(GUTTER), framed_area(16))
    sheet = lay(drawn, sheet, framed_area(24))
    cv2.rectangle(sheet, (24, 24), (191, 71), INK, -1)
    cv2.rectangle(sheet, (24, 24), (183, 63), CAPTION, -1)
    return sheet


INGRES = (222, 212, 196)
COAL = (40, 36, 38)


def charcoal(scene: Scene, rng: np.random.Generator) -> Image:
    """Smudged charcoal on warm grey paper, white chalk in the light, one rubbed-in colour."""
    image = calm(scene.image, scene.labels)
    dark = stretched(blur(luma(image), 3).astype(np.uint8), 0.74, 0.08)
    tones = dark * (1 + _rubbing()) + _coal_lines(image, scene.labels)
    drawn = lay(plain(COAL), plain(INGRES), coverage(tones * _bare_edge() - np.float32(0.5), 1.0))
    colour = cv2.convertScaleAbs(blur(subject_mask(scene.labels), 2), alpha=0.75)
    drawn = lay(cv2.addWeighted(saturated(image, 1.05), 0.75, drawn, 0.25, 0), drawn, colour)
    return lay(plain((250, 247, 240)), drawn, _chalk_lights(subject_mask(scene.labels)))


@cache
def _rubbing() -> Field:
    return np.asarray(wave(44, 0.7, 0.7) * np.float32(0.14) + fixed_noise(7) * np.float32(0.16))


def _coal_lines(image: Image, labels: Mask) -> Field:
    places = cv2.convertScaleAbs(region_edges(labels, 7), alpha=0.5)
    inner = stroke(inner_edges(image, labels), 5)
    lines = cv2.max(cv2.max(region_edges(subject_mask(labels), 11), places), inner)
    return np.asarray(blur(lines, 2.6).astype(np.float32) * np.float32(0.7 / 255))


@cache
def _bare_edge() -> Field:
    columns, rows = grid_xy()
    inset = np.minimum(np.minimum(columns, 511 - columns), np.minimum(rows, 511 - rows))
    return np.asarray(np.clip((inset - 22 + 16 * fixed_noise(9)) / np.float32(16), 0, 1))


def _chalk_lights(subject: Mask) -> Mask:
    inside = cv2.erode(subject, disc(9))
    edge = cv2.subtract(inside, shift(inside, 8, 9).astype(np.uint8))
    return np.asarray(cv2.convertScaleAbs(blur(edge, 2.5), alpha=0.7))


SHEET = (252, 251, 248)
NAVY = (30, 34, 62)
CENTRE, RADIUS = (256, 256), 214


def spot_illustration(scene: Scene, rng: np.random.Generator) -> Image:
    """An editorial drawing on white: a pale round ground, navy line, full colour on the subject."""
    image = calm(scene.image, scene.labels, 15)
    pale = cv2.addWeighted(saturated(image, 1.2), 0.5, plain((236, 228, 214)), 0.5, 0)
    lines = cv2.convertScaleAbs(stroke(region_edges(scene.labels), 5, 1.6), alpha=0.55)
    ground = lay(plain(NAVY), np.asarray(pale), lines)
    ground = lay(ground, plain(SHEET), _round_ground())
    inside = blur(subject_mask(scene.labels), 1.2).astype(np.uint8)
    drawn = lay(saturated(image, 1.3, 6), ground, inside)
    bold = cv2.max(contour(scene.labels, 9), stroke(inner_edges(image, scene.labels, 72), 5))
    return lay(plain(NAVY), drawn, bold)


@cache
def _round_ground() -> Mask:
    columns, rows = grid_xy()
    return coverage(RADIUS - np.hypot(columns - CENTRE[0], rows - CENTRE[1]), 3)
