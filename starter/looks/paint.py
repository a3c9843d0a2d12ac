"""Looks made with a brush."""

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
    lay,
    plain,
    printed_area,
    smooth_noise,
    wobble,
)
from starter.looks.colour import saturated
from starter.looks.edges import colour_edges, disc, region_edges, subject_mask

if TYPE_CHECKING:
    from starter.scenes import Scene

PAPER = (250, 246, 236)


def watercolour(scene: Scene, rng: np.random.Generator) -> Image:
    """Transparent washes that pool at wet edges, granulate and leave the paper white."""
    image, labels = wobble([scene.image, scene.labels], rng, 26, 4.0)
    subject = subject_mask(labels)
    image = saturated(image, 1.3)
    washes = lay(image, blur(image, 3).astype(np.uint8), blur(subject, 2).astype(np.uint8))
    edges = cv2.max(region_edges(labels), cv2.bitwise_and(colour_edges(image, 40), subject))
    density = _pigment(edges, rng)
    painted = _on_paper(washes, density)
    return lay(painted, plain(PAPER), _wetted(labels, rng))


def _pigment(edges: Mask, rng: np.random.Generator) -> Field:
    pooled = blur(cv2.dilate(edges, disc(5)), 2.5).astype(np.float32) / 255
    washes = 0.34 * smooth_noise(rng, 6) + 0.16 * smooth_noise(rng, 18)
    grains = 0.15 * smooth_noise(rng, 110)
    density: Field = np.maximum(0.82 + washes + grains + _backruns(rng), 0.28) + 0.55 * pooled
    return density


def _backruns(rng: np.random.Generator) -> Field:
    # Where a wet drop pushed pigment away: pale inside, a dark frilled line around it.
    height = smooth_noise(rng, 5) + 0.16 * smooth_noise(rng, 26) - np.float32(0.55)
    frill = np.exp(-np.square(height / np.float32(0.05))) * np.float32(0.3)
    return frill - np.clip(height, 0, 0.5) * np.float32(0.7)


@cache
def _absorbance() -> Field:
    seen = (np.arange(256, dtype=np.float32) + 18) / 273
    return (-np.log(seen) * 0.72)[None]


def _on_paper(washes: Image, density: Field) -> Image:
    absorbed = cv2.LUT(washes, _absorbance())
    light = cv2.exp(cv2.multiply(absorbed, cv2.merge([-density] * 3)))
    return np.asarray(cv2.multiply(light, np.array([*PAPER, 0], np.float64), dtype=cv2.CV_8U))


def _wetted(labels: Mask, rng: np.random.Generator) -> Mask:
    skipped = coverage(smooth_noise(rng, 22) - np.float32(0.05), 0.3)
    gaps = cv2.bitwise_and(cv2.dilate(region_edges(labels), disc(3)), skipped)
    area = printed_area(rng, 24, 9)
    return blur(cv2.subtract(area, gaps), 1.0).astype(np.uint8)
