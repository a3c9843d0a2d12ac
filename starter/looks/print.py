"""Looks that come off a press."""

from __future__ import annotations

from functools import cache
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
    grid_xy,
    lay,
    plain,
    printed_area,
    shift,
    smooth_noise,
    tint,
)
from starter.looks.colour import luma, main_colour, saturated
from starter.looks.edges import colour_edges, disc, first_subject_mask, region_edges, subject_mask

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
    """Two inks in round dots on cream paper, the second a few pixels out of register."""
    image = saturated(scene.image, 1.25)
    inks = _best_inks(image, first_subject_mask(scene.labels))
    covers = _separations(image, inks)
    halo = _halo(subject_mask(scene.labels), 15, 5)
    key = cv2.subtract(_screened(covers[..., 0], _screen(12.0, 0.26), rng), halo)
    key = cv2.max(key, _keyline(scene))
    accent = cv2.subtract(_screened(covers[..., 1], _screen(12.0, 1.31), rng), halo)
    slip = rng.uniform(3, 6, 2) * rng.choice([-1, 1], 2)
    accent = shift(accent, float(slip[0]), float(slip[1])).astype(np.uint8)
    area = printed_area(rng, 20, 2)
    return _overprint(inks, cv2.min(key, area), cv2.min(accent, area))


def _keyline(scene: Scene) -> Mask:
    subject = subject_mask(scene.labels)
    inner = cv2.bitwise_and(colour_edges(scene.image, 44), subject)
    return blur(cv2.max(cv2.dilate(inner, disc(3)), region_edges(subject, 7)), 1).astype(np.uint8)


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


@cache
def _screen(pitch: float, angle: float) -> Field:
    side = SIZE + 64
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32) * np.float32(2 * np.pi / pitch)
    turned = columns * np.cos(angle) + rows * np.sin(angle)
    crossed = rows * np.cos(angle) - columns * np.sin(angle)
    wave = np.cos(turned) + np.cos(crossed)
    ranks = np.searchsorted(np.sort(wave[::4, ::4].ravel()), wave) / wave[::4, ::4].size
    return np.asarray(1 - ranks, np.float32)


def _screened(cover: Field, screen: Field, rng: np.random.Generator) -> Mask:
    right, down = rng.integers(0, 64, 2)
    crop = screen[down : down + SIZE, right : right + SIZE]
    smooth = np.asarray(blur(cover, 2), np.float32)
    # Faint tones hold no dots and dark ones close up: flats of paper and ink between screens.
    stretched = (smooth - np.float32(0.07)) * np.float32(1.4)
    return coverage(stretched - crop, 0.16)


def _overprint(inks: Inks, key: Mask, accent: Mask) -> Image:
    cream = np.asarray(CREAM, np.float32)
    first = cream * np.exp(-inks[0])
    second = tint(accent, (255, 255, 255), tuple(255 * np.exp(-inks[1])))
    return np.asarray(cv2.multiply(tint(key, CREAM, tuple(first)), second, scale=1 / 255))


BLACK = (28, 25, 28)
STOCK = (244, 238, 224)


def linocut(scene: Scene, rng: np.random.Generator) -> Image:
    """A black relief block with light carved out of it, and one spot colour on the subject."""
    subject = subject_mask(scene.labels)
    carved = _carved(scene, subject, rng)
    ink = cv2.min(cv2.bitwise_not(carved), printed_area(rng, 22, 3))
    spot = shift(_spot_plate(scene.image, first_subject_mask(scene.labels)), 2, -2).astype(np.uint8)
    colour = _spot_colour(scene.image, first_subject_mask(scene.labels))
    return lay(plain(BLACK), tint(spot, STOCK, colour), ink)


def _carved(scene: Scene, subject: Mask, rng: np.random.Generator) -> Mask:
    light = blur(luma(scene.image), 2.5).astype(np.float32) / 255
    stretched = (light - light.min()) / max(float(light.max() - light.min()), 0.2)
    gouges = coverage(stretched * 1.25 - _gouge_marks(scene.labels, rng) - 0.12, 0.2)
    bright = cv2.compare(luma(scene.image), 70, cv2.CMP_GT)
    inside = cv2.bitwise_and(subject, bright)
    lines = cv2.bitwise_and(colour_edges(scene.image, 30), subject)
    contours = cv2.bitwise_and(colour_edges(scene.image, 26), cv2.bitwise_not(subject))
    cut = cv2.max(cv2.subtract(gouges, cv2.dilate(contours, disc(7))), contours)
    relief = cv2.subtract(cv2.max(cut, inside), lines)
    relief = cv2.max(relief, _halo(subject, 17, 7))
    return blur(relief, 1.0).astype(np.uint8)


def _halo(subject: Mask, outer: int, inner: int) -> Mask:
    ring = cv2.subtract(cv2.dilate(subject, disc(outer)), cv2.dilate(subject, disc(inner)))
    return np.asarray(ring)


def _gouge_marks(labels: Mask, rng: np.random.Generator) -> Field:
    columns, rows = grid_xy()
    bend = 9 * smooth_noise(rng, 6) + 2 * smooth_noise(rng, 24)
    angles = rng.uniform(-0.5, 0.5, 8) + np.array([0, 0.9, -0.9, 0.1, 1.2, -0.6, 0.6, 0])
    across = (np.sin(angles) * 2 * np.pi / 13).astype(np.float32)[labels]
    down = (np.cos(angles) * 2 * np.pi / 13).astype(np.float32)[labels]
    wave = np.cos(columns * across + rows * down + bend * np.float32(0.35))
    return np.asarray(wave * np.float32(0.5) + np.float32(0.5))


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
