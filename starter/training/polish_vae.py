"""Teach the decoder to forgive what the denoiser does badly: latents a little off the mark.

    python -m starter.training.polish_vae DATA OUT --seconds 45

Scenes are noised lightly and painted again by the finished base, which keeps the scene and redoes
its details; the decoder learns to bring back the drawn picture from them. Three quarters of each
batch are untouched latents of every section, whose quality grows too. The encoder does not change.
Reads OUT/vae and OUT/base.pt; writes OUT/vae-polished and OUT/polish.png: drawn, repainted and
decoded as before, decoded after.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from starter.architecture import (
    FULL,
    TOY,
    build_text_encoder,
    build_training_scheduler,
    build_unet,
)
from starter.tokenizer import load_tokenizer
from starter.training.denoising import Painter, token_ids
from starter.training.encode import open_latents
from starter.training.grids import save_grid
from starter.training.ranks import Clock, Rank, join_ranks, wait_for_file
from starter.training.steps import (
    Step,
    adam,
    clear_gradients,
    in_channels_last,
    limit_gradients,
    set_rate,
)
from starter.training.store import BLOCK, Store, wait_for_store
from starter.training.train_loras import load_base
from starter.training.train_vae import picture_loss
from starter.training.vae_quality import measure_vae

STARTS = (120, 220, 320, 420)
STEPS = 5
GUIDANCE = 4.0
PEAK_RATE = 2e-4
SQUARED_WEIGHT = 8


class Pictures:
    """Pixels (n, 512, 512, 3) uint8 and latents (n, 16, 32, 32) on the device, by their rows."""

    def __init__(self, store: Store, rows: list[int], out: Path, device: torch.device) -> None:
        self.pixels = torch.from_numpy(np.stack([store.pixels[row] for row in rows])).to(device)
        self.latents = open_latents(store, out)[rows].to(device).float()
        self.tokens = torch.from_numpy(store.tokens[rows, 0]).to(device).long()

    def choose(self, count: int) -> tuple[Tensor, Tensor]:
        chosen = torch.randint(0, len(self.pixels), (count,), device=self.pixels.device)
        return self.latents[chosen], self.pixels[chosen]


@torch.no_grad()
def repaint(latents: Tensor, ids: Tensor, start: int, painter: Painter) -> Tensor:
    """Noise the latents up to `start` and walk back with guidance, in STEPS steps of DDIM."""
    device = latents.device
    kept = build_training_scheduler().alphas_cumprod.to(device)
    timesteps = torch.linspace(start, 0, STEPS + 1, device=device).round().long()
    angles = torch.acos(kept[timesteps].sqrt())
    angles[-1] = 0
    noisy = angles[0].cos() * latents + angles[0].sin() * torch.randn_like(latents)
    empty = token_ids(painter.tokenizer, [""], device).expand(len(ids), -1)
    with painter.rank.amp():
        told = painter.text(torch.cat([empty, ids]))[0]
    for timestep, here, there in zip(timesteps, angles[:-1], angles[1:], strict=False):
        with painter.rank.amp():
            guess = painter.unet(torch.cat([noisy, noisy]), timestep, told).sample.float()
        plain, wanted = guess.chunk(2)
        velocity = plain + GUIDANCE * (wanted - plain)
        turn = here - there
        noisy = turn.cos() * noisy - turn.sin() * velocity
    return noisy


def repaint_all(scenes: Pictures, painter: Painter, at_once: int = 256) -> None:
    """Replace the latents of all scenes, each part of them from another start."""
    for number, first in enumerate(range(0, len(scenes.latents), at_once)):
        part = slice(first, first + at_once)
        start = STARTS[number % len(STARTS)]
        scenes.latents[part] = repaint(scenes.latents[part], scenes.tokens[part], start, painter)


def polish(vae: AutoencoderKL, scenes: Pictures, others: Pictures, given: argparse.Namespace,
           rank: Rank) -> None:  # fmt: skip
    """Train the decoder alone, in place."""
    taught = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    optimizer = adam(taught, 1e-4, rank)

    def take() -> Tensor:
        few = max(1, given.batch // 4)
        pairs = [scenes.choose(few), others.choose(given.batch - few)]
        latents, pixels = (torch.cat(parts) for parts in zip(*pairs, strict=True))
        with rank.amp():
            made = vae.decode(latents).sample
        target = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
        # More of the squared error than at first: it is what PSNR counts.
        squared = (made.float() - target).square().mean()
        loss: Tensor = picture_loss(made.float(), target) + SQUARED_WEIGHT * squared
        loss.backward()  # type: ignore[no-untyped-call]
        limit_gradients(taught, 1.0)
        optimizer.step()
        clear_gradients(taught)
        return loss.detach()

    step, clock = Step(take, rank), Clock(rank, given.seconds)
    while clock.running():
        set_rate(optimizer, clock.rate(given.rate, 50, 0.3))
        loss = step()
        if clock.step % given.report == 0:
            rank.say(f"polish {clock.step} loss {loss.item():.4f}")
    rank.say(f"polish steps {clock.step}")


def main() -> None:
    given, rank = arguments(), join_ranks()
    tokenizer, shape = load_tokenizer(), TOY if given.toy else FULL
    unet = build_unet(shape).to(rank.device)
    text = build_text_encoder(shape, tokenizer).to(rank.device)
    wait_for_file(given.out / "base-losses.json")
    load_base(unet, text, given.out, rank)
    vae = AutoencoderKL.from_pretrained(given.out / "vae").to(rank.device)
    in_channels_last(vae, rank)
    store = wait_for_store(given.data)
    rows = list(store.section("scenes").training_rows[: given.scenes])
    scenes = Pictures(store, rows, given.out, rank.device)
    repaint_all(scenes, Painter(unet, text, vae, tokenizer, rank))
    others = [row for s in store.sections for row in s.training_rows[: max(BLOCK, given.others)]]
    before = _decoded(vae, scenes, rank)
    polish(vae, scenes, Pictures(store, others, given.out, rank.device), given, rank)
    vae.eval().save_pretrained(given.out / "vae.tmp-folder")
    shutil.rmtree(given.out / "vae-polished", ignore_errors=True)
    (given.out / "vae.tmp-folder").replace(given.out / "vae-polished")
    drawn = scenes.pixels[::SHOWN_STRIDE][:8].permute(0, 3, 1, 2).float() / 127.5 - 1
    save_grid(given.out / "polish.png", [drawn, before, _decoded(vae, scenes, rank)], side=320)
    file = given.out / "vae-polished-quality.json"
    measure_vae(vae, store, rank, file, each=1 if given.toy else 16)


SHOWN_STRIDE = 100


@torch.no_grad()
def _decoded(vae: AutoencoderKL, scenes: Pictures, rank: Rank) -> Tensor:
    with rank.amp():
        made: Tensor = vae.decode(scenes.latents[::SHOWN_STRIDE][:8]).sample.float()
    return made


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    parser.add_argument("--scenes", type=int, default=6000, help="that are repainted")
    parser.add_argument("--others", type=int, default=400, help="of each section, untouched")
    parser.add_argument("--report", type=int, default=100)
    parser.add_argument("--toy", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
