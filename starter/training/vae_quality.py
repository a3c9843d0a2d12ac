"""How well the autoencoder brings held-out pictures back: PSNR, colour difference, a grid."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from diffusers import AutoencoderKL
from torch import Tensor

from starter.training.colour_difference import ciede2000
from starter.training.grids import as_pixels, save_grid
from starter.training.ranks import Rank
from starter.training.store import KEPT_SCENES, Section, Store

COLOUR_STRIDE = 4
ACROSS = 11


@torch.no_grad()
def latent_moments(vae: AutoencoderKL, store: Store, rank: Rank) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each latent channel over training scenes, the same in every process."""
    rows = store.section("scenes").training_rows[:KEPT_SCENES][rank.index :: rank.world * 16][:512]
    sums = torch.zeros(3, vae.config.latent_channels, device=rank.device, dtype=torch.float64)
    for row in rows:
        if store.done[row // 64]:
            mean = _encode(vae, _read(store, [row], rank), rank).double()
            sums += torch.stack([mean.sum((0, 2, 3)), mean.square().sum((0, 2, 3)),
                                 torch.full_like(sums[0], mean[0, 0].numel())])  # fmt: skip
    total, squares, count = rank.sum(sums)
    mean = total / count
    return mean.float(), (squares / count - mean**2).sqrt().float()


@torch.no_grad()
def measure_vae(vae: AutoencoderKL, store: Store, rank: Rank, file: Path, each: int = 16) -> None:
    """Write and print PSNR in dB and mean colour difference (CIEDE2000) for each section."""
    mine: dict[str, list[tuple[float, float]]] = {}
    for section in store.sections:
        for row in section.held_out_rows[:each][rank.index :: rank.world]:
            given = store.pixels[row]
            made = as_pixels(_round_trip(vae, _read(store, [row], rank), rank)[0])
            error = float(np.square(made.astype(float) - given).mean())
            pair = [image[::COLOUR_STRIDE, ::COLOUR_STRIDE] for image in (given, made)]
            figures = (float(10 * np.log10(255**2 / error)), float(ciede2000(*pair).mean()))
            mine.setdefault(section.name, []).append(figures)
    everyone: list[dict[str, list[tuple[float, float]]]] = [mine] * rank.world
    if rank.world > 1:
        dist.all_gather_object(everyone, mine)
    _write(store.sections, everyone, rank, file)


@torch.no_grad()
def save_comparison(vae: AutoencoderKL, store: Store, rank: Rank, file: Path) -> None:
    """Held-out pictures over what comes back of them: scenes, the character, then each look."""
    scenes = list(store.section("scenes").held_out_rows[:5])
    rows = scenes + [section.held_out_rows[1] for section in store.sections[1:]]
    grid = []
    for part in (rows[start : start + ACROSS] for start in range(0, len(rows), ACROSS)):
        given = _read(store, part, rank)
        grid += [given, torch.cat([_round_trip(vae, one[None], rank) for one in given])]
    save_grid(file, grid, side=224)


def _read(store: Store, rows: list[int], rank: Rank) -> Tensor:
    pixels = torch.from_numpy(np.stack([store.pixels[row] for row in rows])).to(rank.device)
    return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1


def _encode(vae: AutoencoderKL, pictures: Tensor, rank: Rank) -> Tensor:
    with rank.amp():
        mean: Tensor = vae.encode(pictures).latent_dist.mean.float()
    return mean


def _round_trip(vae: AutoencoderKL, pictures: Tensor, rank: Rank) -> Tensor:
    with rank.amp():
        made: Tensor = vae.decode(vae.encode(pictures).latent_dist.mean).sample.float()
    return made


def _write(
    sections: list[Section], everyone: list[dict[str, list[tuple[float, float]]]], rank: Rank,
    file: Path,
) -> None:  # fmt: skip
    result = {}
    for section in sections:
        pairs = np.array([pair for mine in everyone for pair in mine.get(section.name, [])])
        decibels, colour = float(np.median(pairs[:, 0])), float(pairs[:, 1].mean())
        result[section.name] = {"psnr_db_median": decibels, "delta_e2000_mean": colour}
        rank.say(f"{section.name:16} {decibels:5.1f} dB  dE {colour:.2f}")
    if rank.leads:
        file.write_text(json.dumps(result, indent=1))
