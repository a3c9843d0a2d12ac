"""Turn drawn pictures into latents with the finished autoencoder, also while drawing goes on.

    torchrun --standalone --nproc_per_node 4 -m starter.training.encode DATA OUT

Waits for OUT/vae, then fills OUT/latents.bf16, (rows, 16, 32, 32), block by block as they are
drawn, and marks each in OUT/encoded.u8; the pixels of those that nobody needs again are given back.
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
from numpy.typing import NDArray
from torch import Tensor

from starter.architecture import FULL, LATENT_SIDE
from starter.training.ranks import Rank, compiled, join_ranks, wait_for_file
from starter.training.steps import in_channels_last
from starter.training.store import BLOCK, Store, wait_for_store

READERS = 4


def main() -> None:
    given, rank = _arguments(), join_ranks()
    store = wait_for_store(given.data)
    given.out.mkdir(parents=True, exist_ok=True)
    if rank.leads:
        shape = (store.rows, FULL.latent_channels, LATENT_SIDE, LATENT_SIDE)
        np.memmap(given.out / "latents.bf16", "<i2", "w+", shape=shape)
        (given.out / "encoded.u8").write_bytes(bytes(store.rows // BLOCK))
    rank.wait()
    wait_for_file(given.out / "vae")
    _encode_blocks(store, range(rank.index, store.rows // BLOCK, rank.world), given.out, rank)
    rank.wait()
    rank.say("latents written")


def open_latents(store: Store, out: Path) -> Tensor:
    """All latents, (rows, 16, 32, 32) bfloat16, mapped from the file."""
    shape = (store.rows, FULL.latent_channels, LATENT_SIDE, LATENT_SIDE)
    file = np.memmap(out / "latents.bf16", "<i2", "r+", shape=shape)
    return torch.from_numpy(file).view(torch.bfloat16)


def open_marks(out: Path) -> NDArray[np.uint8]:
    """One byte for each block, 1 once its latents are there; mapped from the file."""
    return np.memmap(wait_for_file(out / "encoded.u8"), "u1", "r+")


@torch.no_grad()
def _encode_blocks(store: Store, blocks: range, out: Path, rank: Rank) -> None:
    vae = in_channels_last(AutoencoderKL.from_pretrained(out / "vae").to(rank.device), rank)
    encoder = compiled(vae.encoder, rank)
    latents, marks = open_latents(store, out), open_marks(out)
    for number, (block, pixels) in enumerate(_read_ahead(store, blocks)):
        pictures = pixels.to(rank.device).permute(0, 3, 1, 2)
        with rank.amp():
            moments = vae.quant_conv(encoder(pictures.float() / 127.5 - 1))
        mean, _ = moments.chunk(2, dim=1)
        latents[block * BLOCK : (block + 1) * BLOCK] = mean.to(torch.bfloat16).cpu()
        marks[block] = 1
        if not store.is_kept(block):
            store.give_back(block)
        if number % 100 == 0:
            rank.say(f"encoded {number * BLOCK * rank.world} of {store.rows}")


def _read_ahead(store: Store, blocks: range) -> Iterator[tuple[int, Tensor]]:
    def read(block: int) -> tuple[int, Tensor]:
        return block, torch.from_numpy(store.pixels[block * BLOCK : (block + 1) * BLOCK].copy())

    # Scenes first: the base waits for them, the LoRAs come later.
    waiting = sorted(blocks, key=lambda block: store.section_of(block * BLOCK).kind != "scene")
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
