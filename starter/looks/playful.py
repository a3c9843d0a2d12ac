"""Looks to smile at: stickers, sweets, crayons, a globe full of snow."""

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
from starter.looks.colour import filled, saturated
from starter.looks.craft import flat_patches
from starter.looks.edges import disc, region_edges, subject_mask
from starter.looks.steady import (
    cast_shadow,
    hand_bent,
    round_window,
    rounded_window,
    slanted,
    steady_noise,
)

if TYPE_CHECKING:
    from starter.scenes import Scene

WHITE: Colour = (255, 255, 255)


def sticker(scene: Scene, _rng: np.random.Generator) -> Image:
    """A glossy die-cut sticker with a thick white edge, lifted off a pale dotted sheet."""
    subject = subject_mask(scene.labels)
    away = cv2.distanceTransform(cv2.bitwise_not(subject), cv2.DIST_L2, 5)
    cut = coverage(17 - away, 4)
    patches, palette = flat_patches(scene.image, scene.labels, 4, 3)
    pale = cv2.addWeighted(
        saturated(filled(patches, palette), 1.9), 0.4, plain((255, 248, 250)), 0.6, 0
    )
    sheet = lay(plain(WHITE), np.asarray(pale), _dots())
    cast = cast_shadow(cut * np.float32(1 / 255), 7, 11, 8, 0.42)
    paper = lay(plain(WHITE), multiply(sheet, cast), cut)
    glossy = cv2.add(saturated(scene.image, 1.4, 8), cv2.merge([_gloss()] * 3))
    return lay(np.asarray(glossy), paper, blur(subject, 1).astype(np.uint8))


@cache
def _dots() -> Mask:
    columns, rows = grid_xy()
    turn = np.float32(2 * np.pi / 64)
    wave = np.cos((columns + rows) * turn / 2) * np.cos((columns - rows) * turn / 2)
    return np.asarray(coverage(wave - np.float32(0.72), 0.2) // 4)


@cache
def _gloss() -> Mask:
    columns, rows = grid_xy()
    band = np.cos((columns + rows * np.float32(0.7)) * np.float32(2 * np.pi / 260))
    return coverage((band - np.float32(0.62)).astype(np.float32), 0.25) // 9


CANDY: tuple[Colour, ...] = (
    (255, 190, 214),
    (190, 224, 255),
    (255, 240, 190),
    (202, 240, 214),
)
LILAC: Colour = (150, 108, 176)
ICING: Colour = (255, 214, 230)


def kawaii(scene: Scene, _rng: np.random.Generator) -> Image:
    """Sweet pastels with a round lilac outline, big sparkles and a scalloped pink border."""
    image, labels = (hand_bent(p, 6, 4.0) for p in (scene.image, scene.labels))
    patches, palette = flat_patches(image, labels, 4, 6)
    flat = filled(patches, palette)
    subject = subject_mask(labels)
    milky = cv2.addWeighted(saturated(flat, 1.6), 0.5, _candy_sky(), 0.62, 0)
    sweet = cv2.addWeighted(saturated(flat, 1.25, 20), 0.82, plain((255, 232, 244)), 0.18, 0)
    picture = lay(np.asarray(sweet), np.asarray(milky), subject)
    drawn = lay(plain(LILAC), picture, blur(_round_outline(subject, patches), 1.2).astype(np.uint8))
    drawn = lay(plain(WHITE), drawn, cv2.subtract(_sparkles(), cv2.dilate(subject, disc(15))))
    return lay(drawn, plain(ICING), _scallops())


def _round_outline(subject: Mask, patches: Mask) -> Mask:
    outer = region_edges(subject, 9)
    inner = cv2.bitwise_and(region_edges(patches, 3), cv2.erode(subject, disc(9)))
    return np.asarray(cv2.max(outer, cv2.convertScaleAbs(inner, alpha=0.5)))


@cache
def _candy_sky() -> Image:
    rows = grid_xy()[1] * np.float32(1 / SIZE)
    top, middle = plain(CANDY[1]), plain(CANDY[0])
    upper = lay(middle, top, np.clip(rows * 400, 0, 255).astype(np.uint8))
    return lay(plain(CANDY[2]), upper, np.clip(rows * 380 - 190, 0, 255).astype(np.uint8))


@cache
def _sparkles() -> Mask:
    columns, rows = grid_xy()
    star = np.full((SIZE, SIZE), -9, np.float32)
    for x, y, reach in ((92, 110, 30), (404, 84, 36), (438, 250, 22), (70, 300, 24), (256, 66, 20)):
        away = np.sqrt(np.abs(columns - x)) + np.sqrt(np.abs(rows - y))
        star = np.maximum(star, np.float32(np.sqrt(reach)) - away)
    return coverage(star, 0.5)


@cache
def _scallops() -> Mask:
    inside = np.zeros((SIZE, SIZE), np.uint8)
    cv2.rectangle(inside, (34, 34), (SIZE - 35, SIZE - 35), 255, -1)
    for at in range(64, SIZE - 32, 64):
        for x, y in ((at, 36), (at, SIZE - 37), (36, at), (SIZE - 37, at)):
            cv2.circle(inside, (x, y), 22, 255, -1, cv2.LINE_AA)
    return blur(inside, 1.2).astype(np.uint8)


WAX: Colour = (255, 253, 246)


def crayon(scene: Scene, _rng: np.random.Generator) -> Image:
    """Wax crayon rubbed over white paper in broad strokes, with thick coloured contours."""
    image, labels = (hand_bent(p, 8, 7.0) for p in (scene.image, scene.labels))
    patches, palette = flat_patches(image, labels, 4, 5)
    wax = saturated(filled(patches, palette), 1.5, 10)
    subject = subject_mask(labels)
    pressure = cv2.max(_rubbed(), cv2.convertScaleAbs(subject, alpha=0.86))
    rubbed = lay(wax, plain(WAX), cv2.min(pressure, _scribbled_edge()))
    behind = cv2.convertScaleAbs(region_edges(labels, 7), alpha=0.62)
    contour = cv2.max(behind, region_edges(subject, 11))
    dark = multiply(wax, np.full((SIZE, SIZE), 0.42, np.float32))
    edge = cv2.min(blur(contour, 1.6).astype(np.uint8), _scribbled_edge())
    return lay(dark, rubbed, edge)


@cache
def _rubbed() -> Mask:
    wave = slanted(-0.8, 40, 12) + np.float32(0.3) * steady_noise(12, 10)
    return np.clip(190 + wave * 25, 0, 255).astype(np.uint8)


@cache
def _scribbled_edge() -> Mask:
    columns, rows = grid_xy()
    away = np.minimum(np.minimum(columns, SIZE - columns), np.minimum(rows, SIZE - rows))
    return coverage((away - 22 - 9 * steady_noise(11, 13)).astype(np.float32), 3)


NIGHT: Colour = (52, 44, 92)
DUSK: Colour = (120, 92, 150)
STAND: Colour = (150, 84, 52)
GLOBE = (256.0, 226.0, 206.0)  # middle and radius in pixels


def snow_globe(scene: Scene, _rng: np.random.Generator) -> Image:
    """The scene under glass on a wooden stand, snow drifting down on it, dusk all round."""
    small = cv2.resize(scene.image, (412, 412), interpolation=cv2.INTER_AREA)
    inside = cv2.copyMakeBorder(small, 20, 80, 50, 50, cv2.BORDER_REPLICATE)
    snowy = lay(plain(WHITE), saturated(np.asarray(inside), 1.15, 6), _flakes())
    glass = cv2.add(multiply(snowy, _ball_light()), cv2.merge([_glass_shine()] * 3))
    return lay(np.asarray(glass), _stand(), round_window(*GLOBE))


@cache
def _flakes() -> Mask:
    drawn = np.zeros((SIZE, SIZE), np.uint8)
    rng = np.random.default_rng(11)
    for x, y, size in zip(
        rng.integers(70, 440, 26), rng.integers(40, 400, 26), rng.integers(4, 8, 26), strict=True
    ):
        cv2.circle(drawn, (int(x), int(y)), int(size), 235, -1, cv2.LINE_AA)
    heap = coverage((grid_xy()[1] - 404 - 10 * steady_noise(4, 12)).astype(np.float32), 8)
    return np.asarray(cv2.max(blur(drawn, 1.5).astype(np.uint8), heap))


@cache
def _ball_light() -> Field:
    columns, rows = grid_xy()
    away = np.hypot(columns - GLOBE[0], rows - GLOBE[1]) / np.float32(GLOBE[2])
    return np.asarray(1 - np.float32(0.42) * np.clip(away, 0, 1) ** 6, np.float32)


@cache
def _glass_shine() -> Mask:
    upper = cv2.subtract(round_window(256, 226, 186, 8), round_window(274, 250, 190, 14))
    rim = cv2.subtract(round_window(256, 226, 206), round_window(256, 226, 199, 3))
    strong = cv2.convertScaleAbs(upper, alpha=0.62)
    return np.asarray(cv2.max(strong, cv2.convertScaleAbs(rim, alpha=0.4)))


@cache
def _stand() -> Image:
    rows = grid_xy()[1] * np.float32(255 / SIZE)
    room = lay(plain(DUSK), plain(NIGHT), rows.astype(np.uint8))
    base = rounded_window((110, 400, 110, 22), 26)
    grain = multiply(plain(STAND), 1.1 - _away_from_middle() * np.float32(0.5))
    band = lay(plain((222, 172, 84)), grain, rounded_window((110, 452, 110, 40), 2))
    shadow = cast_shadow(base * np.float32(1 / 255), 0, 12, 10, 0.5)
    return lay(band, multiply(room, shadow), base)


def _away_from_middle() -> Field:
    return np.asarray(np.abs(grid_xy()[0] - SIZE / 2) / (SIZE / 2), np.float32)
