"""Train the text encoder and the denoiser on the latents of plain scenes.

    torchrun --standalone --nproc_per_node 4 -m starter.training.train_base DATA OUT --seconds 600

Compiles, starts when `encode` has written the first latents, takes up the others as they come;
writes OUT/base.pt (averaged weights among others), OUT/base.png and, last, OUT/base-losses.json.
`--earlier FOLDER` starts from a model that shipped before, `--from FILE` from a checkpoint.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn

from starter.architecture import FULL, TOY, build_text_encoder, build_unet
from starter.tokenizer import load_tokenizer
from starter.training.denoising import DenoisingLoss, Painter, empty_lesson, rehearse, token_ids
from starter.training.feed import Feed
from starter.training.grids import save_grid
from starter.training.prompts import BASE_PROMPTS
from starter.training.ranks import Clock, Rank, average_gradients, compiled, join_ranks
from starter.training.steps import (
    Step,
    adam,
    clear_gradients,
    in_channels_last,
    limit_gradients,
    set_rate,
)
from starter.training.store import Store, wait_for_store
from starter.training.warm_start import load_earlier

AVERAGE_EVERY, AVERAGE_DECAY = 8, 0.992
PEAK_RATE = 5e-4
WARM_UP_STEPS = 200
NETWORKS = ("mean_unet", "mean_text", "unet", "text", "optimizer")


class BaseTraining:
    """The networks, their averaged twins, the optimizer and what they learn from."""

    def __init__(self, given: argparse.Namespace, rank: Rank) -> None:
        torch.manual_seed(given.seed)
        shape = TOY if given.toy else FULL
        self.given, self.rank, self.tokenizer = given, rank, load_tokenizer()
        self.unet = in_channels_last(build_unet(shape).to(rank.device), rank)
        self.text = build_text_encoder(shape, self.tokenizer).to(rank.device)
        if given.earlier:
            unknown = load_earlier(given.earlier, self.unet, self.text, self.tokenizer)
            rank.say(f"started from {given.earlier.name}, {unknown} tokens are new to it")
        self.parameters = [*self.unet.parameters(), *self.text.parameters()]
        self.optimizer = adam(self.parameters, 1e-2, rank)
        self.mean_unet, self.mean_text = deepcopy(self.unet).eval(), deepcopy(self.text).eval()
        self.averaged = [*self.mean_unet.parameters(), *self.mean_text.parameters()]
        self.seen = torch.zeros((), device=rank.device)
        self.loss_of: nn.Module = compiled(DenoisingLoss(self.unet, self.text, rank), rank)
        torch.manual_seed(given.seed + 1 + rank.index)

    def open_lesson(self, store: Store) -> Feed:
        section = store.section("scenes")
        empty = token_ids(self.tokenizer, [""], self.rank.device)[0]
        self.lesson = empty_lesson(len(section.training_rows), empty)
        return Feed(store, section, self.given.out, self.lesson)

    def take(self) -> Tensor:
        """One step; its loss is added to `seen`."""
        loss: Tensor = self.loss_of(*self.lesson.batch(self.given.batch))
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(self.parameters, self.rank)
        limit_gradients(self.parameters, 1.0)
        self.optimizer.step()
        clear_gradients(self.parameters)
        return self.seen.add_(loss.detach())

    @torch.no_grad()
    def average(self, step: int) -> None:
        if step % AVERAGE_EVERY == 0:
            weight = max(1 - AVERAGE_DECAY, AVERAGE_EVERY / step)
            torch._foreach_lerp_(self.averaged, self.parameters, weight)

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
    training, file = BaseTraining(given, rank), given.out / "base.pt"
    rehearse(training.loss_of, given.batch, rank.device)
    rank.say("rehearsed")
    training.open_lesson(wait_for_store(given.data)).start(rank, given.first_pictures)
    losses = training.load(given.start_from) if given.start_from else []
    rank.wait()
    step = Step(training.take, rank)
    seconds = given.end_at - time.time() if given.end_at else given.seconds
    clock, began, saved_at = Clock(rank, seconds), time.monotonic(), time.monotonic()
    training.seen.zero_()
    while clock.running():
        set_rate(training.optimizer, clock.rate(given.rate, WARM_UP_STEPS, given.flat_until))
        step()
        training.average(clock.step)
        if clock.step % given.report == 0:
            losses.append(float(training.seen) / given.report)
            training.seen.zero_()
            pace = clock.step * given.batch * rank.world / (time.monotonic() - began)
            ready = int(training.lesson.ready)
            rank.say(f"base {clock.step} loss {losses[-1]:.4f}, {pace:.0f} images/s, of {ready}")
        if rank.leads and time.monotonic() - saved_at > given.save_every:
            training.save(file, losses)
            _show(training, given.out / f"base-{clock.step}.png")
            saved_at = time.monotonic()
    training.save(file, losses)
    rank.say(f"base steps {clock.step}, images {clock.step * given.batch * rank.world}")
    if rank.leads:
        _show(training, given.out / "base.png")
        (given.out / "base-losses.json").write_text(json.dumps(losses))


def _show(training: BaseTraining, file: Path) -> None:
    given, rank = training.given, training.rank
    vae = AutoencoderKL.from_pretrained(given.out / "vae").to(rank.device).eval()
    painter = Painter(training.mean_unet, training.mean_text, vae, training.tokenizer, rank)
    prompts = BASE_PROMPTS[:2] if given.toy else BASE_PROMPTS
    pictures: Tensor = painter.paint(list(prompts), seed=7)
    save_grid(file, list(torch.split(pictures, 4)))


def main() -> None:
    given, rank = arguments_of(), join_ranks()
    given.out.mkdir(parents=True, exist_ok=True)
    train(given, rank)
    rank.wait()


def arguments_of(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The given command line, or the process's own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--end-at", type=float, help="Unix time to end at, instead of --seconds")
    parser.add_argument("--batch", type=int, default=256, help="pictures a step for each process")
    parser.add_argument("--earlier", type=Path, help="a shipped folder to start from")
    parser.add_argument("--from", dest="start_from", type=Path)
    parser.add_argument("--first-pictures", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    parser.add_argument("--flat-until", type=float, default=0.4)
    parser.add_argument("--report", type=int, default=200)
    parser.add_argument("--save-every", type=float, default=150)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--toy", action="store_true")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
