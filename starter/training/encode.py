"""Turn every drawn picture into latents with the finished autoencoder.

    torchrun --standalone --nproc_per_node 4 -m starter.training.encode DATA OUT

Waits for OUT/vae, then writes OUT/latents.bf16.pt, (rows, 16, 32, 32), and OUT/tokens.pt, (rows, 4, 48).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from starter.training.ranks import Rank, join_ranks, wait_for_file
from starter.training.store import BLOCK, Store

READERS = 4


def main() -> None:
    given, rank = _arguments(), join_ranks()
    store = Store(given.data)
    parts = given.out / "latents"
    parts.mkdir(exist_ok=True, parents=True)
    wait_for_file(given.out / "vae")
    mine = parts / f"{rank.index}.pt"
    blocks = list(range(rank.index, store.rows // BLOCK, rank.world))
    torch.save(_encode_blocks(store, blocks, given.out / "vae", rank), mine)
    rank.wait()
    if rank.leads:
        torch.save(torch.from_numpy(np.array(store.tokens)), given.out / "tokens.pt")
        torch.save(_gather(store, parts, rank.world), given.out / "latents.tmp")
        (given.out / "latents.tmp").replace(given.out / "latents.bf16.pt")
        rank.say("latents written")


@torch.no_grad()
def _encode_blocks(store: Store, blocks: list[int], folder: Path, rank: Rank) -> Tensor:
    vae = AutoencoderKL.from_pretrained(folder).to(rank.device, memory_format=torch.channels_last)
    latents = []
    for number, pixels in enumerate(_read_ahead(store, blocks, rank)):
        pictures = pixels.to(rank.device, non_blocking=True).permute(0, 3, 1, 2)
        with rank.amp():
            mean = vae.encode(pictures.float() / 127.5 - 1).latent_dist.mean
        latents.append(mean.to(torch.bfloat16))
        if number % 100 == 0:
            rank.say(f"encoded {number * BLOCK * rank.world} of {store.rows}")
    return torch.cat(latents).cpu()


def _read_ahead(store: Store, blocks: list[int], rank: Rank) -> Iterator[Tensor]:
    def read(block: int) -> Tensor:
        rows = torch.from_numpy(store.pixels[block * BLOCK : (block + 1) * BLOCK])
        return rows.pin_memory() if rank.on_gpu else rows

    with ThreadPoolExecutor(READERS) as readers:
        waiting = [readers.submit(read, block) for block in blocks[: READERS * 2]]
        for following in [*blocks[READERS * 2 :], *[None] * len(waiting)]:
            pixels = waiting.pop(0).result()
            if following is not None:
                waiting.append(readers.submit(read, following))
            yield pixels


def _gather(store: Store, parts: Path, world: int) -> Tensor:
    shares = [torch.load(parts / f"{index}.pt").unflatten(0, (-1, BLOCK)) for index in range(world)]
    latents = shares[0].new_empty((store.rows // BLOCK, BLOCK, *shares[0].shape[2:]))
    for index, share in enumerate(shares):
        latents[index::world] = share
    return latents.flatten(0, 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
