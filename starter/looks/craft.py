"""Looks built from things: paper, clay, cloth."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

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
    printed_area,
    shift,
    smooth_noise,
    wobble,
)
from starter.looks.colour import filled, luma, palette_index, saturated, scene_palette
from starter.looks.edges import colour_edges, disc, region_edges, subject_mask

CARD = (246, 240, 228)

if TYPE_CHECKING:
    from starter.scenes import Scene


def paper_cut(scene: Scene, rng: np.random.Generator) -> Image:
    """Sheets of coloured paper stacked by depth, each casting a soft shadow on those below."""
    image, labels = wobble([scene.image, scene.labels], rng, 14, 2.5)
    waves = cv2.convertScaleAbs(10 + 10 * smooth_noise(rng, 5))
    waves = cv2.bitwise_and(waves, cv2.compare(labels, 1, cv2.CMP_LT))
    palette = scene_palette(image, subject_mask(labels), 9)
    sheets = cv2.medianBlur(palette_index(cv2.subtract(image, cv2.merge([waves] * 3)), palette), 5)
    flat = saturated(filled(sheets, palette), 1.15, 8)
    height = _stack(labels, sheets, palette)
    frame = printed_area(rng, 20, 5)
    flat, height = lay(flat, plain(CARD), frame), height + (255 - frame) * np.float32(8 / 255)
    lit = _shadows(height) * _fibres(rng) + _bevel(height)
    return multiply(flat, lit)


def _stack(labels: Mask, sheets: Mask, palette: Field) -> Field:
    # Regions lie 1 apart; inside a region lighter sheets lie a little above darker ones.
    light = luma(palette.clip(0, 255).astype(np.uint8)[None])[0].astype(np.float32)
    return np.asarray(labels.astype(np.float32) + light[sheets] * np.float32(0.9 / 255))


def _shadows(height: Field) -> Field:
    cast = np.asarray(blur(shift(height, 7, 10), 5), np.float32) - height
    near = np.asarray(blur(shift(height, 2, 4), 2), np.float32) - height
    dark = np.clip(cast * 0.34, 0, 0.38) + np.clip(near * 0.3, 0, 0.22)
    return np.asarray(1 - dark, np.float32)


def _bevel(height: Field) -> Field:
    step = height - np.asarray(shift(height, 3, 3), np.float32)
    return np.asarray(np.clip(blur(step, 1) * 0.5, 0, 0.16), np.float32)


def _fibres(rng: np.random.Generator) -> Field:
    return np.asarray(1 + 0.035 * smooth_noise(rng, 90) + 0.03 * smooth_noise(rng, 12))


def claymation(scene: Scene, rng: np.random.Generator) -> Image:
    """Everything modelled in soft clay: rounded, thumb-marked, lit from the upper left."""
    image, labels = wobble([scene.image, scene.labels], rng, 12, 3.0)
    palette = scene_palette(image, subject_mask(labels), 8)
    lumps = cv2.medianBlur(palette_index(image, palette), 5)
    flat = saturated(filled(lumps, palette), 1.25, 12)
    relief = _rounded(labels, lumps) + _thumb_marks(rng)
    light, shine = _studio_light(relief)
    cast = _shadows(labels.astype(np.float32) * np.float32(1.2))
    lit = multiply(blur(flat, 1.5).astype(np.uint8), light * cast)
    return np.asarray(cv2.add(lit, cv2.merge([shine] * 3)))


def _rounded(labels: Mask, lumps: Mask) -> Field:
    seams = cv2.max(region_edges(labels), region_edges(lumps))
    depth = cv2.distanceTransform(cv2.bitwise_not(seams), cv2.DIST_L2, 3)
    # A quarter circle at every border, flat on top from eighteen pixels inward.
    inward = 1 - np.minimum(depth, 18) * np.float32(1 / 18)
    return np.asarray(blur(np.sqrt(1 - np.square(inward)) * np.float32(12), 3.2))


def _thumb_marks(rng: np.random.Generator) -> Field:
    rows = grid_xy()[1]
    whorls = np.cos((rows + 26 * smooth_noise(rng, 5)) * np.float32(2 * np.pi / 9))
    pressed = np.clip(smooth_noise(rng, 7) - np.float32(0.3), 0, 1)
    return np.asarray(whorls * pressed * np.float32(0.55) + 3.0 * smooth_noise(rng, 14))


def _studio_light(relief: Field) -> tuple[Field, Mask]:
    slope_x = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    slope_y = cv2.Sobel(relief, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    facing = (slope_x * np.float32(0.55) + slope_y * np.float32(0.85) + 1) / np.sqrt(
        slope_x * slope_x + slope_y * slope_y + 1
    )
    shine = np.clip((blur(facing, 1.2) - np.float32(1.17)) * 300, 0, 60)
    return np.clip(facing * np.float32(1.02), 0.5, 1.3), np.asarray(shine, np.uint8)


LINEN = (236, 226, 206)
WOOD = (176, 120, 70)
THREAD = 8.0  # pixels from one thread to the next


def embroidery(scene: Scene, rng: np.random.Generator) -> Image:
    """Satin stitches lying a different way in every region, on linen in a wooden hoop."""
    image, labels = wobble([scene.image, scene.labels], rng, 24, 2.0)
    palette = scene_palette(image, subject_mask(labels), 9)
    patches = cv2.medianBlur(palette_index(image, palette), 5)
    colours = saturated(filled(patches, palette), 1.3, 16)
    seams = cv2.max(region_edges(labels, 5), region_edges(patches))
    raised = _threads(labels, patches, rng) * (1 - blur(seams, 1.5) * np.float32(0.42 / 255))
    sewn = multiply(colours, raised)
    return _hooped(sewn, rng)


def _threads(labels: Mask, patches: Mask, rng: np.random.Generator) -> Field:
    columns, rows = grid_xy()
    angles = rng.uniform(0, np.pi, 256)
    turn = 2 * np.pi / THREAD
    kinds = (labels.astype(np.uint8) << 4) | (patches & 15)
    across = cv2.LUT(kinds, (np.cos(angles) * turn).astype(np.float32)[None])
    down = cv2.LUT(kinds, (np.sin(angles) * turn).astype(np.float32)[None])
    phase = columns * across + rows * down + smooth_noise(rng, 14) * np.float32(0.9)
    along = rows * across - columns * down + smooth_noise(rng, 40) * np.float32(5)
    ends = np.cos(along * np.float32(0.22))
    return np.asarray(1 + np.float32(0.19) * np.cos(phase) + np.float32(0.07) * ends)


def _hooped(sewn: Image, rng: np.random.Generator) -> Image:
    inside, ring, ring_light, cast = _hoop()
    weave = 1 + _weave() + np.float32(0.03) * smooth_noise(rng, 10)
    cloth = lay(sewn, multiply(plain(LINEN), weave), inside)
    wood = multiply(plain(WOOD), ring_light + np.float32(0.08) * smooth_noise(rng, 12))
    return lay(wood, multiply(cloth, cast), ring)


@cache
def _weave() -> Field:
    columns, rows = grid_xy()
    turn = np.float32(2 * np.pi / 8)
    return np.asarray(np.float32(0.05) * np.cos(columns * turn) * np.cos(rows * turn))


@cache
def _hoop() -> tuple[Mask, Mask, Field, Field]:
    columns, rows = grid_xy()
    away = np.hypot(columns - SIZE / 2 + 0.5, rows - SIZE / 2 + 0.5)
    inside = coverage((233 - away).astype(np.float32), 2)
    ring = coverage((11 - np.abs(away - 240)).astype(np.float32), 2)
    light = 1 - (away - 240) * (columns + rows - SIZE) / (SIZE * 14)
    cast = _shadows(ring * np.float32(1.5 / 255))
    return inside, ring, np.asarray(light, np.float32), cast


GROUT = (58, 52, 50)
TILE = 13


def mosaic(scene: Scene, rng: np.random.Generator) -> Image:
    """Small glazed tiles, no two quite alike, set in dark grout along the shapes."""
    image = cv2.medianBlur(scene.image, 5)
    corners = _tile_corners(scene, rng)
    seeds = np.full((SIZE, SIZE), 255, np.uint8)
    seeds[corners[:, 1], corners[:, 0]] = 0
    _, cells = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L1, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    glazes = _glazes(image, seeds, rng)
    tiles = glazes[cells - 1]
    joints = cv2.morphologyEx(cells.astype(np.float32), cv2.MORPH_GRADIENT, disc(3))
    grout = blur(cv2.compare(joints, 0, cv2.CMP_GT), 1.2)
    height = 255 - np.asarray(blur(grout, 1.6), np.float32)
    light = 1 + np.clip((height - shift(height, 3, 3)) * np.float32(0.0035), -0.3, 0.4)
    outline = blur(region_edges(subject_mask(scene.labels), 7), 1.2)
    mask = cv2.max(cv2.convertScaleAbs(grout, alpha=1.0), outline)
    return lay(plain(GROUT), multiply(saturated(tiles, 1.3, 8), light), mask)


def _tile_corners(scene: Scene, rng: np.random.Generator) -> Any:
    # Regular rows, bent by a slow wave; every tile that would straddle an edge steps off it.
    axis = np.arange(TILE // 2, SIZE, TILE, dtype=np.float32)
    spots = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    spots += rng.uniform(-1.6, 1.6, spots.shape).astype(np.float32)
    edges = cv2.max(region_edges(scene.labels), colour_edges(scene.image, 60))
    away = np.minimum(cv2.distanceTransform(cv2.bitwise_not(edges), cv2.DIST_L2, 3), 4 * TILE)
    away = blur(away, 1.5)
    slope = np.stack([cv2.Sobel(away, cv2.CV_32F, 1, 0), cv2.Sobel(away, cv2.CV_32F, 0, 1)], -1)
    at = spots.astype(int)
    pull = slope[at[:, 1], at[:, 0]]
    pull /= np.linalg.norm(pull, axis=1, keepdims=True) + 1
    near = (away[at[:, 1], at[:, 0]] < TILE / 2)[:, None]
    moved = spots + pull * near * (TILE / 2 - away[at[:, 1], at[:, 0]])[:, None]
    return np.clip(moved, 0, SIZE - 1).astype(int)


def _glazes(image: Image, seeds: Mask, rng: np.random.Generator) -> Image:
    rows, columns = np.nonzero(seeds == 0)
    colours = image[rows, columns] * rng.uniform(0.84, 1.16, (len(rows), 1))
    return np.asarray(np.clip(colours, 0, 255), np.uint8)
