"""Where one thing ends and another begins: masks from the region map and from flat colour."""

from __future__ import annotations

import cv2
import numpy as np

from starter.looks.canvas import Image, Mask

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


def without_specks(mask: Mask, width: int = 3) -> Mask:
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc(width)))
