"""Where a picture's style lies: the judge's inner statistics, straightened on drawn looks."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

DIMENSIONS = 48
SHRINKAGE = 0.05


@dataclass(frozen=True)
class StyleSpace:
    """`mean` (736) and `basis` (736, k): statistics (n, 736) to places (n, k)."""

    mean: Tensor
    basis: Tensor

    def place(self, statistics: Tensor) -> Tensor:
        """Distances here count in deviations of one look's own pictures from each other."""
        return (statistics - self.mean) @ self.basis


def fit_style_space(statistics: Tensor, looks: Tensor) -> StyleSpace:
    """The space for statistics (n, d) of drawn pictures, each of the look numbered in `looks` (n);
    a character is a look of its own.

    What differs between pictures of one look (what they show) is made small and round; of what is
    left, the directions that spread the pictures most are kept.
    """
    points = statistics.double()
    mean = points.mean(0)
    own = points.clone()
    for look in set(looks.tolist()):
        own[looks == look] -= points[looks == look].mean(0)
    scale = 1 / own.std(0).clamp(min=1e-9)
    correlation = (own * scale).T @ (own * scale) / len(own)
    straight = scale[:, None] * _inverse_root(correlation)
    centred = (points - mean) @ straight
    values, directions = torch.linalg.eigh(centred.T @ centred / len(points))
    kept = directions[:, values.argsort(descending=True)[:DIMENSIONS]]
    return StyleSpace(mean.float(), (straight @ kept).float())


def _inverse_root(correlation: Tensor) -> Tensor:
    floor = SHRINKAGE * torch.eye(len(correlation)).to(correlation)
    values, directions = torch.linalg.eigh((1 - SHRINKAGE) * correlation + floor)
    root: Tensor = directions * values.clamp(min=1e-12).rsqrt() @ directions.T
    return root


def cosines(places: Tensor, centroids: Tensor, origin: Tensor) -> Tensor:
    """(n, c): how far each place lies in the direction of each centroid, seen from `origin`."""
    one = torch.nn.functional.normalize(places - origin, dim=1)
    other = torch.nn.functional.normalize(centroids - origin, dim=1)
    return one @ other.T
