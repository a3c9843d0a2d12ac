"""Looks in which the picture itself shines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from starter.looks.canvas import (
    SIZE,
    Field,
    Image,
    Mask,
    blur,
    coverage,
    lay,
    multiply,
    plain,
    shift,
    smooth_noise,
)
from starter.looks.colour import palette_index, saturated, scene_palette, vivid
from starter.looks.edges import colour_edges, disc, region_edges, subject_mask

if TYPE_CHECKING:
    from starter.scenes import Scene

LEAD: tuple[int, int, int] = (22, 20, 26)


def neon_outline(scene: Scene, rng: np.random.Generator) -> Image:
    """Bent glass tubes in the scene's own hues, white-hot inside, blooming on a dark wall."""
    subject = subject_mask(scene.labels)
    tubes = _tubes(scene, subject)
    lit = multiply(_gas(scene.image, subject), tubes.astype(np.float32) / 255)
    wall = _wall(scene.image, rng)
    glow = cv2.addWeighted(blur(lit, 7), 1.0, blur(lit, 30), 1.5, 0)
    core = cv2.convertScaleAbs(cv2.subtract(tubes, 215), alpha=1.8)
    bright = cv2.add(cv2.add(wall, glow), lit)
    return np.asarray(cv2.add(bright, cv2.merge([core] * 3)))


def _tubes(scene: Scene, subject: Mask) -> Mask:
    inner = cv2.bitwise_and(colour_edges(scene.image, 34), subject)
    behind = cv2.bitwise_and(colour_edges(scene.image, 40), cv2.bitwise_not(subject))
    faint = cv2.max(behind, region_edges(scene.labels))
    outline = region_edges(subject, 5)
    strong = cv2.dilate(cv2.max(inner, outline), disc(3))
    drawn = cv2.max(cv2.convertScaleAbs(faint, alpha=0.72), strong)
    return np.asarray(cv2.convertScaleAbs(blur(drawn, 1.4), alpha=1.25))


def _gas(image: Image, subject: Mask) -> Image:
    # At half size. The subject's tubes lie on its border: they take their hue from inside it.
    half = (SIZE // 2, SIZE // 2)
    hues = vivid(cv2.resize(image, half, interpolation=cv2.INTER_NEAREST))
    inside = cv2.erode(cv2.resize(subject, half, interpolation=cv2.INTER_NEAREST), disc(3))
    own = cv2.dilate(cv2.bitwise_and(hues, hues, mask=inside), disc(7))
    near = cv2.dilate(inside, disc(7))
    around = cv2.subtract(near, inside)
    hues = np.where(around[..., None] > 0, own, hues)
    return np.asarray(cv2.resize(hues, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR))


def _wall(image: Image, rng: np.random.Generator) -> Image:
    dim = cv2.convertScaleAbs(blur(saturated(image, 1.6), 12), alpha=0.13)
    return np.asarray(cv2.add(dim, np.array([8, 5, 20, 0], np.float64)))


def stained_glass(scene: Scene, rng: np.random.Generator) -> Image:
    """Glowing panes of single colours between thick, softly shining lead."""
    palette = scene_palette(scene.image, subject_mask(scene.labels), 9)
    shapes = cv2.medianBlur(palette_index(scene.image, palette), 5)
    panes = _panes(scene, shapes, rng)
    glass = _pane_colours(scene.image, panes, rng)
    lead = _lead(scene, panes)
    glow = blur(cv2.bitwise_not(lead), 9).astype(np.float32) / 255
    ripple = 1 + 0.05 * smooth_noise(rng, 40)
    lit = multiply(saturated(glass, 1.6, 4), (0.52 + 0.6 * glow) * ripple)
    return _leaded(lit, lead)


def _panes(scene: Scene, shapes: Mask, rng: np.random.Generator) -> npt.NDArray[np.int32]:
    coarse = _shards(rng, 88)
    coarse[scene.labels >= 5] = 0
    return np.asarray(coarse * 256 + scene.labels.astype(np.int32) * 32 + shapes, np.int32)


def _shards(rng: np.random.Generator, pitch: int) -> npt.NDArray[np.int32]:
    # Voronoi cells of a jittered grid, found at half size: the number of the nearest seed.
    seeds = np.full((SIZE // 2, SIZE // 2), 255, np.uint8)
    step = pitch / 2
    spots = np.stack(np.meshgrid(np.arange(7), np.arange(7)), axis=-1).reshape(-1, 2)
    jittered = ((spots + 0.5 + rng.uniform(-0.38, 0.38, spots.shape)) * step).astype(int)
    jittered = jittered[(jittered < SIZE // 2).all(axis=1)]
    seeds[jittered[:, 1], jittered[:, 0]] = 0
    cells = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[
        1
    ]
    return np.asarray(cv2.resize(cells, (SIZE, SIZE), interpolation=cv2.INTER_NEAREST))


def _pane_colours(image: Image, panes: npt.NDArray[np.int32], rng: np.random.Generator) -> Image:
    names = panes[::2, ::2].ravel()
    small = image[::2, ::2].reshape(-1, 3)
    kinds = int(panes.max()) + 1
    counts = np.maximum(np.bincount(names, minlength=kinds), 1)
    sums = np.stack([np.bincount(names, small[:, c], kinds) for c in range(3)], axis=1)
    shades = rng.uniform(0.86, 1.14, (kinds, 1))
    colours = np.clip(sums / counts[:, None] * shades, 0, 255).astype(np.uint8)
    return np.asarray(colours[panes])


def _lead(scene: Scene, panes: npt.NDArray[np.int32]) -> Mask:
    named = panes.astype(np.float32)
    joints = cv2.compare(cv2.morphologyEx(named, cv2.MORPH_GRADIENT, disc(3)), 0, cv2.CMP_GT)
    outline = region_edges(subject_mask(scene.labels), 5)
    wide = cv2.max(cv2.dilate(joints, disc(3)), cv2.dilate(outline, disc(5)))
    return coverage(blur(wide, 2.0).astype(np.float32) - 120, 60)


def _leaded(lit: Image, lead: Mask) -> Image:
    came = plain(LEAD)
    bevel: Field = (lead.astype(np.float32) - shift(lead, 3, 3)) * np.float32(0.25)
    shine = np.clip(blur(bevel, 1.5), 0, 70).astype(np.uint8)
    return np.asarray(cv2.add(lay(came, lit, lead), cv2.merge([shine] * 3)))
