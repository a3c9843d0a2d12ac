"""Looks that come off a press."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

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
    plain,
    shift,
)
from starter.looks.colour import luma, main_colour, saturated, stretched
from starter.looks.edges import (
    calm,
    contour,
    disc,
    first_subject_mask,
    inner_edges,
    region_edges,
    stroke,
    subject_mask,
)

if TYPE_CHECKING:
    from starter.scenes import Scene

CREAM = (248, 238, 216)
KEYS = ((24, 84, 168), (0, 118, 124), (104, 72, 160), (30, 112, 84))
ACCENTS = (
    (240, 72, 90),
    (255, 128, 60),
    (250, 190, 40),
    (60, 164, 96),
    (0, 150, 190),
    (240, 110, 170),
    (140, 96, 200),
)
Inks = Field


def halftone_print(scene: Scene, rng: np.random.Generator) -> Image:
    """Two inks on cream paper, big round dots in the place, the second a few pixels astray."""
    image = calm(saturated(scene.image, 1.25), scene.labels, 13)
    inks = _best_inks(image, first_subject_mask(scene.labels))
    covers = blur(np.clip(_separations(image, inks), 0, 1.1), 1.6)
    subject = blur(subject_mask(scene.labels), 1.5).astype(np.float32) * np.float32(1 / 255)
    area = framed_area(20).astype(np.float32) * np.float32(1 / 255)
    key = np.maximum(_dotted(covers[..., 0], subject), _keyline(image, scene.labels)) * area
    accent = shift(_dotted(covers[..., 1], subject) * area, 6, -5)
    return _overprint(inks, key, accent)


def _keyline(image: Image, labels: Mask) -> Field:
    lines = cv2.max(contour(labels, 9), stroke(inner_edges(image, labels, 60), 5))
    return np.asarray(lines.astype(np.float32) * np.float32(1 / 255))


def _dotted(cover: Field, subject: Field) -> Field:
    # Dots carry a part of the tone, flats the rest: a screen of hard dots would not survive.
    size = blur(cover, 4) * np.float32(1.5) - np.float32(0.2)
    dots = np.clip((size - _screen()) * np.float32(1.8) + np.float32(0.5), 0, 1)
    screened = cover * np.float32(0.8) + (dots - np.float32(0.5)) * np.float32(0.22)
    return np.asarray(np.clip(cover * subject + screened * (1 - subject), 0, 1.1), np.float32)


@cache
def _screen() -> Field:
    # 0 in the middle of a dot, 1 between dots; two dots to every 32 x 32 pixels.
    columns, rows = grid_xy()
    turn = np.float32(2 * np.pi / 32)
    return np.asarray(np.float32(0.5) - np.cos(columns * turn) * np.cos(rows * turn) / 2)


def _absorbance(colours: npt.ArrayLike) -> Inks:
    light = (np.asarray(colours, np.float32) + 12) / (np.asarray(CREAM, np.float32) + 12)
    return np.asarray(-np.log(np.minimum(light, 1)))


def _best_inks(image: Image, subject: Mask) -> Inks:
    samples = image[8::24, 8::24].reshape(-1, 3)
    weights = np.where(subject[8::24, 8::24].ravel() > 0, 6.0, 0.5)[:, None]
    wanted = _absorbance(samples)
    pairs = _pairs_for(main_colour(image, subject))
    return _absorbance(min(pairs, key=lambda pair: _misfit(pair, wanted, weights)))


def _pairs_for(subject: Field) -> list[tuple[tuple[int, int, int], ...]]:
    # A coloured subject decides one of the inks; a grey one leaves both to the scene.
    pairs: list[tuple[tuple[int, int, int], ...]] = [
        (key, accent) for key in KEYS for accent in ACCENTS
    ]
    chroma = subject - subject.mean()
    if float(np.abs(chroma).max()) < 22:
        return pairs
    own = max(KEYS + ACCENTS, key=lambda ink: _same_hue(np.asarray(ink, np.float32), chroma))
    return [pair for pair in pairs if own in pair]


def _same_hue(ink: Field, chroma: Field) -> float:
    own = ink - ink.mean()
    return float((own * chroma).sum() / np.sqrt((own**2).sum()))


def _misfit(
    pair: tuple[tuple[int, int, int], ...], wanted: Inks, weights: npt.NDArray[np.float64]
) -> float:
    inks = _absorbance(pair)
    covers = np.clip(wanted @ np.linalg.pinv(inks), 0, 1)
    return float((np.square(np.exp(-covers @ inks) - np.exp(-wanted)) * weights).sum())


def _separations(image: Image, inks: Inks) -> Field:
    table = _absorbance(np.repeat(np.arange(256)[:, None], 3, axis=1))[None]
    absorbed = cv2.LUT(image, table)
    solve = np.linalg.pinv(inks).T.astype(np.float32)
    return np.asarray(cv2.transform(absorbed, solve), np.float32)


def _overprint(inks: Inks, key: Field, accent: Field) -> Image:
    absorbed = key[..., None] * inks[0] + accent[..., None] * inks[1]
    light = np.exp(-absorbed) * np.asarray(CREAM, np.float32)
    return np.asarray(light.clip(0, 255), np.uint8)


BLACK = (48, 44, 52)
STOCK = (232, 222, 202)


def linocut(scene: Scene, rng: np.random.Generator) -> Image:
    """A black relief block with light carved out of it, and one spot colour on the subject."""
    first = first_subject_mask(scene.labels)
    carved = cv2.min(_carved(scene), framed_area(24))
    colour = _spot_colour(scene.image, first)
    printed = lay(plain(STOCK), plain(BLACK), carved)
    printed = lay(plain(colour), printed, cv2.min(_spot_plate(scene.image, first), carved))
    return lay(printed, plain(STOCK), framed_area(18))


def _carved(scene: Scene) -> Mask:
    image = calm(scene.image, scene.labels, 15)
    light = stretched(blur(luma(image), 3).astype(np.uint8), 0.0, 1.0)
    subject = subject_mask(scene.labels)
    gouged = coverage(light - np.float32(0.56) + _gouges(), 0.6)
    gouged = cv2.max(gouged, _skyline_cuts(scene.labels))
    moat = cv2.erode(cv2.bitwise_not(subject), disc(19))
    bright = cv2.bitwise_and(subject, cv2.compare(luma(image), 66, cv2.CMP_GT))
    relief = cv2.max(cv2.min(cv2.convertScaleAbs(gouged, alpha=0.82), moat), _ring(subject))
    lines = cv2.dilate(inner_edges(image, scene.labels, 64), disc(3))
    return blur(cv2.max(relief, cv2.subtract(bright, lines)), 1.7).astype(np.uint8)


def _skyline_cuts(labels: Mask) -> Mask:
    return np.asarray(cv2.convertScaleAbs(stroke(region_edges(labels), 7, 2.0), alpha=0.65))


def _ring(subject: Mask) -> Mask:
    return np.asarray(cv2.subtract(cv2.dilate(subject, disc(17)), cv2.erode(subject, disc(3))))


@cache
def _gouges() -> Field:
    columns, rows = grid_xy()
    bend = 12 * np.sin(columns * np.float32(2 * np.pi / 240)) + 10 * fixed_noise(4)
    return np.asarray(np.cos((rows + bend) * np.float32(2 * np.pi / 36)) * np.float32(0.14))


def _spot_plate(image: Image, subject: Mask) -> Mask:
    # What is pale all through stays paper, so that stripes and windows survive.
    pale = cv2.inRange(image, (196, 196, 196), (255, 255, 255))
    plate = cv2.subtract(cv2.erode(subject, disc(3)), pale)
    return blur(plate, 1).astype(np.uint8)


def _spot_colour(image: Image, subject: Mask) -> tuple[float, float, float]:
    mean = main_colour(image, subject)
    high, low = float(mean.max()), float(mean.min())
    if high - low < 26:
        return (150, 146, 140)
    pushed = (mean - low * 0.6) / max(high - low * 0.6, 1) * 225
    red, green, blue = (float(value) for value in np.clip(pushed, 20, 240))
    return red, green, blue
