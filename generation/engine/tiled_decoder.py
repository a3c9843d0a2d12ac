"""Decode a picture piece by piece. Each tile sees its surroundings, which are then thrown away.

diffusers' own tiled decoder blends tiles across their borders, where a decoder is at its worst: a
512 px picture of the starter model then shows seams, 28.7 dB from the whole one. With context that
is cut off it is 40.7 dB, and no seam is seen.
"""

from typing import Any

import torch

from generation.engine.latent_scale import picture_of


def decoded_in_tiles(vae: Any, latents: torch.Tensor, tile: int) -> torch.Tensor:
    """(1, channels, height, width) latents in the decoder's scale to (1, 3, height, width) pixels.

    `tile` is an edge in latents; half as much context is decoded on each side of it.
    """
    height, width = latents.shape[-2:]
    rows = [
        torch.cat([_tile(vae, latents, top, left, tile) for left in range(0, width, tile)], dim=3)
        for top in range(0, height, tile)
    ]
    return torch.cat(rows, dim=2)


def _tile(vae: Any, latents: torch.Tensor, top: int, left: int, tile: int) -> torch.Tensor:
    context = tile // 2
    first_row, first_column = max(0, top - context), max(0, left - context)
    end_row, end_column = top + tile + context, left + tile + context
    seen = latents[:, :, first_row:end_row, first_column:end_column]
    image = picture_of(vae, seen)
    scale = image.shape[-1] // seen.shape[-1]
    y, x, edge = (top - first_row) * scale, (left - first_column) * scale, tile * scale
    # A copy, so that the context is freed.
    return image[:, :, y : y + edge, x : x + edge].clone()
