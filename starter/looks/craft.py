"""Looks built by hand: paper, clay, thread, tiles."""

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
    grid_xy,
    lay,
    multiply,
    plain,
)
from starter.looks.colour import filled, luma, palette_index, saturated, scene_palette
from starter.looks.edges import region_edges, subject_mask
from starter.looks.steady import (
    by_region,
    cast_shadow,
    enlarged,
    hand_bent,
    mean_cells,
    steady_noise,
)

CARD: Colour = (248, 244, 236)

if TYPE_CHECKING:
    from starter.scenes import Scene


def flat_patches(image: Image, labels: Mask, count: int, rounds: int = 2) -> tuple[Mask, Field]:
    """The scene in at most 2 x `count` flat colours: index and palette.

    Slivers go: each round takes those about three pixels wide and rounds corners a little more.
    """
    every_other = np.ascontiguousarray(image[::2, ::2]), subject_mask(labels)[::2, ::2]
    palette = scene_palette(*every_other, count)
    index = palette_index(image, palette)
    for _ in range(rounds):  # narrow medians, again and again: a wide one takes ten times longer
        index = cv2.medianBlur(index, 5)
    return index, palette


def paper_cut(scene: Scene, _rng: np.random.Generator) -> Image:
    """Sheets of coloured paper stacked by depth, each casting a soft shadow on those below."""
    image, labels = (hand_bent(p, 9, 3.0) for p in (scene.image, scene.labels))
    sheets, palette = flat_patches(_waved(image, labels), labels, 5)
    flat = saturated(filled(sheets, palette), 1.15, 12)
    frame = _paper_window()
    height = _stack(labels, sheets, palette) * (frame * np.float32(1 / 255))
    height = height + (255 - frame) * np.float32(8 / 255)
    lit = cast_shadow(height * np.float32(0.6), 8, 11, 7, 0.5)
    return multiply(lay(plain(CARD), flat, cv2.bitwise_not(frame)), lit)


def _waved(image: Image, labels: Mask) -> Image:
    # A sky is one sheet laid on another: its gradient breaks into a few wide waves.
    waves = cv2.convertScaleAbs(24 + 26 * steady_noise(3, 4))
    waves = cv2.bitwise_and(waves, cv2.compare(labels, 1, cv2.CMP_LT))
    return np.asarray(cv2.subtract(image, cv2.merge([waves] * 3)), np.uint8)


@cache
def _paper_window() -> Mask:
    columns, rows = grid_xy()
    ripple = 5 * np.cos(columns * np.float32(2 * np.pi / 128)) + 5 * np.cos(
        rows * np.float32(2 * np.pi / 128)
    )
    inset = np.minimum(np.minimum(columns, 511 - columns), np.minimum(rows, 511 - rows))
    return coverage((inset - 28 + ripple).astype(np.float32), 2.5)


def _stack(labels: Mask, sheets: Mask, palette: Field) -> Field:
    # Regions lie 1 apart; inside a region lighter sheets lie a little above darker ones.
    light = luma(palette.clip(0, 255).astype(np.uint8)[None])[0].astype(np.float32)
    return np.asarray(labels.astype(np.float32) + light[sheets] * np.float32(0.9 / 255))


def claymation(scene: Scene, _rng: np.random.Generator) -> Image:
    """Everything modelled in soft clay: rounded, dented, lit from the upper left."""
    image, labels = (hand_bent(p, 12, 5.0) for p in (scene.image, scene.labels))
    lumps, palette = flat_patches(image, labels, 5)
    flat = saturated(filled(lumps, palette), 1.25, 14)
    relief = _rounded(labels, lumps) + np.float32(2.4) * steady_noise(13, 5)
    light, shine = _studio_light(relief)
    cast = cast_shadow(labels.astype(np.float32) * np.float32(0.3), 6, 9, 7, 0.5)
    lit = multiply(blur(flat, 2.5).astype(np.uint8), light * cast)
    return np.asarray(cv2.add(lit, cv2.merge([shine] * 3)))


def _rounded(labels: Mask, lumps: Mask) -> Field:
    inner = cv2.bitwise_and(region_edges(lumps), subject_mask(labels))
    seams = cv2.max(region_edges(labels), inner)
    depth = cv2.distanceTransform(cv2.bitwise_not(seams), cv2.DIST_L2, 3)
    inward = 1 - np.minimum(depth, 24) * np.float32(1 / 24)
    return np.asarray(blur(np.sqrt(1 - np.square(inward)) * np.float32(15), 5))


def _studio_light(relief: Field) -> tuple[Field, Mask]:
    slope_x = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    slope_y = cv2.Sobel(relief, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    facing = (slope_x * np.float32(0.55) + slope_y * np.float32(0.85) + 1) / np.sqrt(
        slope_x * slope_x + slope_y * slope_y + 1
    )
    facing = np.asarray(blur(facing, 2.5), np.float32)
    shine = np.clip((facing - np.float32(1.15)) * 220, 0, 40)
    return np.clip(facing, 0.55, 1.25), np.asarray(shine, np.uint8)


LINEN: Colour = (238, 228, 208)
WOOD: Colour = (176, 120, 70)
THREAD = 16.0  # pixels from one bundle of threads to the next


def embroidery(scene: Scene, _rng: np.random.Generator) -> Image:
    """Satin stitch lying a different way in every depth, on linen in a wooden hoop."""
    image, labels = (hand_bent(p, 16, 3.0) for p in (scene.image, scene.labels))
    patches, palette = flat_patches(image, labels, 6)
    colours = saturated(filled(patches, palette), 1.25, 12)
    seams = cv2.max(region_edges(labels, 7), region_edges(patches))
    raised = _threads(labels) * (1 - blur(seams, 2.5) * np.float32(0.2 / 255))
    cast = cast_shadow(subject_mask(labels) * np.float32(1 / 255), 4, 6, 5, 0.4)
    return _hooped(multiply(colours, raised * cast))


def _threads(labels: Mask) -> Field:
    return by_region(labels, _laid())


@cache
def _laid() -> list[Field]:
    columns, rows = grid_xy()
    turns = [2 * np.pi / THREAD * np.array([np.sin(a), np.cos(a)]) for a in HAND]
    bend = steady_noise(8, 6) * np.float32(0.8)
    waves = [np.cos(columns * np.float32(t[0]) + rows * np.float32(t[1]) + bend) for t in turns]
    return [np.asarray(1 + np.float32(0.058) * wave, np.float32) for wave in waves]


HAND = (0.12, -0.5, 0.5, -0.12, 0.9, -0.8, 0.8, 0.0)  # how each region's thread lies, radians


def _hooped(sewn: Image) -> Image:
    inside, ring, ring_light, cast = _hoop()
    cloth = lay(sewn, plain(LINEN), inside)
    return lay(multiply(plain(WOOD), ring_light), multiply(cloth, cast), ring)


@cache
def _hoop() -> tuple[Mask, Mask, Field, Field]:
    columns, rows = grid_xy()
    away = np.hypot(columns - SIZE / 2 + 0.5, rows - SIZE / 2 + 0.5)
    inside = coverage((233 - away).astype(np.float32), 2)
    ring = coverage((11 - np.abs(away - 240)).astype(np.float32), 2)
    light = 1 - (away - 240) * (columns + rows - SIZE) / (SIZE * 14)
    cast = cast_shadow(ring * np.float32(1 / 255), 7, 10, 5, 0.36)
    return inside, ring, np.asarray(light, np.float32), cast


TILE = 32


def mosaic(scene: Scene, _rng: np.random.Generator) -> Image:
    """Square glazed tiles on an exact grid, cut to fit where they meet the subject."""
    subject = subject_mask(scene.labels)
    quarters = mean_cells(scene.image, cv2.bitwise_not(subject), 2 * SIZE // TILE)
    ground = multiply(enlarged(quarters), _glazes())
    own = cv2.medianBlur(scene.image, 5)
    wall = saturated(lay(own, ground, blur(subject, 0.8).astype(np.uint8)), 1.4, 6)
    cut = blur(region_edges(subject, 9), 1.5) * np.float32(0.45 / 255)
    return multiply(wall, _joints() * (1 - cut))


@cache
def _glazes() -> Field:
    cells = (SIZE // TILE, SIZE // TILE)
    return enlarged(np.random.default_rng(7).uniform(0.89, 1.11, cells).astype(np.float32))


@cache
def _joints() -> Field:
    face = np.full((TILE, TILE), 0.8, np.float32)
    face[5:, 5:] = 1.02
    return np.asarray(blur(np.tile(face, (SIZE // TILE, SIZE // TILE)), 1.5), np.float32)
