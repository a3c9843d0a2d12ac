"""Make drawn pictures look like a generator's: soft, shifted, bent, a little off in colour."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from starter.evaluation.network import SIDE

SOFTENED = 0.5
COARSENED = 0.3
BENT = 0.03


def as_input(pixels: Tensor) -> Tensor:
    """(n, 192, 192, 3) uint8 to what the judge reads: (n, 3, 160, 160) in -1..1, the whole."""
    pictures = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    return F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", antialias=True)


def augmented(pixels: Tensor) -> Tensor:
    """The same, each picture moved, mirrored, blurred, recoloured and made noisy by chance."""
    pictures = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    pictures = F.grid_sample(
        pictures, _grid(pictures), padding_mode="reflection", align_corners=False
    )
    return _recoloured(_coarsened(_softened(pictures)))


def _grid(pictures: Tensor) -> Tensor:
    count, device = len(pictures), pictures.device
    size = 1 - 0.2 * torch.rand(count, 1, device=device)
    mirror = torch.randint(0, 2, (count, 1), device=device) * 2 - 1
    shape = size * (1 + 0.06 * torch.randn(count, 2, device=device)).clamp(0.85, 1.15)
    room = 1.04 - size
    shift = room * (2 * torch.rand(count, 2, device=device) - 1)
    affine = torch.zeros(count, 2, 3, device=device)
    affine[:, 0, 0], affine[:, 1, 1], affine[:, :, 2] = (
        shape[:, 0] * mirror[:, 0],
        shape[:, 1],
        shift,
    )
    grid = F.affine_grid(affine, [count, 3, SIDE, SIDE], align_corners=False)
    bend = (
        torch.randn(count, 2, 7, 7, device=device)
        * BENT
        * torch.rand(count, 1, 1, 1, device=device)
    )
    smooth = F.interpolate(bend, (SIDE, SIDE), mode="bicubic", align_corners=False)
    return grid + smooth.permute(0, 2, 3, 1)


def _softened(pictures: Tensor) -> Tensor:
    blurred = F.avg_pool2d(pictures, 5, 1, 2, count_include_pad=False)
    blurred = F.avg_pool2d(blurred, 3, 1, 1, count_include_pad=False)
    chance = _each(pictures)
    share = torch.where(chance < SOFTENED, chance / SOFTENED, torch.zeros_like(chance))
    return torch.lerp(pictures, blurred, share)


def _coarsened(pictures: Tensor) -> Tensor:
    # One in three goes through a smaller picture, as a thumbnail or a hard JPEG does.
    count = int(len(pictures) * COARSENED)
    if not count:
        return pictures
    side = int(torch.randint(64, 128, ()).item())
    small = F.interpolate(pictures[:count], (side, side), mode="bilinear", antialias=True)
    back = F.interpolate(small, (SIDE, SIDE), mode="bilinear")
    return torch.cat([back, pictures[count:]])


def _recoloured(pictures: Tensor) -> Tensor:
    grey = pictures.mean(1, keepdim=True)
    pictures = torch.lerp(grey, pictures, 0.85 + 0.3 * _each(pictures))
    gain = 1 + 0.1 * (_each(pictures) - 0.5) + 0.05 * (_each(pictures, 3) - 0.5)
    shift = 0.12 * (_each(pictures) - 0.5) + 0.05 * (_each(pictures, 3) - 0.5)
    noise = 0.07 * _each(pictures) * torch.randn_like(pictures)
    return (pictures * gain + shift + noise).clamp(-1, 1)


def _each(pictures: Tensor, channels: int = 1) -> Tensor:
    return torch.rand(len(pictures), channels, 1, 1, device=pictures.device)
