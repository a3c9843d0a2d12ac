"""Looks lit from inside the picture: synthwave, a light box, a thermal camera."""

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
    framed_area,
    gradient_map,
    grid_xy,
    lay,
    multiply,
    plain,
    shift,
)
from starter.looks.colour import luma, saturated, stretched
from starter.looks.edges import calm, inner_edges, region_edges, stroke, subject_mask

if TYPE_CHECKING:
    from starter.scenes import Scene

DUSK = ((28, 10, 70), (96, 20, 120), (226, 48, 140), (255, 150, 96))
LAND = ((18, 6, 44), (72, 22, 116), (170, 50, 160))
CYAN = (70, 240, 255)
HOT = (255, 70, 190)


def synthwave(scene: Scene, rng: np.random.Generator) -> Image:
    """A striped sun in a violet dusk, a cyan grid on the ground, neon rims on what stands."""
    image = calm(scene.image, scene.labels, 15)
    land = gradient_map(blur(luma(image), 2).astype(np.uint8), LAND)
    sky = blur(cv2.compare(scene.labels, 0, cv2.CMP_EQ), 1.2).astype(np.uint8)
    picture = lay(_dusk(), land, sky)
    floor = cv2.min(_floor_grid(), cv2.compare(scene.labels, 3, cv2.CMP_EQ))
    picture = _lit_lines(picture, cv2.convertScaleAbs(blur(floor, 2.2), alpha=0.75), CYAN)
    picture = _lit_lines(picture, _ridge_lines(scene.labels), HOT)
    subject = blur(subject_mask(scene.labels), 1.2).astype(np.uint8)
    picture = lay(saturated(image, 1.6, 6), picture, subject)
    return _lit_lines(
        picture, blur(region_edges(subject_mask(scene.labels), 9), 1.8).astype(np.uint8), CYAN
    )


def _lit_lines(picture: Image, lines: Mask, colour: tuple[int, int, int]) -> Image:
    halo = cv2.merge([cv2.convertScaleAbs(blur(lines, 12), alpha=level / 255) for level in colour])
    return lay(plain(colour), np.asarray(cv2.add(picture, halo)), lines)


def _ridge_lines(labels: Mask) -> Mask:
    skyline = region_edges(cv2.min(labels, 1), 7)
    return np.asarray(cv2.convertScaleAbs(blur(skyline, 2.0), alpha=0.8))


@cache
def _dusk() -> Image:
    columns, rows = grid_xy()
    sky = gradient_map(np.clip(rows * np.float32(255 / 340), 0, 255).astype(np.uint8), DUSK)
    disk = coverage(118 - np.hypot(columns - 256, rows - 196), 3)
    slits = np.clip((np.cos((rows - 200) * np.float32(2 * np.pi / 34)) - 0.45) * 3, 0, 1)
    disk = (disk * (1 - slits * (rows > 190))).astype(np.uint8)
    fire = gradient_map(np.clip((rows - 80) * 1.1, 0, 255).astype(np.uint8), ((255, 236, 110), HOT))
    return lay(fire, sky, blur(disk, 1.2).astype(np.uint8))


@cache
def _floor_grid() -> Mask:
    grid = np.zeros((SIZE, SIZE), np.uint8)
    for x in range(-1024, 1600, 128):
        cv2.line(grid, (256 + (x - 256) // 6, 270), (x, SIZE), 200, 7, cv2.LINE_AA)
    for y in (304, 336, 384, 456):
        cv2.line(grid, (0, y), (SIZE, y), 200, 7)
    nearness = np.clip((grid_xy()[1] - 250) / np.float32(170), 0.2, 1)
    return np.asarray(grid * nearness, np.uint8)


SHEETS = ((255, 224, 150), (244, 176, 92), (206, 122, 54), (150, 80, 38), (92, 46, 26))
WALNUT = (46, 26, 18)


def light_box(scene: Scene, rng: np.random.Generator) -> Image:
    """Sheets of amber card in a deep box with a lamp behind: near ones dark, far ones glowing."""
    image = calm(scene.image, scene.labels, 15)
    sheets = np.array([*SHEETS, SHEETS[3], SHEETS[3], SHEETS[3]], np.uint8)[
        cv2.min(scene.labels, 7)
    ]
    tones = blur(luma(image), 3).astype(np.float32) * np.float32(0.55 / 255) + np.float32(0.62)
    card = multiply(blur(sheets, 1.2).astype(np.uint8), tones * _lamp())
    subject = blur(subject_mask(scene.labels), 1.2).astype(np.uint8)
    gel = multiply(saturated(image, 1.5, -8), _lamp() * np.float32(0.92))
    stacked = multiply(lay(gel, card, subject), _sheet_shadows(scene.labels))
    return lay(stacked, _box(), framed_area(34))


@cache
def _lamp() -> Field:
    columns, rows = grid_xy()
    away = np.hypot(columns - 256, rows - 230) * np.float32(1 / 330)
    return np.asarray(np.clip(1.22 - np.float32(0.62) * np.square(away), 0.4, 1.22), np.float32)


def _sheet_shadows(labels: Mask) -> Field:
    height = labels.astype(np.float32)
    fall = np.asarray(blur(shift(height, 0, -8), 7), np.float32) - height
    return np.asarray(1 - np.clip(fall * np.float32(0.2), 0, 0.42), np.float32)


@cache
def _box() -> Image:
    return multiply(plain(WALNUT), _lamp() * np.float32(1.2))


HEAT = ((8, 6, 40), (46, 14, 120), (150, 24, 140), (232, 70, 70), (255, 170, 40), (255, 250, 190))


def thermal_camera(scene: Scene, rng: np.random.Generator) -> Image:
    """What a heat camera sees: a burning subject in a cold violet place, with its scale."""
    image = calm(scene.image, scene.labels, 11)
    light = stretched(blur(luma(image), 3).astype(np.uint8), 14, 112)
    subject = subject_mask(scene.labels)
    warmth = 118 + _core(subject) * np.float32(62) + luma(image) * np.float32(0.34)
    inside = blur(subject, 4).astype(np.float32) / 255
    heat = light * (1 - inside) + warmth * inside
    heat -= blur(stroke(inner_edges(image, scene.labels), 7), 2) * np.float32(0.2)
    heat += blur(subject, 18) * np.float32(0.14)
    return _with_scale(gradient_map(np.clip(heat, 0, 255).astype(np.uint8), HEAT))


def _core(subject: Mask) -> Field:
    depth = cv2.distanceTransform(subject, cv2.DIST_L2, 3)
    return np.asarray(np.minimum(depth, 36) / np.float32(36))


def _with_scale(picture: Image) -> Image:
    bar = np.repeat(np.linspace(255, 0, 320).astype(np.uint8)[:, None], 24, axis=1)
    picture[96:416, 468:492] = _bar(bar)
    return picture


def _bar(levels: Mask) -> Image:
    table = gradient_map(np.arange(256, dtype=np.uint8)[None], HEAT)[0]
    return np.asarray(table[levels], np.uint8)
