"""What the judge learns from: drawn pictures, shrunk to 192x192, with what they show."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
import torch
from torch import Tensor

from starter.evaluation.drawings import FIRST_SEED, Drawing, Pixels, draw_all, shrink
from starter.evaluation.labels import Names, Truth, known_names, truth_of, truth_of_row
from starter.looks import LOOKS
from starter.scenes import sample_facts
from starter.scenes.characters import CHARACTERS
from starter.training.ranks import Rank
from starter.training.store import BLOCK, DRAWN, Store

KINDS = ("scene", "look", "character", "styled")
STORED_SIDE = 192


@dataclass(frozen=True)
class Lessons:
    """`pixels` (n, 192, 192, 3) uint8, `truths` (n, heads), and the rows of each kind."""

    names: Names
    pixels: Tensor
    truths: Tensor
    rows: dict[str, Tensor]

    def sample(self, count: int, shares: dict[str, float]) -> Tensor:
        """Row numbers, mixed; kinds in their shares, as far as there are any."""
        there = {kind: rows for kind, rows in self.rows.items() if kind in shares and len(rows)}
        total = sum(shares[kind] for kind in there)
        device, picked = self.pixels.device, []
        for kind, rows in there.items():
            wanted = max(1, round(count * shares[kind] / total))
            picked.append(rows[torch.randint(0, len(rows), (wanted,), device=device)])
        together = torch.cat(picked)
        return together[torch.randperm(len(together), device=device)]


def lessons_of(store: Store, rank: Rank, styled: int, limit: int) -> Lessons:
    """Every training picture drawn so far (at most `limit`), and `styled` more of each character
    in each look."""
    names = known_names()
    drawings = [_styled(*which) for which in product(CHARACTERS, LOOKS, range(styled))]
    blocks = _blocks(store, limit)
    count = len(blocks) * BLOCK
    shape = (count + len(drawings), STORED_SIDE, STORED_SIDE, 3)
    pixels = torch.empty(shape, dtype=torch.uint8, device=rank.device)
    if drawings:
        pixels[count:] = torch.from_numpy(draw_all(drawings))
    sections = [store.section_of(block * BLOCK) for block in blocks]
    with ThreadPoolExecutor(os.cpu_count()) as readers:
        # Reading leaves Python free to work out meanwhile what the pictures show.
        copies = readers.map(partial(_copy, pixels, store), range(len(blocks)), blocks)
        truths = [truth_of_row(section, block * BLOCK + at)
                  for section, block in zip(sections, blocks, strict=True)
                  for at in range(BLOCK)]  # fmt: skip
        list(copies)
    truths += [truth_of_drawing(drawing) for drawing in drawings]
    kinds = [section.kind for section in sections for _ in range(BLOCK)]
    kinds += ["styled"] * len(drawings)
    numbers = torch.tensor([truth.numbers(names) for truth in truths], device=rank.device)
    return Lessons(names, pixels, numbers, _rows_by_kind(kinds, rank.device))


def held_out_lessons(kind: str, count: int) -> tuple[Pixels, list[Truth]]:
    """`count` drawings of one kind, of seeds that training never uses."""
    rng, drawings = random.Random(f"held out {kind}"), []
    for number in range(count):
        look = rng.choice(list(LOOKS)) if kind in ("look", "styled") else None
        who = rng.choice(list(CHARACTERS)) if kind in ("character", "styled") else None
        facts = None if who else sample_facts(rng)
        drawings.append(Drawing(2 * FIRST_SEED + number, facts, who, look))
    return draw_all(drawings), [truth_of_drawing(drawing) for drawing in drawings]


def truth_of_drawing(drawing: Drawing) -> Truth:
    """What a drawing made for the judge shows."""
    look = drawing.look or "none"
    if drawing.facts:
        return truth_of(drawing.facts, look)
    return Truth(character=drawing.character, look=look)


def _styled(name: str, slug: str, number: int) -> Drawing:
    return Drawing(3 * FIRST_SEED + number, character=name, look=slug)


def _blocks(store: Store, limit: int) -> list[int]:
    held_out = {s.held_out_rows.start // BLOCK for s in store.sections if s.count > BLOCK}
    blocks = [block for block in range(store.rows // BLOCK) if store.done[block] == DRAWN]
    blocks = [block for block in blocks if block not in held_out]
    random.Random(0).shuffle(blocks)
    return blocks[: max(1, limit // BLOCK)]


def _copy(pixels: Tensor, store: Store, at: int, block: int) -> None:
    rows = range(block * BLOCK, (block + 1) * BLOCK)
    small = np.stack([shrink(store.pixels[row], STORED_SIDE) for row in rows])
    pixels[at * BLOCK : (at + 1) * BLOCK] = torch.from_numpy(small)


def _rows_by_kind(kinds: list[str], device: torch.device) -> dict[str, Tensor]:
    found = {kind: [row for row, k in enumerate(kinds) if k == kind] for kind in KINDS}
    return {kind: torch.tensor(rows, dtype=torch.long, device=device)
            for kind, rows in found.items()}  # fmt: skip
