"""Can a picture's pack be told from the picture? Nearest centroid in the judge's style space."""

from __future__ import annotations

import torch
from torch import Tensor

from starter.evaluation.style_space import cosines


def recognition(places: dict[str, Tensor], drawn: dict[str, Tensor]) -> dict[str, dict[str, float]]:
    """Figures by pack, from places (n, k) of painted pictures and of drawn looks.

    Every second picture makes the centroids, the others (other prompts) are tested: `recognised`
    against painted centroids, `recognised_by_drawing` against those of the drawn looks,
    `coherence` the mean cosine to the own centroid, `distance` 1 - cosine of the own centroid to
    the nearest other. Cosines are seen from the middle of all centroids.
    """
    names = list(places)
    centroids = torch.stack([places[name][::2].mean(0) for name in names])
    ideals = torch.stack([drawn[name].mean(0) for name in names])
    between = cosines(centroids, centroids, centroids.mean(0)).fill_diagonal_(-2)
    figures = {}
    for number, name in enumerate(names):
        tested = places[name][1::2]
        own = cosines(tested, centroids[number : number + 1], centroids.mean(0))
        figures[name] = {
            "recognised": _share(tested, centroids, number),
            "recognised_by_drawing": _share(tested, ideals, number),
            "coherence": float(own.mean()),
            "distance": float(1 - between[number].max()) if len(names) > 1 else 1.0,
        }
    return figures


def nearest_other(places: dict[str, Tensor]) -> dict[str, str]:
    """By pack, the pack whose centroid lies nearest: who it could be taken for."""
    names = list(places)
    centroids = torch.stack([places[name].mean(0) for name in names])
    apart = torch.cdist(centroids, centroids).fill_diagonal_(float("inf"))
    if len(names) == 1:
        return {names[0]: ""}
    return {name: names[int(row.argmin())] for name, row in zip(names, apart, strict=True)}


def _share(tested: Tensor, centroids: Tensor, own: int) -> float:
    nearest = torch.cdist(tested, centroids).argmin(1)
    return float((nearest == own).float().mean())
