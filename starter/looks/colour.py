"""Reading a picture's colours: brightness, vivid colour, a small palette fitted to one image."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from starter.looks.canvas import Field, Image, Mask

BITS = 5  # colours are looked up in a table of 32 x 32 x 32


def luma(image: Image) -> Mask:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def stretched(light: Mask, low: float, high: float) -> Field:
    """The brightness with its darkest twentieth at `low` and its lightest at `high`."""
    dark, bright = (float(level) for level in np.percentile(light[::8, ::8], (5, 95)))
    # A nearly even picture stays even: a range below 60 levels is not pulled apart further.
    share = (light.astype(np.float32) - dark) / max(bright - dark, 60.0)
    return np.asarray(np.clip(share, 0, 1) * (high - low) + low, np.float32)


def saturated(image: Image, factor: float, lift: float = 0.0) -> Image:
    """The image with colour pushed away from grey by `factor` and `lift` added."""
    grey = np.array([0.299, 0.587, 0.114], np.float32)
    matrix = np.eye(3, dtype=np.float32) * factor + (1 - factor) * grey[None]
    with_lift = np.hstack([matrix, np.full((3, 1), lift, np.float32)])
    return np.asarray(cv2.transform(image, with_lift), np.uint8)


def vivid(image: Image) -> Image:
    """Each pixel's hue at full brightness; greys become white."""
    low = image.min(axis=2).astype(np.float32) * np.float32(0.85)
    high = image.max(axis=2).astype(np.float32)
    gain = np.float32(255) / np.maximum(high - low, 24)
    return np.asarray(np.clip((image - low[..., None]) * gain[..., None], 0, 255), np.uint8)


def fitted_palette(image: Image, count: int) -> npt.NDArray[np.float32]:
    """`count` colours of the image, far apart first, then settled by a few k-means rounds."""
    pixels = image.reshape(-1, 3)
    samples = pixels[:: max(1, len(pixels) // 2100)].astype(np.float32)
    palette = _far_apart(samples, count)
    for _ in range(4):
        nearest = nearest_colour(samples, palette)
        counts = np.maximum(np.bincount(nearest, minlength=count), 1)
        sums = [np.bincount(nearest, samples[:, c], count) for c in range(3)]
        moved = (np.stack(sums, axis=1) / counts[:, None]).astype(np.float32)
        palette = np.where((np.bincount(nearest, minlength=count) > 0)[:, None], moved, palette)
    return palette


def scene_palette(image: Image, subject: npt.NDArray[Any], count: int) -> Field:
    """Up to 2 x `count` colours, half of them the subject's own, so that the sky takes none."""
    inside = subject > 0
    parts = [image[~inside], image[inside]]
    return np.concatenate([fitted_palette(part, count) for part in parts if len(part)])


def in_flats(image: Image, subject: Mask, count: int) -> Image:
    """The image in its own 2 x `count` flat colours, with edges of flats smoothed."""
    # Read at half size: flats need no finer eye, and it takes a quarter of the time.
    small = cv2.resize(
        image, (image.shape[1] // 2, image.shape[0] // 2), interpolation=cv2.INTER_AREA
    )
    palette = scene_palette(small[::2, ::2], subject[::4, ::4], count)
    flat = filled(palette_index(small, palette), palette)
    return np.asarray(
        cv2.resize(flat, image.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.uint8
    )


def palette_index(image: Image, palette: npt.NDArray[np.float32]) -> Mask:
    """For each pixel the number of the nearest palette colour."""
    table = nearest_colour(_cube(), palette).astype(np.uint8)
    return table[cube_address(image)]


def filled(index: Mask, palette: npt.NDArray[np.float32]) -> Image:
    """The image in which each number of `index` is that palette colour."""
    table = np.zeros((1, 256, 3), np.uint8)
    table[0, : len(palette)] = palette.clip(0, 255)
    return np.asarray(cv2.LUT(cv2.merge([index] * 3), table))


def cube_address(image: Image) -> npt.NDArray[np.int32]:
    """Each pixel's place in a flat table of 32 x 32 x 32 colours."""
    high = (image >> (8 - BITS)).astype(np.int32)
    address: npt.NDArray[np.int32] = (high[..., 0] << 10) | (high[..., 1] << 5) | high[..., 2]
    return address


def _cube() -> npt.NDArray[np.float32]:
    steps = (np.arange(32, dtype=np.float32) + 0.5) * 8
    red, green, blue = np.meshgrid(steps, steps, steps, indexing="ij")
    return np.stack([red.ravel(), green.ravel(), blue.ravel()], axis=1)


def nearest_colour(
    samples: npt.NDArray[np.float32], palette: npt.NDArray[np.float32]
) -> npt.NDArray[np.intp]:
    # A colour transform, not a matrix product: at this width BLAS threads would only spin.
    lengths = np.square(palette).sum(axis=1, keepdims=True)
    matrix = np.hstack([-2 * palette, lengths]).astype(np.float32)
    distances = cv2.transform(samples.astype(np.float32)[:, None], matrix)[:, 0]
    return np.asarray(np.argmin(distances, axis=1))


def _far_apart(samples: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.float32]:
    chosen = [samples.mean(axis=0)]
    gap = np.full(len(samples), np.inf, np.float32)
    for _ in range(count - 1):
        gap = np.minimum(gap, ((samples - chosen[-1]) ** 2).sum(axis=1))
        chosen.append(samples[int(np.argmax(gap))])
    return np.stack(chosen).astype(np.float32)


def main_colour(image: Image, mask: Mask) -> Field:
    """The colour one would name the masked thing by: the largest, most coloured of five."""
    pixels = image[mask > 0] if cv2.countNonZero(mask) else image.reshape(-1, 3)
    samples = pixels[:: max(1, len(pixels) // 2100)].astype(np.float32)
    palette = fitted_palette(pixels, 5)
    share = np.bincount(nearest_colour(samples, palette), minlength=5) / len(samples)
    chroma = palette.max(axis=1) - palette.min(axis=1)
    return np.asarray(palette[int(np.argmax(share * (chroma + 24)))])
