"""Looks made of one material: felt, folded facets, veneers of wood, inflated vinyl."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from starter.looks.canvas import SIZE, Colour, Field, Image, Mask, blur, lay, multiply, plain
from starter.looks.colour import filled, luma, saturated
from starter.looks.craft import flat_patches
from starter.looks.edges import disc, region_edges, subject_mask
from starter.looks.steady import (
    by_region,
    cast_shadow,
    hand_bent,
    ramp,
    rounded_window,
    slanted,
    steady_noise,
)

if TYPE_CHECKING:
    from starter.scenes import Scene

WOOL: Colour = (226, 214, 200)
YARN: Colour = (240, 230, 212)
STITCH, GAP = 18, 14  # pixels of yarn above and below the cloth


def felt(scene: Scene, _rng: np.random.Generator) -> Image:
    """Thick pieces of wool felt, sewn down along their edges with pale running stitches."""
    image, labels = (hand_bent(p, 7, 6.0) for p in (scene.image, scene.labels))
    patches, palette = flat_patches(image, labels, 4, 5)
    flat = blur(saturated(filled(patches, palette), 1.08, 12), 2.2)
    window = rounded_window((34, 34, 34, 34), 60)
    sewn = lay(np.asarray(flat, np.uint8), plain(WOOL), window)
    height = labels * (window * np.float32(0.3 / 255)) + window * np.float32(0.6 / 255)
    lit = cast_shadow(height, 4, 7, 7, 0.5) * (1 + np.float32(0.06) * steady_noise(22, 8))
    stitches = cv2.max(_running_stitch(subject_mask(labels), -11), _hem())
    return lay(plain(YARN), multiply(sewn, lit), blur(stitches, 1.2).astype(np.uint8))


@cache
def _hem() -> Mask:
    return _running_stitch(rounded_window((34, 34, 34, 34), 60), -13)


def _running_stitch(piece: Mask, inset: int) -> Mask:
    inner = cv2.erode(piece, disc(-2 * inset + 1))
    lines, _ = cv2.findContours(
        cv2.compare(inner, 127, cv2.CMP_GT), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    drawn = np.zeros((SIZE, SIZE), np.uint8)
    for line in (line for line in lines if len(line) > 4 * STITCH):
        _sew(drawn, line)
    return drawn


def _sew(drawn: Mask, line: npt.NDArray[np.int32]) -> None:
    count = max(1, len(line) // (STITCH + GAP))
    for start in np.linspace(0, len(line), count, endpoint=False).astype(int):
        thread = np.ascontiguousarray(line[start : start + STITCH : 3])
        cv2.polylines(drawn, [thread], False, 255, 6, cv2.LINE_AA)


COARSE, FINE = 64, 34  # pixels from one corner of the mesh to the next


def low_poly(scene: Scene, _rng: np.random.Generator) -> Image:
    """Flat facets of light and shade: large ones far away, small ones on the subject."""
    subject = subject_mask(scene.labels)
    behind = _without(scene.image, subject)
    # A forest or a town must still be read between the facets.
    ground = cv2.addWeighted(_faceted(behind, COARSE, 0.14), 0.74, saturated(behind, 1.25), 0.26, 0)
    flat = cv2.medianBlur(saturated(scene.image, 1.25, 4), 5)
    facets = _faceted(_spread(scene.image, cv2.erode(subject, disc(9))), FINE, 0.05)
    own = cv2.addWeighted(multiply(flat, _facet_light()), 0.66, facets, 0.34, 0)
    shape = _cut_straight(subject)
    cast = cast_shadow(shape * np.float32(1 / 255), 6, 10, 6, 0.3)
    return lay(np.asarray(own), multiply(np.asarray(ground), cast), shape)


@cache
def _facet_light() -> Field:
    index, _, shades = _mesh(FINE)
    return np.asarray(1 + np.float32(0.17) * shades[index], np.float32)


def _without(image: Image, subject: Mask) -> Image:
    """The picture with the subject painted over by what surrounds it."""
    return _spread(image, cv2.bitwise_not(cv2.dilate(subject, disc(9))))


def _spread(image: Image, mask: Mask) -> Image:
    # At an eighth: what is kept flows outwards by ever wider blurs.
    small = cv2.resize(cv2.bitwise_and(image, image, mask=mask), (64, 64), interpolation=3)
    share = cv2.resize(mask, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32) + 0.01
    colour, weight = small.astype(np.float32), share
    wide, far = cv2.GaussianBlur(colour, (0, 0), 6), cv2.GaussianBlur(weight, (0, 0), 6)
    flow = (wide / far[..., None] * 255).clip(0, 255).astype(np.uint8)
    around = cv2.resize(flow, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
    return lay(image, np.asarray(around), mask)


def _faceted(image: Image, step: int, depth: float) -> Image:
    index, centres, shades = _mesh(step)
    soft = cv2.blur(image, (step // 4, step // 4))
    colours = soft[centres[:, 1], centres[:, 0]] * (1 + shades[:, None] * np.float32(depth))
    return np.asarray(saturated(np.clip(colours, 0, 255).astype(np.uint8)[None], 1.25, 4)[0][index])


@cache
def _mesh(step: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.intp], Field]:
    corners = _corners(step)
    index = np.zeros((SIZE, SIZE), np.int32)
    triangles = [t for quad in _quads(corners) for t in _halves(quad)]
    for number, triangle in enumerate(triangles):
        cv2.fillConvexPoly(index, triangle.astype(np.int32), number)
    centres = np.clip(np.stack(triangles).mean(axis=1), 0, SIZE - 1).astype(np.intp)
    shades = np.random.default_rng(step).uniform(-1, 1, len(triangles)).astype(np.float32)
    return index, centres, shades


def _corners(step: int) -> Field:
    axis = np.arange(-step, SIZE + 2 * step, step, dtype=np.float32)
    corners = np.stack(np.meshgrid(axis, axis), axis=-1)
    corners[::2, :, 0] += step / 2
    jitter = np.random.default_rng(step).uniform(-0.24, 0.24, corners.shape)
    return np.asarray(corners + jitter.astype(np.float32) * step)


def _quads(corners: Field) -> list[Field]:
    high, wide = corners.shape[0] - 1, corners.shape[1] - 1
    around = ((0, 0), (0, 1), (1, 1), (1, 0))
    return [
        np.stack([corners[row + down, column + across] for down, across in around])
        for row in range(high)
        for column in range(wide)
    ]


def _halves(quad: Field) -> tuple[Field, Field]:
    if np.linalg.norm(quad[0] - quad[2]) < np.linalg.norm(quad[1] - quad[3]):
        return quad[[0, 1, 2]], quad[[0, 2, 3]]
    return quad[[0, 1, 3]], quad[[1, 2, 3]]


def _cut_straight(subject: Mask) -> Mask:
    lines, _ = cv2.findContours(subject, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    corners = [cv2.approxPolyDP(line, 3.5, True) for line in lines if len(line) > 24]
    cut = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(cut, corners, 255, cv2.LINE_AA)
    return cut


VENEERS: tuple[Colour, ...] = (
    (62, 36, 24),
    (112, 68, 40),
    (166, 108, 62),
    (212, 160, 102),
    (240, 210, 160),
)
WALNUT: Colour = (78, 46, 30)


def wood_inlay(scene: Scene, _rng: np.random.Generator) -> Image:
    """Veneers of light and dark wood fitted edge to edge; the subject's are stained."""
    patches, palette = flat_patches(scene.image, scene.labels, 4, 3)
    flat = filled(patches, palette)
    wood = ramp(_veneer_tones(luma(flat)), VENEERS)
    subject = subject_mask(scene.labels)
    stained = np.asarray(cv2.addWeighted(wood, 0.3, saturated(flat, 1.2), 0.72, 0))
    pieces = multiply(lay(stained, wood, subject), _grain(scene.labels))
    seams = cv2.max(region_edges(scene.labels, 5), region_edges(patches, 3))
    cut = multiply(pieces, 1 - blur(seams, 1.3) * np.float32(0.4 / 255))
    return lay(cut, _walnut_frame(), rounded_window((26, 26, 26, 26), 4))


def _veneer_tones(tones: Mask) -> Mask:
    low, high = np.percentile(tones[::8, ::8], (3, 97))
    stretched = (tones - low) * np.float32(215 / max(float(high - low), 40)) + 34
    return np.asarray(np.clip(stretched, 0, 255), np.uint8)


def _grain(labels: Mask) -> Field:
    return by_region(labels, _grains())


@cache
def _grains() -> list[Field]:
    slopes = (0.05, 0.4, -0.35, -0.06, 0.25, -0.8, 0.8, 0.1)
    waves = [slanted(slope, 30 + 4 * at, 22) for at, slope in enumerate(slopes)]
    return [np.asarray(1 + np.float32(0.065) * wave, np.float32) for wave in waves]


@cache
def _walnut_frame() -> Image:
    frame = multiply(plain(WALNUT), 1 + np.float32(0.1) * slanted(0.02, 36, 10))
    bright = lay(plain(VENEERS[3]), frame, rounded_window((18, 18, 18, 18), 6))
    return bright


def balloon(scene: Scene, _rng: np.random.Generator) -> Image:
    """Everything blown up of glossy vinyl, in a pale studio, with long soft highlights."""
    image, labels = (hand_bent(p, 7, 4.0) for p in (scene.image, scene.labels))
    patches, palette = flat_patches(image, labels, 4, 5)
    flat = filled(patches, palette)
    subject = subject_mask(labels)
    pale = cv2.addWeighted(saturated(flat, 1.7), 0.45, plain((255, 240, 250)), 0.55, 0)
    studio = np.asarray(blur(pale, 4), np.uint8)
    vinyl = lay(saturated(flat, 1.4, 16), studio, subject)
    body, shine = _inflated(labels, patches)
    cast = cast_shadow(subject * np.float32(1 / 255), 0, 16, 12, 0.45)
    lit = multiply(blur(vinyl, 2).astype(np.uint8), body * cast)
    return np.asarray(cv2.add(lit, cv2.merge([shine] * 3)))


def _inflated(labels: Mask, patches: Mask) -> tuple[Field, Mask]:
    subject = subject_mask(labels)
    seams = cv2.max(cv2.bitwise_not(subject), cv2.bitwise_and(region_edges(patches), subject))
    depth = np.minimum(cv2.distanceTransform(cv2.bitwise_not(seams), cv2.DIST_L2, 3), 34)
    depth = depth * (subject * np.float32(1 / 255))
    puffed = np.asarray(blur(np.sqrt(depth * (68 - depth)), 5), np.float32)
    across = cv2.Sobel(puffed, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(puffed, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    slope = across * np.float32(0.5) + down * np.float32(0.86)
    shine = np.clip(1 - np.abs(slope - np.float32(0.62)) * 3.2, 0, 1) * np.float32(110)
    glossy = blur(shine * (subject * np.float32(1 / 255)), 3.5)
    return np.clip(1 + slope * np.float32(0.3), 0.62, 1.2), np.asarray(glossy, np.uint8)
