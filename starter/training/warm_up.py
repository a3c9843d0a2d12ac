"""Compile one training step into the cache, so that training starts in seconds.

    CUDA_VISIBLE_DEVICES=1 python -m starter.training.warm_up vae-crop|vae-whole|base

One process each, side by side, while pictures are drawn: one to two minutes each. The cache is
TORCHINDUCTOR_CACHE_DIR; batch sizes must be those of the training.
"""

from __future__ import annotations

import argparse

import torch

from starter.architecture import FULL, IMAGE_SIDE, build_text_encoder, build_unet, build_vae
from starter.tokenizer import load_tokenizer
from starter.training.denoising import DenoisingLoss, rehearse
from starter.training.ranks import Rank, compiled, join_ranks
from starter.training.train_vae import CROP, VaeLoss


def warm_vae(side: int, count: int, rank: Rank) -> None:
    loss_of = compiled(VaeLoss(build_vae(FULL).to(rank.device), rank), rank)
    pixels = torch.randint(0, 256, (count, side, side, 3), dtype=torch.uint8, device=rank.device)
    loss_of(pixels)[0].backward()


def warm_base(count: int, rank: Rank) -> None:
    unet, text = build_unet(FULL), build_text_encoder(FULL, load_tokenizer())
    loss_of = compiled(DenoisingLoss(unet.to(rank.device), text.to(rank.device), rank), rank)
    rehearse(loss_of, count, rank.device)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("vae-crop", "vae-whole", "base"))
    parser.add_argument("--vae-batch", type=int, default=32)
    parser.add_argument("--base-batch", type=int, default=384)
    given, rank = parser.parse_args(), join_ranks()
    if given.what == "vae-crop":
        warm_vae(CROP, given.vae_batch, rank)
    elif given.what == "vae-whole":
        warm_vae(IMAGE_SIDE, given.vae_batch * CROP**2 // IMAGE_SIDE**2, rank)
    else:
        warm_base(given.base_batch, rank)
    torch.cuda.synchronize()
    rank.say(f"{given.what} compiled")


if __name__ == "__main__":
    main()
