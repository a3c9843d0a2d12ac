"""How different two colours look: CIEDE2000 (Sharma, Wu, Dalal 2005), for sRGB pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
_WHITE = np.array([0.95047, 1.0, 1.08883])


def lab_of(pixels: NDArray[np.uint8]) -> Array:
    """(…, 3) uint8 sRGB to CIE L*a*b* under D65."""
    share = pixels.astype(np.float64) / 255
    light = np.where(share > 0.04045, ((share + 0.055) / 1.055) ** 2.4, share / 12.92)
    x, y, z = np.moveaxis(_root(light @ _TO_XYZ.T / _WHITE), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def ciede2000(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Array:
    """The difference at each pixel of two (…, 3) uint8 pictures; about 1 is just visible."""
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(lab_of(image), -1, 0) for image in (one, other))
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * _seventh(chroma)
    c1, c2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = np.where(c1 * c2 == 0, 0.0, (h2 - h1 + 180) % 360 - 180)
    hue = np.where(c1 * c2 == 0, h1 + h2, (h1 + turn / 2) % 360)
    light, c = (l1 + l2) / 2, (c1 + c2) / 2
    along = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * c * _tilt(hue))
    grow = (c2 - c1) / (1 + 0.045 * c)
    step = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    bend = np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))) * 2 * _seventh(c)
    total: Array = step**2 + grow**2 + along**2 - bend * grow * along
    return np.sqrt(np.maximum(total, 0))


def _root(value: Array) -> Array:
    return np.where(value > (6 / 29) ** 3, np.cbrt(value), value * (29 / 6) ** 2 / 3 + 4 / 29)


def _seventh(chroma: Array) -> Array:
    return np.sqrt(chroma**7 / (chroma**7 + 25.0**7))


def _tilt(hue: Array) -> Array:
    h = np.radians(hue)
    first: Array = 1 - 0.17 * np.cos(h - np.radians(30)) + 0.24 * np.cos(2 * h)
    first += 0.32 * np.cos(3 * h + np.radians(6)) - 0.2 * np.cos(4 * h - np.radians(63))
    return first
