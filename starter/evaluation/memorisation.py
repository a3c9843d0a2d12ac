"""Is any picture a copy of a training scene? Each picture's nearest one, and how near it is.

Distances are between 64x64 thumbnails: the root mean square difference of their pixels in CIELAB.
The yardstick is how near newly drawn scenes, which nobody can have copied, come to the same
training scenes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from starter.evaluation.drawings import Drawing, Pixels, draw, draw_ahead

SIDE = 64
CHUNK = 4096
SHOWN = 8


@dataclass(frozen=True)
class Nearest:
    """`distances` (n) and `rows` (n): by picture, how far and which training scene."""

    distances: Tensor
    rows: Tensor


def training_thumbnails(count: int) -> Iterator[Pixels]:
    """Thumbnails (m, 64, 64, 3) of the first training scenes, in order, in parts.

    They are drawn again from their seeds, beginning now, on cores that nothing else wants.
    """
    return _in_parts(draw_ahead([Drawing(row, side=SIDE) for row in range(count)]))


def _in_parts(thumbnails: Iterator[Pixels]) -> Iterator[Pixels]:
    while part := list(islice(thumbnails, CHUNK)):
        yield np.stack(part)


def nearest(pixels: Tensor, thumbnails: Iterator[Pixels], device: torch.device) -> Nearest:
    """For pictures (n, 192, 192, 3) uint8 the nearest of the thumbnails."""
    wanted = _lab(_thumbnails(pixels).to(device)).flatten(1)
    best = torch.full((len(pixels),), float("inf"), device=device)
    rows, start = torch.zeros(len(pixels), dtype=torch.long, device=device), 0
    for part in thumbnails:
        known = _lab(torch.from_numpy(part).to(device)).flatten(1)
        near, at = torch.cdist(wanted, known).div(SIDE).min(1)
        rows = torch.where(near < best, at + start, rows)
        best, start = torch.minimum(best, near), start + len(part)
    return Nearest(best.cpu(), rows.cpu())


def memorisation(painted: Nearest, drawn: Nearest) -> dict[str, float]:
    """Medians and minima, and the share of pictures nearer than one drawn scene in a hundred is."""
    first_percentile = drawn.distances.quantile(0.01)
    nearer = (painted.distances < first_percentile).float().mean()
    return {
        "median": float(painted.distances.median()),
        "minimum": float(painted.distances.min()),
        "drawn_median": float(drawn.distances.median()),
        "drawn_minimum": float(drawn.distances.min()),
        "drawn_first_percentile": float(first_percentile),
        "nearer_than_first_percentile": float(nearer),
        "pictures": len(painted.distances),
    }


def save_pairs(file: Path, pixels: Tensor, found: Nearest) -> None:
    """The pictures nearest to training, above the scenes that they are nearest to."""
    chosen = found.distances.argsort()[:SHOWN].tolist()
    scenes = [draw(Drawing(int(found.rows[number]))) for number in chosen]
    rows = [pixels[chosen].numpy(), np.stack(scenes)]
    sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in rows], axis=0)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet).save(file, quality=90)


def _thumbnails(pixels: Tensor) -> Tensor:
    small = F.interpolate(pixels.permute(0, 3, 1, 2).float(), (SIDE, SIDE), mode="area")
    return small.permute(0, 2, 3, 1).round().to(torch.uint8)


def _lab(pixels: Tensor) -> Tensor:
    share = pixels.float() / 255
    light = torch.where(share > 0.04045, ((share + 0.055) / 1.055) ** 2.4, share / 12.92)
    to_xyz = torch.tensor(
        [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0178, 0.1095, 0.8728]]
    ).to(light)
    x, y, z = _root(light @ to_xyz.T).unbind(-1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _root(value: Tensor) -> Tensor:
    cube = value.clamp(min=1e-8) ** (1 / 3)
    return torch.where(value > (6 / 29) ** 3, cube, value * (29 / 6) ** 2 / 3 + 4 / 29)
