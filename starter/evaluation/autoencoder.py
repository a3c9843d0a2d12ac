"""How well the shipped autoencoder brings drawn pictures back that it never saw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from starter.evaluation.drawings import Pixels
from starter.training.colour_difference import ciede2000

COLOUR_STRIDE = 4
Figures = dict[str, float]


def reconstruction(
    sections: dict[str, Pixels], round_trip: Callable[[Tensor], Tensor]
) -> tuple[Figures, dict[str, Figures]]:
    """Median PSNR in dB and mean CIEDE2000 of all pictures together, and of each section.

    `sections` are pictures (n, 512, 512, 3) uint8 by name, equally many of each.
    """
    rows: dict[str, list[tuple[float, float]]] = {}
    for name, given in sections.items():
        made = round_trip(torch.from_numpy(given)).numpy()
        rows[name] = [_figures(*pair) for pair in zip(given, made, strict=True)]
    everything = [row for section in rows.values() for row in section]
    return _summary(everything), {name: _summary(section) for name, section in rows.items()}


def _figures(given: Pixels, made: Pixels) -> tuple[float, float]:
    error = float(np.square(made.astype(float) - given).mean())
    sparse = [picture[::COLOUR_STRIDE, ::COLOUR_STRIDE] for picture in (given, made)]
    decibels = 10 * np.log10(255**2 / max(error, 1e-6))
    return float(decibels), float(ciede2000(*sparse).mean())


def _summary(rows: list[tuple[float, float]]) -> Figures:
    table = np.array(rows)
    return {"psnr_db": float(np.median(table[:, 0])), "delta_e": float(table[:, 1].mean())}
