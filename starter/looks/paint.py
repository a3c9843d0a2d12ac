"""Looks made with a brush."""

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
    lay,
    multiply,
    plain,
    printed_area,
    smooth_noise,
    tint,
    wobble,
)
from starter.looks.colour import luma, saturated
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
    grains = 0.1 * fixed_noise(44)
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
    return blur(cv2.subtract(area, cv2.convertScaleAbs(gaps, alpha=0.6)), 1.8).astype(np.uint8)


RICE = (244, 239, 226)
CINNABAR = (196, 44, 36)


def ink_wash(scene: Scene, rng: np.random.Generator) -> Image:
    """Black ink in a few wet tones on rice paper, a breath of colour, a red seal."""
    image, labels = wobble([scene.image, scene.labels], rng, 22, 4.0)
    subject = subject_mask(labels)
    tones = _ink_tones(image, labels, rng) + _brush_contour(image, labels, subject, rng)
    depth = np.asarray(coverage(tones - np.float32(0.5), 1.0))
    inked = multiply(tint(depth, RICE, (26, 26, 32)), 1 + np.float32(0.03) * smooth_noise(rng, 60))
    breath = multiply(saturated(image, 1.5, 40), 1 + np.float32(0.2) * smooth_noise(rng, 10))
    weight = cv2.convertScaleAbs(blur(cv2.erode(subject, disc(9)), 4), alpha=0.5)
    coloured = cv2.multiply(inked, lay(breath, plain((255, 255, 255)), weight), scale=1 / 255)
    return _sealed(np.asarray(coloured, np.uint8), subject, rng)


def _ink_tones(image: Image, labels: Mask, rng: np.random.Generator) -> Field:
    # Mist: ink fades towards the foot of every layer, and the sky stays nearly bare.
    dark = 1 - blur(luma(image), 5).astype(np.float32) / 255
    nearness = np.array([0.36, 0.6, 0.66, 0.4, 0.95, 0.5, 0.5, 0.5], np.float32)[labels]
    wet = 1 + 0.3 * smooth_noise(rng, 7) + 0.18 * smooth_noise(rng, 30)
    bare = np.clip(dark - np.float32(0.2), 0, 1) * np.float32(1.35)
    return np.asarray(bare * blur(nearness, 3) * wet)


def _brush_contour(image: Image, labels: Mask, subject: Mask, rng: np.random.Generator) -> Field:
    pressure = np.clip(0.62 + 0.5 * smooth_noise(rng, 9), 0.12, 1)
    inner = cv2.bitwise_and(colour_edges(image, 40), subject)
    bold = cv2.max(cv2.dilate(inner, disc(3)), region_edges(subject, 7))
    far = cv2.convertScaleAbs(region_edges(labels, 5), alpha=0.4)
    return np.asarray(blur(cv2.max(bold, far), 1.8) * pressure * np.float32(1 / 210))


def _sealed(painted: Image, subject: Mask, rng: np.random.Generator) -> Image:
    spots = [(34, 420), (424, 420), (34, 34), (424, 34)]
    x, y = min(spots, key=lambda at: int(subject[at[1] :, at[0] :][:54, :54].sum(dtype=np.int64)))
    stamp = np.zeros((SIZE, SIZE), np.uint8)
    cv2.rectangle(stamp, (x, y), (x + 54, y + 54), 235, -1)
    for row, column in np.argwhere(rng.random((4, 2)) < 0.75):
        cv2.line(
            stamp,
            (x + 10 + 20 * int(column), y + 10 + 11 * int(row)),
            (x + 24 + 20 * int(column), y + 10 + 11 * int(row)),
            0,
            5,
        )
    cv2.line(stamp, (x + 27, y + 8), (x + 27, y + 46), 0, 4)
    return lay(plain(CINNABAR), painted, blur(stamp, 1.0).astype(np.uint8))
