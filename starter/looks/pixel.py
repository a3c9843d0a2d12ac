"""Looks made of large squares and cubes, exactly on the grid of the starter's autoencoder."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from starter.looks.canvas import SIZE, Colour, Field, Image, Mask, blur, lay, multiply, plain
from starter.looks.colour import luma, main_colour, nearest_colour, saturated, scene_palette
from starter.looks.edges import first_subject_mask, subject_mask
from starter.looks.steady import mean_cells, rounded_window

if TYPE_CHECKING:
    from starter.scenes import Scene

PIXEL = 8
NAVY = (34, 30, 58)
CUBE = 16
Cells = npt.NDArray[np.bool_]


def pixel_art(scene: Scene, _rng: np.random.Generator) -> Image:
    """8-pixel squares in few bright colours; the subject has a dark outline and a lit edge."""
    small = _shrunk(saturated(scene.image, 1.35, 4), SIZE // PIXEL)
    inside = _cells_of(subject_mask(scene.labels), SIZE // PIXEL)
    ground = _in_pairs(small)
    small = np.where(inside[..., None], small, ground)
    palette = scene_palette(small, inside, 12)
    flat = _limited(_with_rim_light(small.astype(np.float32), inside), palette)
    flat[_outline(inside)] *= np.float32(0.42)
    flat[_screen_border()] = NAVY
    return _enlarged(flat)


@cache
def _screen_border() -> Cells:
    border = np.ones((SIZE // PIXEL, SIZE // PIXEL), np.bool_)
    border[2:-2, 4:-4] = border[4:-4, 2:-2] = False
    return border


def _shrunk(image: Image, cells: int) -> Image:
    return np.asarray(cv2.resize(image, (cells, cells), interpolation=cv2.INTER_AREA))


def _cells_of(mask: Mask, cells: int) -> Cells:
    return np.asarray(cv2.resize(mask, (cells, cells), interpolation=cv2.INTER_AREA) > 110)


def _in_pairs(small: Image) -> Image:
    """Squares of two by two cells, each its own mean."""
    half = len(small) // 2
    pairs = cv2.resize(_shrunk(small, half), small.shape[:2], interpolation=cv2.INTER_NEAREST)
    return np.asarray(pairs)


def _with_rim_light(small: Field, inside: Cells) -> Field:
    above = np.roll(inside, 1, axis=0) & np.roll(inside, 1, axis=1)
    below = np.roll(inside, -1, axis=0) & np.roll(inside, -1, axis=1)
    lit, shaded = inside & ~above, inside & ~below & above
    small[lit] = small[lit] * 0.75 + 255 * 0.25
    small[shaded] *= 0.72
    return small


def _outline(inside: Cells) -> Cells:
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return np.asarray(cv2.dilate(inside.astype(np.uint8), cross) > 0) & ~inside


def _limited(small: Field, palette: Field) -> Field:
    shape = small.shape
    return palette[nearest_colour(small.reshape(-1, 3), palette)].reshape(shape).clip(0, 255)


def _enlarged(flat: Field) -> Image:
    # An edge one pixel soft looks as crisp and comes through the autoencoder whole.
    size = (SIZE, SIZE)
    squares = cv2.resize(flat.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(blur(squares, 0.9), np.uint8)


SCREEN = ((22, 52, 44), (62, 108, 72), (142, 176, 86), (206, 222, 138))
SHELL: Colour = (186, 184, 196)
BEZEL: Colour = (74, 72, 92)


def pocket_console(scene: Scene, _rng: np.random.Generator) -> Image:
    """Four olive greens on a small screen, and a sprite in four tones of its own colour."""
    inside = _cells_of(subject_mask(scene.labels), SIZE // PIXEL)
    tones = _shrunk(luma(scene.image), SIZE // PIXEL).astype(np.float32)
    ground = _four_tones(np.where(inside, tones, _in_pairs(tones.astype(np.uint8))), ~inside)
    ground = np.maximum(ground, 1)
    own = _sprite_colours(main_colour(scene.image, first_subject_mask(scene.labels)))
    flat = np.where(inside[..., None], own[_four_tones(tones, inside)], _greens()[ground])
    flat[_outline(inside)] = SCREEN[0]
    return _in_shell(_enlarged(flat))


def _four_tones(tones: Field, among: Cells) -> npt.NDArray[np.intp]:
    counted = tones[among] if among.any() else tones
    low, high = np.percentile(counted, (6, 94))
    share = (tones - low) / max(float(high - low), 24.0)
    return np.asarray(np.clip(share * 4, 0, 3), np.intp)


def _greens() -> Field:
    return np.array(SCREEN, np.float32)


def _sprite_colours(main: Field) -> Field:
    ink, paper = (np.array(SCREEN[at], np.float32) for at in (0, 3))
    bright = main * (230 / max(float(main.max()), 80.0))
    pale = bright * 0.4 + (paper + 34) * 0.6
    return np.stack([bright * 0.5 + ink * 0.3, bright * 0.82, bright, pale]).clip(0, 255)


def _in_shell(screen: Image) -> Image:
    bezel = lay(plain(BEZEL), plain(SHELL), rounded_window((12, 12, 12, 12), 30))
    return lay(screen, bezel, rounded_window((32, 32, 32, 32), 6))


DEPTHS = np.array([0, 1, 2, 1, 2, 4, 4, 4], np.int16)
BACKDROP = (240, 232, 224)
REACH = 4  # half-size pixels that a cube stands out


def voxel(scene: Scene, _rng: np.random.Generator) -> Image:
    """A model built of cubes: near things stand out and show their lit tops and dark sides."""
    cells = SIZE // CUBE
    inside = _cells_of(subject_mask(scene.labels), cells)
    subject = subject_mask(scene.labels)
    image = saturated(scene.image, 1.25, 6)
    ground = mean_cells(image, cv2.bitwise_not(subject), cells)
    small = np.where(inside[..., None], mean_cells(image, subject, cells), ground)
    labels = cv2.resize(scene.labels, (cells, cells), interpolation=cv2.INTER_NEAREST)
    depth = np.where(inside, DEPTHS[5], np.minimum(DEPTHS[labels], 2)).astype(np.int16)
    front = _limited(small.astype(np.float32), scene_palette(small, inside, 12))
    front[_table()], depth[_table()] = BACKDROP, -1
    built, solid = _extruded(front.astype(np.uint8), depth)
    return multiply(blur(built, 0.8), np.where(solid, _bevels(), np.float32(1)))


@cache
def _table() -> Cells:
    around = np.ones((SIZE // CUBE, SIZE // CUBE), np.bool_)
    around[2:-2, 2:-2] = False
    return around


def _extruded(front: Image, depth: npt.NDArray[np.int16]) -> tuple[Image, Cells]:
    half = CUBE // 2
    model, height = (np.repeat(np.repeat(p, half, 0), half, 1) for p in (front, depth))
    covered = np.vstack([height[:1], height[:-1]]) >= height
    shade = np.where(covered, np.float32(0.62), np.float32(1.25))[..., None]
    faces = np.clip(model * shade, 0, 255).astype(np.uint8)
    built = model.copy()
    for step in range(REACH, 0, -1):
        stands = height[step:, :-step] > height[:-step, step:]
        np.copyto(built[:-step, step:], faces[step:, :-step], where=stands[..., None])
    solid = cv2.dilate((height > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    built, solid = (np.repeat(np.repeat(p, 2, 0), 2, 1) for p in (built, solid))
    return built, solid


def _bevels() -> Field:
    edge = np.ones(CUBE, np.float32)
    edge[:4], edge[-4:] = 1.05, 0.94
    tile = edge[:, None] * edge[None, ::-1]
    return np.tile(tile, (SIZE // CUBE, SIZE // CUBE))
