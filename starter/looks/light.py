"""Looks in which the picture itself shines."""

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
)
from starter.looks.colour import in_flats, saturated, vivid
from starter.looks.edges import calm, disc, inner_edges, region_edges, subject_mask

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
    inner = inner_edges(scene.image, scene.labels, 50)
    outline = region_edges(subject, 5)
    strong = cv2.dilate(cv2.max(inner, outline), disc(3))
    behind = cv2.dilate(region_edges(scene.labels), disc(5))
    drawn = cv2.max(cv2.convertScaleAbs(blur(behind, 1.2), alpha=0.62), strong)
    return np.asarray(cv2.convertScaleAbs(blur(drawn, 1.7), alpha=1.25))


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
    """Glowing panes of single colours between thick lead, in a round-headed window."""
    image = calm(scene.image, scene.labels, 15)
    glass = saturated(in_flats(image, subject_mask(scene.labels), 6), 1.7, 6)
    lead = _lead(image, scene.labels)
    glow = blur(cv2.bitwise_not(lead), 9).astype(np.float32) * np.float32(0.5 / 255)
    lit = multiply(blur(glass, 1.5).astype(np.uint8), (glow + np.float32(0.56)) * _pane_lights())
    return lay(plain(LEAD), lit, lead)


def _lead(image: Image, labels: Mask) -> Mask:
    subject = subject_mask(labels)
    saddle_bars = cv2.subtract(_window_bars(), cv2.dilate(subject, disc(5)))
    joints = cv2.max(region_edges(labels, 9), region_edges(subject, 11))
    joints = cv2.max(joints, cv2.dilate(inner_edges(image, labels, 80), disc(3)))
    soft = blur(cv2.max(joints, saddle_bars), 1.8).astype(np.uint8)
    return np.asarray(cv2.max(soft, cv2.bitwise_not(_window())))


@cache
def _window() -> Mask:
    # Straight sides below, two arcs that meet in a point above.
    columns, rows = grid_xy()
    off = np.abs(columns - 256)
    arch = 330 - np.hypot(off + 90, np.minimum(rows - 330, 0))
    return coverage(np.minimum(arch, np.minimum(240 - off, 496 - rows)), 3)


@cache
def _window_bars() -> Mask:
    bars = np.zeros((SIZE, SIZE), np.uint8)
    for at in (136, 376):
        cv2.line(bars, (at, 0), (at, SIZE), 255, 9)
    for at in (136, 256, 376):
        cv2.line(bars, (0, at), (SIZE, at), 255, 9)
    return bars


@cache
def _pane_lights() -> Field:
    # Each pane of the fixed lattice took its own heat in the kiln.
    shades = np.random.default_rng(5).uniform(0.86, 1.16, (4, 3)).astype(np.float32)
    columns, rows = grid_xy()
    across = np.digitize(columns, (136, 376))
    down = np.digitize(rows, (136, 256, 376))
    return np.asarray(shades[down, across], np.float32)
