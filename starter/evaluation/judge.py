"""The judge: a small classifier of drawn pictures, independent of the model it will judge.

    python -m starter.evaluation.judge DATA OUT --seconds 60

Reads the drawn pictures in DATA, draws the characters in each look besides (their files hold them
plainly only), learns on the best device there is and writes OUT/judge.safetensors (2.7 MiB, fp16)
and its accuracy on held-out drawings beside it (judge.json). `--from FILE` goes on from a judge.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from starter.evaluation.augmenting import as_input, augmented
from starter.evaluation.drawings import Pixels
from starter.evaluation.labels import HEADS, UNSAID, Names, Truth, known_names
from starter.evaluation.lessons import KINDS, Lessons, held_out_lessons, lessons_of
from starter.evaluation.network import JudgeNetwork
from starter.evaluation.style_space import StyleSpace, fit_style_space
from starter.training.ranks import Clock, Rank, join_ranks
from starter.training.store import BLOCK, Store, wait_for_store

FILE = Path(__file__).parent / "judge.safetensors"
SHARES = {"scene": 0.5, "look": 0.32, "character": 0.06, "styled": 0.12}
PEAK_RATE = 2e-3
STYLE_PICTURES = 20_000


class JudgeError(ValueError):
    """A judge that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Verdict:
    """What the judge says of n pictures: names by head, places (n, k) in style space."""

    said: dict[str, list[str]]
    style: Tensor

    def right(self, head: str, truths: list[str]) -> list[bool]:
        """For each picture whether it says so."""
        return [said == true for said, true in zip(self.said[head], truths, strict=True)]

    def part(self, start: int, stop: int) -> Verdict:
        said = {head: names[start:stop] for head, names in self.said.items()}
        return Verdict(said, self.style[start:stop])


@dataclass(frozen=True)
class Judge:
    """A trained network with the names of its answers and its style space."""

    network: JudgeNetwork
    names: Names
    space: StyleSpace
    device: torch.device

    @classmethod
    def load(cls, file: Path, device: torch.device) -> Self:
        """The judge in a file; JudgeError when it is missing or knows other words than we draw."""
        if not file.exists():
            said = "train one with `python -m starter.evaluation.judge`"
            raise JudgeError(f"There is no judge at {file}: {said}.")
        with safe_open(file, "pt") as opened:
            written = json.loads(opened.metadata()["names"])
            state = {name: opened.get_tensor(name).float() for name in opened.keys()}  # noqa: SIM118
        names = {head: tuple(answers) for head, answers in written.items()}
        _check_names(names)
        space = StyleSpace(state.pop("style.mean").to(device), state.pop("style.basis").to(device))
        network = JudgeNetwork(names)
        network.load_state_dict(state)
        return cls(_ready(network, device), names, space, device)

    def save(self, file: Path) -> None:
        state = {"style.mean": self.space.mean, "style.basis": self.space.basis}
        state |= dict(self.network.state_dict())
        halved = {name: tensor.cpu().half().contiguous() for name, tensor in state.items()}
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(halved, file, metadata={"names": json.dumps(self.names)})

    @torch.no_grad()
    def read(self, pixels: Tensor | Pixels, batch: int = 512) -> Verdict:
        """The verdict on pictures (n, 192, 192, 3) uint8."""
        said: dict[str, list[str]] = {head: [] for head in self.names}
        places = []
        for part in torch.split(torch.as_tensor(pixels), batch):
            pictures = as_input(part.to(self.device))
            reading, mirrored = self.network(pictures), self.network(pictures.flip(3))
            for head, logits in reading.logits.items():
                answers = (logits + mirrored.logits[head]).argmax(1).tolist()
                said[head] += [self.names[head][number] for number in answers]
            places.append(self.space.place(reading.statistics))
        return Verdict(said, torch.cat(places).cpu())


def train(lessons: Lessons, rank: Rank, given: argparse.Namespace) -> JudgeNetwork:
    """A network taught until the time is up."""
    torch.manual_seed(given.seed)
    network = JudgeNetwork(lessons.names)
    if given.start_from:
        network.load_state_dict(Judge.load(given.start_from, rank.device).network.state_dict())
    network = _placed(network, rank.device)
    optimizer = torch.optim.AdamW(network.parameters(), PEAK_RATE, weight_decay=0.02)
    clock = Clock(rank, given.seconds, every=1 if given.toy else 10)
    began = time.monotonic()
    while clock.running():
        for group in optimizer.param_groups:
            group["lr"] = clock.rate(PEAK_RATE, 100, 0.3)
        loss = _loss(network, lessons, rank, given.batch)
        torch.autograd.backward(loss)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if clock.step % given.report == 0:
            pace = clock.step * given.batch / (time.monotonic() - began)
            rank.say(f"judge {clock.step} loss {loss.item():.3f}, {pace:.0f} pictures/s")
    rank.say(f"judge steps {clock.step}, pictures seen {clock.step * given.batch}")
    network.eval()
    return network


def _loss(network: JudgeNetwork, lessons: Lessons, rank: Rank, batch: int) -> Tensor:
    chosen = lessons.sample(batch, SHARES)
    with rank.amp():
        logits = network(augmented(lessons.pixels[chosen])).logits
    truths = lessons.truths[chosen]
    losses = [
        F.cross_entropy(logits[head], truths[:, number], ignore_index=UNSAID, label_smoothing=0.03)
        for number, head in enumerate(lessons.names)
        if (truths[:, number] != UNSAID).any()
    ]
    return torch.stack(losses).sum()


@torch.no_grad()
def judge_of(network: JudgeNetwork, lessons: Lessons, device: torch.device) -> Judge:
    """The network with a style space fitted on scenes, looks and characters that it learned."""
    wanted = min(STYLE_PICTURES, len(lessons.pixels))
    picked = lessons.sample(wanted, {"scene": 0.1, "look": 0.75, "character": 0.15})
    parts = [
        network(as_input(lessons.pixels[part])).statistics for part in torch.split(picked, 512)
    ]
    who, look = (lessons.truths[picked, HEADS.index(head)] for head in ("character", "look"))
    space = fit_style_space(torch.cat(parts), look * len(lessons.names["character"]) + who)
    return Judge(_ready(network, device), lessons.names, space, device)


def accuracy(verdict: Verdict, truths: list[Truth]) -> dict[str, float]:
    """By head, the fraction of pictures named rightly, of those whose truth is known."""
    right = {}
    for head, said in verdict.said.items():
        pairs = [(name, getattr(truth, head)) for name, truth in zip(said, truths, strict=True)]
        known = [name == true for name, true in pairs if true is not None]
        if known:
            right[head] = sum(known) / len(known)
    return right


def _ready(network: JudgeNetwork, device: torch.device) -> JudgeNetwork:
    network.eval()
    return _placed(network, device)


def _placed(network: JudgeNetwork, device: torch.device) -> JudgeNetwork:
    network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def _check_names(names: Names) -> None:
    for head, answers in known_names().items():
        missing = sorted(set(answers) - set(names.get(head, ())))
        if missing:
            said = "train it again with `python -m starter.evaluation.judge`"
            raise JudgeError(f"The judge does not know the {head} {missing[0]!r}: {said}.")


def _wait_for_pictures(store: Store, count: int) -> None:
    wanted = min(count, store.rows)
    # Blocks that were encoded and given back count too: they were drawn.
    while int((store.done > 0).sum()) * BLOCK < wanted:
        time.sleep(0.5)


def main() -> None:
    given, rank = _arguments(), join_ranks()
    store = wait_for_store(given.data)
    _wait_for_pictures(store, given.first_pictures)
    lessons = lessons_of(store, rank, given.styled, given.limit)
    rank.say(f"judge learns from {len(lessons.pixels)} pictures")
    judge = judge_of(train(lessons, rank, given), lessons, rank.device)
    judge.save(given.out / "judge.safetensors")
    figures = {}
    for kind in KINDS:
        pixels, truths = held_out_lessons(kind, given.tests)
        figures[kind] = accuracy(judge.read(pixels), truths)
        rank.say(f"{kind:9} " + ", ".join(f"{h} {v:.3f}" for h, v in figures[kind].items()))
    (given.out / "judge.json").write_text(json.dumps(figures, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--from", dest="start_from", type=Path, help="a judge.safetensors")
    parser.add_argument("--first-pictures", type=int, default=0, help="to wait for")
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--styled", type=int, default=24, help="drawings of a character in a look")
    parser.add_argument("--tests", type=int, default=1000, help="held-out drawings of each kind")
    parser.add_argument("--limit", type=int, default=400_000, help="pictures held in memory")
    parser.add_argument("--report", type=int, default=100)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--toy", action="store_true")
    given = parser.parse_args()
    if given.toy:
        given.batch, given.styled, given.tests, given.report = 8, 1, 8, 10
    return given


if __name__ == "__main__":
    main()
