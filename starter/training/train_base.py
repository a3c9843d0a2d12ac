"""Train the text encoder and the denoiser on the latents of plain scenes.

    torchrun --standalone --nproc_per_node 4 -m starter.training.train_base DATA OUT --seconds 620

Compiles, waits for OUT/latents.bf16.pt, trains. Writes each minute and a half OUT/base.pt (averaged weights first) and OUT/base-STEP.png; `--resume` goes on from it.
"""

from __future__ import annotations

import argparse
import json
import time
from copy import deepcopy
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from torch import Tensor

from starter.architecture import FULL, TOY, build_text_encoder, build_unet
from starter.tokenizer import load_tokenizer
from starter.training.denoising import DenoisingLoss, Lesson, Painter, rehearse, token_ids
from starter.training.grids import save_grid
from starter.training.prompts import BASE_PROMPTS
from starter.training.ranks import (
    Clock,
    Rank,
    average_gradients,
    compiled,
    join_ranks,
    wait_for_file,
)
from starter.training.store import Store

AVERAGE_DECAY = 0.999
PEAK_RATE = 1e-3


class BaseTraining:
    """The networks, their averaged twins and the optimizer; saved and loaded as one."""

    def __init__(self, given: argparse.Namespace, rank: Rank) -> None:
        torch.manual_seed(given.seed)
        shape = TOY if given.toy else FULL
        self.rank, self.out, self.tokenizer = rank, given.out, load_tokenizer()
        self.unet = build_unet(shape).to(rank.device)
        self.text = build_text_encoder(shape, self.tokenizer).to(rank.device)
        self.parameters = [*self.unet.parameters(), *self.text.parameters()]
        settings = {"lr": given.rate, "betas": (0.9, 0.99), "weight_decay": 1e-2}
        self.optimizer = torch.optim.AdamW(self.parameters, fused=rank.on_gpu, **settings)
        self.mean_unet, self.mean_text = deepcopy(self.unet).eval(), deepcopy(self.text).eval()
        self.averaged = [*self.mean_unet.parameters(), *self.mean_text.parameters()]
        torch.manual_seed(given.seed + 1 + rank.index)

    @torch.no_grad()
    def average(self, step: int) -> None:
        torch._foreach_lerp_(self.averaged, self.parameters, max(1 - AVERAGE_DECAY, 1 / (step + 1)))

    def save(self, losses: list[float]) -> None:
        if not self.rank.leads:
            return
        names = ("mean_unet", "mean_text", "unet", "text", "optimizer")
        state = {name: getattr(self, name).state_dict() for name in names}
        torch.save({**state, "losses": losses}, self.out / "base.tmp")
        (self.out / "base.tmp").replace(self.out / "base.pt")

    def load(self) -> list[float]:
        saved = torch.load(self.out / "base.pt", map_location=self.rank.device)
        for name in ("mean_unet", "mean_text", "unet", "text", "optimizer"):
            getattr(self, name).load_state_dict(saved[name])
        losses: list[float] = saved["losses"]
        return losses


def train(given: argparse.Namespace, rank: Rank) -> None:
    training = BaseTraining(given, rank)
    losses = training.load() if given.resume else []
    loss_of = compiled(DenoisingLoss(training.unet, training.text, rank), rank)
    rehearse(loss_of, given.batch, rank.device)
    rank.say("rehearsed")
    wait_for_file(given.out / "latents.bf16.pt")
    lesson = load_lesson(given, training, rank)
    rank.wait()
    painter = _painter(given, training, rank)
    clock, seen = Clock(rank, given.seconds), torch.zeros((), device=rank.device)
    began = shown_at = time.monotonic()
    while clock.running():
        for group in training.optimizer.param_groups:
            group["lr"] = clock.rate(given.rate, 300, 0.5)
        loss = loss_of(*lesson.batch(given.batch))
        loss.backward()
        average_gradients(training.parameters, rank, 1.0)
        training.optimizer.step()
        training.optimizer.zero_grad(set_to_none=True)
        training.average(clock.step)
        seen += loss.detach()
        if clock.step % given.report == 0:
            losses.append(float(seen) / given.report)
            seen.zero_()
            pace = clock.step * given.batch * rank.world / (time.monotonic() - began)
            rank.say(f"base {clock.step} loss {losses[-1]:.4f}, {pace:.0f} images/s")
        if rank.leads and time.monotonic() - shown_at > given.show_every:
            shown_at = time.monotonic()
            _show(painter, given.out / f"base-{clock.step}.png")
            training.save(losses)
    training.save(losses)
    rank.say(f"base steps {clock.step}, images {clock.step * given.batch * rank.world}")
    if rank.leads:
        _show(painter, given.out / "base.png")
        (given.out / "base-losses.json").write_text(json.dumps(losses))


def load_lesson(given: argparse.Namespace, training: BaseTraining, rank: Rank) -> Lesson:
    """Every plain scene but the held-out ones."""
    rows = Store(given.data).section("scenes").training_rows
    latents = torch.load(given.out / "latents.bf16.pt", mmap=True)[rows.start : rows.stop]
    tokens = torch.load(given.out / "tokens.pt", mmap=True)[rows.start : rows.stop]
    empty = token_ids(training.tokenizer, [""], rank.device)[0]
    everything = torch.arange(len(rows), device=rank.device)
    return Lesson(latents.to(rank.device), tokens.to(rank.device), everything, empty)


def _painter(given: argparse.Namespace, training: BaseTraining, rank: Rank) -> Painter:
    vae = AutoencoderKL.from_pretrained(given.out / "vae").to(rank.device).eval()
    return Painter(training.mean_unet, training.mean_text, vae, training.tokenizer, rank)


def _show(painter: Painter, file: Path) -> None:
    pictures: Tensor = painter.paint(list(BASE_PROMPTS), seed=7)
    save_grid(file, list(pictures.split(4)))


def main() -> None:
    given, rank = arguments(), join_ranks()
    train(given, rank)
    rank.wait()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=620)
    parser.add_argument("--batch", type=int, default=384, help="pictures a step for each process")
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    parser.add_argument("--report", type=int, default=100)
    parser.add_argument("--show-every", type=float, default=90)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--toy", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
