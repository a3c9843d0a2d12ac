"""Where one thing ends and another begins: masks from the region map and from flat colour."""

from __future__ import annotations

import cv2
import numpy as np

from starter.looks.canvas import SIZE, Image, Mask, blur, lay

SUBJECT = 5


def subject_mask(labels: Mask) -> Mask:
    """255 on the first and second subject."""
    return np.asarray(cv2.compare(labels, SUBJECT - 0.5, cv2.CMP_GT))


def first_subject_mask(labels: Mask) -> Mask:
    return np.asarray(cv2.compare(labels, SUBJECT, cv2.CMP_EQ))


def disc(width: int) -> Mask:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))


def region_edges(labels: Mask, width: int = 3) -> Mask:
    """Lines `width` pixels wide between regions."""
    return np.asarray(
        cv2.compare(cv2.morphologyEx(labels, cv2.MORPH_GRADIENT, disc(width)), 0, cv2.CMP_GT)
    )


def colour_edges(image: Image, least: float) -> Mask:
    """Lines about 3 pixels wide wherever neighbours differ by `least` in some channel."""
    change = cv2.morphologyEx(image, cv2.MORPH_GRADIENT, disc(3))
    strongest = cv2.max(cv2.max(change[..., 0], change[..., 1]), change[..., 2])
    return np.asarray(cv2.compare(strongest, least, cv2.CMP_GT))


def calm(image: Image, labels: Mask, behind: int = 9) -> Image:
    """The image without what is finer than `behind` half-pixels; the subject keeps its face."""
    half = (SIZE // 2, SIZE // 2)
    small = cv2.resize(image, half, interpolation=cv2.INTER_AREA)
    # Windows and leaves of the place go; eyes, stripes and wheels of the subject stay.
    quiet = _full_size(cv2.medianBlur(small, behind))
    faced = _full_size(cv2.medianBlur(small, 3))
    return lay(faced, quiet, cv2.dilate(subject_mask(labels), disc(5)))


def _full_size(small: Image) -> Image:
    return np.asarray(cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR), np.uint8)


def place_alone(image: Image, labels: Mask) -> Image:
    """The place with its surroundings run softly into where the subjects stood."""
    side = SIZE // 4
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    around = cv2.bitwise_not(cv2.dilate(subject_mask(labels), disc(9)))
    seen = cv2.resize(around, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    weight = cv2.GaussianBlur(seen, (0, 0), 14) + np.float32(1e-3)
    spread = cv2.GaussianBlur(small * seen[..., None], (0, 0), 14) / weight[..., None]
    filled = np.asarray(np.clip(spread, 0, 255), np.uint8)
    return lay(image, _full_size(filled), blur(around, 2).astype(np.uint8))


def stroke(edges: Mask, width: int, softness: float = 1.2) -> Mask:
    """Edge lines drawn with a pen `width` pixels wide (odd, 5 or more)."""
    return np.asarray(blur(cv2.dilate(edges, disc(width - 2)), softness), np.uint8)


def contour(labels: Mask, width: int) -> Mask:
    """A soft line `width` pixels wide around the subjects."""
    return np.asarray(blur(region_edges(subject_mask(labels), width), 1.2), np.uint8)


def inner_edges(image: Image, labels: Mask, least: float = 44) -> Mask:
    """Colour edges inside the subjects alone."""
    inside = cv2.erode(subject_mask(labels), disc(5))
    return np.asarray(cv2.bitwise_and(colour_edges(image, least), inside))


def long_edges(image: Image, labels: Mask, least: float = 40) -> Mask:
    """Edges of the place that are worth a line: of regions and of large flats, no specks."""
    change = cv2.bitwise_and(colour_edges(image, least), cv2.bitwise_not(subject_mask(labels)))
    return np.asarray(cv2.max(change, region_edges(labels)))
