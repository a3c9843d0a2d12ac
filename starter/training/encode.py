"""Turn drawn pictures into latents with the finished autoencoder, also while drawing goes on.

    torchrun --standalone --nproc_per_node 4 -m starter.training.encode DATA OUT

Waits for OUT/vae, then fills OUT/latents.bf16, (rows, 16, 32, 32), block by block as they are
drawn; OUT/latents.done says that it is whole.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from starter.architecture import FULL, LATENT_SIDE
from starter.training.ranks import Rank, join_ranks, wait_for_file
from starter.training.store import BLOCK, Store

READERS = 4


def main() -> None:
    given, rank = _arguments(), join_ranks()
    store = Store(given.data)
    given.out.mkdir(parents=True, exist_ok=True)
    if rank.leads:
        shape = (store.rows, FULL.latent_channels, LATENT_SIDE, LATENT_SIDE)
        np.memmap(given.out / "latents.bf16", "<i2", "w+", shape=shape)
    rank.wait()
    wait_for_file(given.out / "vae")
    _encode_blocks(store, range(rank.index, store.rows // BLOCK, rank.world), given.out, rank)
    rank.wait()
    if rank.leads:
        (given.out / "latents.done").touch()
        rank.say("latents written")


def open_latents(store: Store, out: Path) -> Tensor:
    """All latents, (rows, 16, 32, 32) bfloat16, mapped from the file."""
    shape = (store.rows, FULL.latent_channels, LATENT_SIDE, LATENT_SIDE)
    file = np.memmap(out / "latents.bf16", "<i2", "r+", shape=shape)
    return torch.from_numpy(file).view(torch.bfloat16)


@torch.no_grad()
def _encode_blocks(store: Store, blocks: range, out: Path, rank: Rank) -> None:
    vae = AutoencoderKL.from_pretrained(out / "vae").to(rank.device)
    latents = open_latents(store, out)
    for number, (block, pixels) in enumerate(_read_ahead(store, blocks)):
        pictures = pixels.to(rank.device).permute(0, 3, 1, 2)
        with rank.amp():
            mean = vae.encode(pictures.float() / 127.5 - 1).latent_dist.mean
        latents[block * BLOCK : (block + 1) * BLOCK] = mean.to(torch.bfloat16).cpu()
        if number % 100 == 0:
            rank.say(f"encoded {number * BLOCK * rank.world} of {store.rows}")


def _read_ahead(store: Store, blocks: range) -> Iterator[tuple[int, Tensor]]:
    def read(block: int) -> tuple[int, Tensor]:
        return block, torch.from_numpy(store.pixels[block * BLOCK : (block + 1) * BLOCK])

    waiting = list(blocks)
    with ThreadPoolExecutor(READERS) as readers:
        while waiting:
            ready = [block for block in waiting if store.done[block]][: READERS * 4]
            waiting = [block for block in waiting if block not in set(ready)]
            yield from readers.map(read, ready)
            if not ready:
                time.sleep(0.1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
