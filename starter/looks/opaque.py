"""Looks made with paint that covers: oil, pastel, pop art."""

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
    fixed_noise,
    framed_area,
    grid_xy,
    lay,
    multiply,
    plain,
    shift,
    wave,
)
from starter.looks.colour import in_flats, luma, saturated
from starter.looks.edges import calm, contour, disc, inner_edges, place_alone, stroke, subject_mask

if TYPE_CHECKING:
    from starter.scenes import Scene

GILT = ((110, 74, 34), (222, 178, 92), (128, 88, 42), (66, 42, 24))


def oil_paint(scene: Scene, rng: np.random.Generator) -> Image:
    """Loaded strokes of rich paint whose ridges catch the light, in a gilt frame."""
    image = saturated(calm(scene.image, scene.labels, 13), 1.4, -4)
    ground = blur(_painted(place_alone(image, scene.labels), 64, 24, 0.25), 1.6).astype(np.uint8)
    fine = cv2.addWeighted(_painted(image, 24, 14, -0.6), 0.26, image, 0.74, 0)
    painted = lay(np.asarray(fine), ground, _worked_over(scene.labels))
    lit = multiply(blur(painted, 1.6).astype(np.uint8), _ridges() * _varnish())
    return lay(lit, _gilt_frame(), framed_area(32))


def _worked_over(labels: Mask) -> Mask:
    return np.asarray(blur(cv2.dilate(subject_mask(labels), disc(7)), 1.5), np.uint8)


def _painted(image: Image, long: int, wide: int, turn: float) -> Image:
    across, down, shade, _ = _dabs(long, wide, turn)
    small = cv2.resize(image, (SIZE // 2, SIZE // 2), interpolation=cv2.INTER_AREA)
    flat = cv2.remap(small, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    flat = cv2.resize(flat, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
    return multiply(np.asarray(flat), shade)


@cache
def _dabs(long: int, wide: int, turn: float) -> tuple[Field, Field, Field, Field]:
    # Dabs are cells in a space squeezed along the stroke; each takes the colour of its middle.
    # At half size: paint has no finer edge.
    columns, rows = (axis[::2, ::2] for axis in grid_xy())
    bend = fixed_noise(4)[::2, ::2] * np.float32(26)
    ahead, aside = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    across = (rows * ahead - columns * aside + bend) / np.float32(wide)
    line = np.floor(across)
    along = (columns * ahead + rows * aside) / np.float32(long) + _scatter(line)
    dab = np.floor(along)
    to_middle = (dab + np.float32(0.5) - along) * np.float32(long)
    to_line = (line + np.float32(0.5) - across) * np.float32(wide)
    map_x = columns + to_middle * ahead - to_line * aside
    map_y = rows + to_middle * aside + to_line * ahead
    shade = 0.97 + 0.06 * _scatter(dab * np.float32(1.7) + line * np.float32(5.3))
    body = 1 - np.square(2 * (across - line) - 1)
    full = [_full_size(np.asarray(field, np.float32)) for field in (shade, body)]
    half = np.float32(0.5)
    return np.asarray(map_x * half), np.asarray(map_y * half), full[0], full[1]


def _full_size(small: Field) -> Field:
    return np.asarray(cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR))


def _scatter(number: Field) -> Field:
    wild = np.sin(number * np.float32(12.9898) + np.float32(0.37)) * np.float32(437.585)
    return np.asarray(wild - np.floor(wild), np.float32)


@cache
def _ridges() -> Field:
    body = _dabs(64, 24, 0.25)[3]
    light = blur(body - shift(body, 3, 5), 2.5)
    return np.asarray(1 + np.clip(light * np.float32(0.24), -0.07, 0.07), np.float32)


@cache
def _varnish() -> Field:
    columns, rows = grid_xy()
    away = np.hypot(columns - 240, rows - 230) * np.float32(1 / 360)
    return np.asarray(1.08 - np.float32(0.34) * np.square(away), np.float32)


@cache
def _gilt_frame() -> Image:
    columns, rows = grid_xy()
    inset = np.minimum(np.minimum(columns, 511 - columns), np.minimum(rows, 511 - rows))
    at = np.clip(inset / np.float32(32) * (len(GILT) - 1), 0, len(GILT) - 1)
    stops = np.arange(len(GILT))
    parts = [np.interp(at, stops, [colour[c] for colour in GILT]) for c in range(3)]
    return np.asarray(np.stack(parts, axis=2), np.uint8)


PLUM = (96, 74, 96)


def pastel(scene: Scene, rng: np.random.Generator) -> Image:
    """Soft sticks on plum paper: wide slanting strokes, smudged edges, bare paper around."""
    image = calm(scene.image, scene.labels)
    soft = lay(image, blur(image, 5).astype(np.uint8), _worked_over(scene.labels))
    chalk = cv2.addWeighted(saturated(blur(soft, 2.0).astype(np.uint8), 1.3), 0.8, soft, 0, 54)
    laid = _side_of_the_stick() + blur(subject_mask(scene.labels), 4) * np.float32(0.3 / 255)
    cover = coverage(np.minimum(laid, 1) * _vignette() - np.float32(0.5), 1.0)
    return lay(np.asarray(chalk), plain(PLUM), cover)


@cache
def _side_of_the_stick() -> Field:
    slanted = wave(40, 0.8, 0.6) * (np.float32(0.6) + fixed_noise(5))
    return np.asarray(np.float32(0.74) + np.float32(0.17) * slanted)


@cache
def _vignette() -> Field:
    columns, rows = grid_xy()
    away = np.sqrt(np.square((columns - 256) / 250) + np.square((rows - 256) / 250))
    edge = np.float32(1.06) + np.float32(0.05) * fixed_noise(9) - away.astype(np.float32)
    return np.asarray(np.clip(edge * np.float32(4), 0, 1), np.float32)


POP = (
    ((90, 16, 92), (255, 96, 170)),
    ((190, 52, 22), (255, 214, 40)),
    ((10, 60, 128), (64, 208, 224)),
    ((24, 92, 52), (180, 226, 70)),
)
INK = (22, 18, 30)


def pop_art(scene: Scene, rng: np.random.Generator) -> Image:
    """Four panels of loud two-tone ground behind a flat subject with a heavy black outline."""
    image = calm(scene.image, scene.labels, 15)
    ground = _panels(_two_tones(image))
    loud = saturated(in_flats(image, subject_mask(scene.labels), 5), 1.6, 8)
    inside = blur(subject_mask(scene.labels), 1.2).astype(np.uint8)
    lines = cv2.max(contour(scene.labels, 11), stroke(inner_edges(image, scene.labels, 60), 5))
    return lay(plain(INK), lay(blur(loud, 1.0).astype(np.uint8), ground, inside), lines)


def _two_tones(image: Image) -> Mask:
    light = blur(luma(image), 4).astype(np.float32)
    middle = np.float32(np.median(light[::8, ::8]))
    return coverage((light - middle) * np.float32(1 / 255) + np.float32(0.02), 0.2)


def _panels(tones: Mask) -> Image:
    steps = np.linspace(0, 1, 256)[:, None]
    sheet = np.empty((SIZE, SIZE, 3), np.uint8)
    half = SIZE // 2
    for number, (dark, light) in enumerate(POP):
        table = (np.asarray(dark) * (1 - steps) + np.asarray(light) * steps).astype(np.uint8)
        top, left = number // 2 * half, number % 2 * half
        sheet[top : top + half, left : left + half] = table[
            tones[top : top + half, left : left + half]
        ]
    return sheet
