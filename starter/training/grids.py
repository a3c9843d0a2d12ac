"""Pictures in rows, written as one file to look at while training runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

JPEG_QUALITY = 88


def save_grid(path: Path, rows: list[Tensor], side: int = 256) -> None:
    """`rows` of pictures (n, 3, h, w) in -1..1, each picture drawn `side` pixels wide."""
    height, width = len(rows), max(row.shape[0] for row in rows)
    sheet = Image.new("RGB", (width * side, height * side))
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            tile = Image.fromarray(as_pixels(picture))
            sheet.paste(tile.resize((side, side), Image.Resampling.LANCZOS), (x * side, y * side))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=JPEG_QUALITY)


def as_pixels(picture: Tensor) -> np.ndarray:
    """(3, h, w) in -1..1 to (h, w, 3) uint8."""
    scaled = ((picture.detach().float().cpu().permute(1, 2, 0) + 1) * 127.5).round()
    return scaled.clamp(0, 255).numpy().astype(np.uint8)
