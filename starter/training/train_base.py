"""Train the text encoder and the denoiser on the latents of plain scenes.

    torchrun --standalone --nproc_per_node 4 -m starter.training.train_base DATA OUT --seconds 600

Compiles, waits for OUT/latents.done, trains; writes OUT/base.pt (averaged weights among others),
OUT/base.png and, last, OUT/base-losses.json. Compiling takes minutes; `--half` uses them: it learns
words and composition on latents shrunk to 16x16, not compiled, a quarter of the cost a picture,
until the file `--until` appears, which the next run's `--ready` writes. That run goes on `--from`
its checkpoint. `train_all.sh` shows both.
"""

from __future__ import annotations

import argparse
import json
import time
from copy import deepcopy
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor, nn

from starter.architecture import FULL, TOY, build_text_encoder, build_unet
from starter.tokenizer import load_tokenizer
from starter.training.denoising import DenoisingLoss, Lesson, Painter, rehearse, token_ids
from starter.training.encode import open_latents
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

AVERAGE_DECAY = 0.997
PEAK_RATE = 1.2e-3
WARM_UP_STEPS = 80
NETWORKS = ("mean_unet", "mean_text", "unet", "text", "optimizer")


class BaseTraining:
    """The networks, their averaged twins and the optimizer; saved and loaded as one."""

    def __init__(self, given: argparse.Namespace, rank: Rank) -> None:
        torch.manual_seed(given.seed)
        shape = TOY if given.toy else FULL
        self.rank, self.tokenizer = rank, load_tokenizer()
        self.unet = build_unet(shape).to(rank.device)
        self.text = build_text_encoder(shape, self.tokenizer).to(rank.device)
        self.parameters = [*self.unet.parameters(), *self.text.parameters()]
        self.optimizer = torch.optim.AdamW(
            self.parameters, given.rate, (0.9, 0.99), weight_decay=1e-2, fused=rank.on_gpu
        )
        self.mean_unet, self.mean_text = deepcopy(self.unet).eval(), deepcopy(self.text).eval()
        self.averaged = [*self.mean_unet.parameters(), *self.mean_text.parameters()]
        torch.manual_seed(given.seed + 1 + rank.index)

    @torch.no_grad()
    def average(self, step: int) -> None:
        torch._foreach_lerp_(self.averaged, self.parameters, max(1 - AVERAGE_DECAY, 1 / (step + 1)))

    def save(self, file: Path, losses: list[float]) -> None:
        if not self.rank.leads:
            return
        state = {name: getattr(self, name).state_dict() for name in NETWORKS}
        torch.save({**state, "losses": losses}, file.with_suffix(".tmp"))
        file.with_suffix(".tmp").replace(file)

    def load(self, file: Path) -> list[float]:
        saved = torch.load(file, map_location=self.rank.device)
        for name in NETWORKS:
            getattr(self, name).load_state_dict(saved[name])
        losses: list[float] = saved["losses"]
        return losses


def train(given: argparse.Namespace, rank: Rank) -> None:
    training, file = BaseTraining(given, rank), given.out / f"{given.name}.pt"
    loss_of: nn.Module = DenoisingLoss(training.unet, training.text, rank)
    if not given.half:
        loss_of = compiled(loss_of, rank)
        rehearse(loss_of, given.batch, rank.device)
        rank.say("rehearsed")
    wait_for_file(given.out / "latents.done")
    lesson = load_lesson(given, training, rank)
    rank.wait()
    if given.ready and rank.leads:
        given.ready.touch()
    losses = training.load(wait_for_file(given.start_from)) if given.start_from else []
    seconds = given.end_at - time.time() if given.end_at else given.seconds
    clock, seen = Clock(rank, seconds, until=given.until), torch.zeros((), device=rank.device)
    began = saved_at = time.monotonic()
    while clock.running():
        for group in training.optimizer.param_groups:
            group["lr"] = clock.rate(given.rate, WARM_UP_STEPS, given.flat_until)
        latents, ids, timesteps, noise = lesson.batch(given.batch)
        if given.half:
            latents, noise = F.avg_pool2d(latents.float(), 2), F.avg_pool2d(noise, 2) * 2
        loss = loss_of(latents, ids, timesteps, noise)
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
            rank.say(f"{given.name} {clock.step} loss {losses[-1]:.4f}, {pace:.0f} images/s")
        if rank.leads and time.monotonic() - saved_at > given.save_every:
            saved_at = time.monotonic()
            training.save(file, losses)
            _show(given, training, rank, given.out / f"{given.name}-{clock.step}.png")
    training.save(file, losses)
    rank.say(f"{given.name} steps {clock.step}, images {clock.step * given.batch * rank.world}")
    if rank.leads:
        (given.out / f"{given.name}-losses.json").write_text(json.dumps(losses))
        if not given.half:
            _show(given, training, rank, given.out / f"{given.name}.png")


def load_lesson(given: argparse.Namespace, training: BaseTraining, rank: Rank) -> Lesson:
    """Every plain scene but the held-out ones, on the device."""
    store = Store(given.data)
    rows = store.section("scenes").training_rows
    latents = open_latents(store, given.out)[rows.start : rows.stop].to(rank.device)
    tokens = torch.from_numpy(store.tokens[rows.start : rows.stop]).to(rank.device)
    empty = token_ids(training.tokenizer, [""], rank.device)[0]
    return Lesson(latents, tokens, torch.arange(len(rows), device=rank.device), empty)


def _show(given: argparse.Namespace, training: BaseTraining, rank: Rank, file: Path) -> None:
    vae = AutoencoderKL.from_pretrained(given.out / "vae").to(rank.device).eval()
    painter = Painter(training.mean_unet, training.mean_text, vae, training.tokenizer, rank)
    prompts = BASE_PROMPTS[:2] if given.toy else BASE_PROMPTS
    pictures: Tensor = painter.paint(list(prompts), seed=7)
    save_grid(file, list(torch.split(pictures, 4)))


def main() -> None:
    given, rank = arguments(), join_ranks()
    train(given, rank)
    rank.wait()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", default="base", help="of the checkpoint and grids")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--end-at", type=float, help="Unix time to end at, instead of --seconds")
    parser.add_argument("--batch", type=int, default=384, help="pictures a step for each process")
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--until", type=Path)
    parser.add_argument("--ready", type=Path)
    parser.add_argument("--from", dest="start_from", type=Path)
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    parser.add_argument("--flat-until", type=float, default=0.4)
    parser.add_argument("--report", type=int, default=100)
    parser.add_argument("--save-every", type=float, default=90)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--toy", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
