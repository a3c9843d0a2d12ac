"""The judge's network: a small residual classifier that also tells a picture's style.

1.4 million weights. Each head looks where it wants: it weighs the 10x10 places of the last
layer by an attention of its own, so that a small subject far away still decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from starter.evaluation.labels import Names

SIDE = 160
WIDTHS = (32, 64, 128, 176)


@dataclass(frozen=True)
class Reading:
    """`logits` by head, (n, answers); `statistics` (n, 736) of the inner layers."""

    logits: dict[str, Tensor]
    statistics: Tensor


class Residual(nn.Module):
    """Two 3x3 convolutions around which the input passes; the first may halve the sides."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.first_norm, self.second_norm = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.past: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.past = nn.Sequential(nn.AvgPool2d(stride), nn.Conv2d(inputs, outputs, 1))

    def forward(self, inner: Tensor) -> Tensor:
        changed = F.relu(self.first_norm(self.first(inner)))
        return F.relu(self.past(inner) + self.second_norm(self.second(changed)))


class Head(nn.Module):
    """Features (n, c, h, w) to logits (n, answers), through one attention over the places."""

    def __init__(self, width: int, answers: int) -> None:
        super().__init__()
        self.where = nn.Conv2d(width, 1, 1)
        self.what = nn.Linear(2 * width, answers)

    def forward(self, features: Tensor) -> Tensor:
        flat = features.flatten(2)
        weights = self.where(features).flatten(2).float().softmax(-1).to(flat.dtype)
        seen = torch.cat([(flat * weights).sum(-1), flat.mean(-1)], 1)
        logits: Tensor = self.what(seen)
        return logits


class JudgeNetwork(nn.Module):
    """Pictures (n, 3, 160, 160) in -1..1 to a Reading."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        first, *rest = WIDTHS
        self.stem = nn.Sequential(
            nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU()
        )
        inputs = (first, *rest[:-1])
        pairs = zip(inputs, rest, strict=True)
        self.stages = nn.ModuleList(Residual(before, after, 2) for before, after in pairs)
        self.last = Residual(WIDTHS[-1], WIDTHS[-1], 1)
        heads = {head: Head(WIDTHS[-1], len(answers)) for head, answers in names.items()}
        self.heads = nn.ModuleDict(heads)

    def forward(self, pictures: Tensor) -> Reading:
        inner, told = self.stem(pictures), []
        for stage in self.stages:
            inner = stage(inner)
            told.append(_statistics(inner))
        inner = self.last(inner)
        logits = {name: head(inner).float() for name, head in self.heads.items()}
        return Reading(logits, torch.cat(told, 1))


def _statistics(inner: Tensor) -> Tensor:
    # Style is what stays when it is forgotten where things are: each channel's mean and spread.
    flat = inner.float().flatten(2)
    both = (flat.mean(-1), flat.std(-1))
    return torch.cat([F.normalize(part, dim=1) for part in both], 1)
