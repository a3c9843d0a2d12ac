"""Train the LoRAs: one look or character each, spread over the processes.

    torchrun --standalone --nproc_per_node 4 -m starter.training.train_loras DATA OUT --seconds 60

Compiles, waits for OUT/base-losses.json (the base's end), trains; `--earlier FOLDER` starts each
from the LoRA of its name and rank that shipped before. No wrapped layers: each step writes W0 + B A
into the base's own weights, takes their gradients with a compiled base step, and carries them to A
and B. Writes OUT/loras/NAME.pt and, with `--grids`, OUT/lora-NAME.png: strength 0, 0.5 and 1, one
row each.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextModel

from starter.architecture import FULL, TOY, build_text_encoder, build_unet
from starter.pack_files import read_packs
from starter.tokenizer import load_tokenizer
from starter.training.denoising import (
    DenoisingLoss,
    Lesson,
    Painter,
    empty_lesson,
    rehearse,
    token_ids,
)
from starter.training.encode import open_latents
from starter.training.grids import save_grid
from starter.training.prompts import CHARACTER_PROMPTS, LOOK_PROMPTS
from starter.training.ranks import Clock, Rank, compiled, join_ranks, wait_for_file
from starter.training.steps import (
    Step,
    adam,
    clear_gradients,
    forget,
    in_channels_last,
    limit_gradients,
    set_rate,
)
from starter.training.store import Section, Store, wait_for_store
from starter.training.warm_start import read_earlier_lora

RANK = 5
PEAK_RATE = 3e-3
MOST_PICTURES = 4096
ADAPTED = ("to_q", "to_k", "to_v", "to_out.0", "conv1", "conv2", ".conv", "conv_in", "conv_out")


@dataclass
class Adapted:
    """One layer: its base weight, and the two factors of what is added to it."""

    name: str
    layer: nn.Linear | nn.Conv2d
    base: Tensor
    down: Tensor
    up: Tensor

    def write(self, strength: float = 1.0) -> None:
        """Put base + strength * up @ down into the layer, in place."""
        change = (self.up @ self.down).view_as(self.base)
        self.layer.weight.data.copy_(self.base + strength * change)

    def collect(self) -> None:
        """Carry the layer's gradient to the two factors."""
        assert self.layer.weight.grad is not None
        gradient = self.layer.weight.grad.reshape(len(self.up), -1)
        self.up.grad = gradient @ self.down.T
        self.down.grad = self.up.T @ gradient


def adapt(unet: nn.Module, rank_size: int) -> list[Adapted]:
    """Fresh factors for each layer that LoRAs change; `up` starts at zero."""
    adapted = []
    for name, layer in unet.named_modules():
        if isinstance(layer, nn.Linear | nn.Conv2d) and name.endswith(ADAPTED):
            outputs, inputs = layer.weight.shape[0], layer.weight[0].numel()
            device = layer.weight.device
            down = torch.empty(rank_size, inputs, device=device)
            up = torch.empty(outputs, rank_size, device=device)
            # Contiguous, so that the product of the factors has its layout.
            base = layer.weight.detach().clone(memory_format=torch.contiguous_format)
            adapted.append(Adapted(name, layer, base, down, up))
    renew(adapted)
    return adapted


@torch.no_grad()
def renew(adapted: list[Adapted]) -> None:
    """Fresh factors in place; the layers are the base's own again."""
    for part in adapted:
        part.down.normal_(0, part.down.shape[1] ** -0.5)
        part.up.zero_()
        part.write(0.0)


@torch.no_grad()
def take_up(adapted: list[Adapted], file: Path) -> bool:
    """Go on from the factors in a shipped LoRA file; False without one of this rank."""
    earlier = read_earlier_lora(file) if file.exists() else {}
    if any(part.name not in earlier for part in adapted):
        return False
    pairs = [(part, *earlier[part.name]) for part in adapted]
    if any(down.shape[0] != len(part.down) for part, down, _ in pairs):
        return False
    for part, down, up in pairs:
        part.down.copy_(down.flatten(1))
        part.up.copy_(up.flatten(1))
        part.write()
    return True


def factors(adapted: list[Adapted]) -> dict[str, Tensor]:
    """The factors under PEFT's names and in its shapes."""
    state = {}
    for part in adapted:
        down, up = part.down, part.up
        if part.base.ndim == 4:
            down, up = down.view(-1, *part.base.shape[1:]), up[:, :, None, None]
        state[f"{part.name}.lora_A.weight"] = down.half().cpu().contiguous()
        state[f"{part.name}.lora_B.weight"] = up.half().cpu().contiguous()
    return state


class LoraTraining:
    """One recorded step on one set of factors, used for each LoRA in turn."""

    def __init__(self, painter: Painter, loss_of: nn.Module, given: argparse.Namespace) -> None:
        self.rank, self.given, self.loss_of = painter.rank, given, loss_of
        self.adapted = adapt(painter.unet, given.lora_rank)
        self.factors = [factor for part in self.adapted for factor in (part.down, part.up)]
        self.optimizer = adam(self.factors, 1e-3, painter.rank)
        self.trained = [*painter.unet.parameters(), *painter.text.parameters()]
        self.lesson = empty_lesson(
            MOST_PICTURES, token_ids(painter.tokenizer, [""], self.rank.device)[0]
        )
        self.step = Step(self._take, Rank(0, 1, self.rank.device))

    def _take(self) -> Tensor:
        loss: Tensor = self.loss_of(*self.batch())
        loss.backward()  # type: ignore[no-untyped-call]
        for part in self.adapted:
            part.collect()
        clear_gradients(self.trained)
        limit_gradients(self.factors, 1.0)
        self.optimizer.step()
        for part in self.adapted:
            part.write()
        return loss.detach()

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.lesson.batch(self.given.batch)

    def train(self, name: str, seconds: float) -> None:
        """Teach fresh or earlier factors what the lesson holds; they stay in the layers."""
        renew(self.adapted)
        if self.given.earlier and take_up(self.adapted, self.given.earlier / f"{name}.safetensors"):
            print(f"{name} goes on from {self.given.earlier}", flush=True)
        forget(self.optimizer)
        clock, began = Clock(Rank(0, 1, self.rank.device), seconds), time.monotonic()
        while clock.running():
            set_rate(self.optimizer, clock.rate(self.given.rate, 20, 0.3))
            loss = self.step()
            if clock.step % self.given.report == 0:
                spent = time.monotonic() - began
                print(f"{name} {clock.step} loss {loss.item():.4f} {spent:.1f}s", flush=True)


def main() -> None:
    given, rank = arguments(), join_ranks()
    tokenizer, shape = load_tokenizer(), TOY if given.toy else FULL
    unet = in_channels_last(build_unet(shape).to(rank.device), rank)
    text = build_text_encoder(shape, tokenizer).to(rank.device)
    # Every weight keeps its gradient, though most are dropped: the graph compiled for the base
    # is then this graph, and comes from the cache in seconds.
    loss_of = compiled(DenoisingLoss(unet, text, rank), rank)
    rehearse(loss_of, given.batch, rank.device)
    rank.say("rehearsed")
    wait_for_file(given.out / "base-losses.json")
    load_base(unet, text, given.out, rank)
    store = wait_for_store(given.data)
    taught = store.of_kind("look", "character")
    if given.only:
        taught = [section for section in taught if section.name in given.only.split(",")]
    vae = AutoencoderKL.from_pretrained(given.out / "vae").to(rank.device).eval()
    painter = Painter(unet, text, vae, tokenizer, rank)
    training = LoraTraining(painter, loss_of, given)
    for section in taught[rank.index :: rank.world]:
        fill(training.lesson, store, section, given.out)
        longer = given.characters if section.kind == "character" else 1
        training.train(section.name, given.seconds * longer)
        save(section, painter, training.adapted, given)
    rank.wait()


def fill(lesson: Lesson, store: Store, section: Section, out: Path) -> None:
    """Put one section's training rows into the lesson, in place."""
    rows = section.training_rows[: len(lesson.rows)]
    count, device = len(rows), lesson.rows.device
    lesson.latents[:count] = open_latents(store, out)[rows.start : rows.stop].to(device)
    lesson.tokens[:count] = torch.from_numpy(store.tokens[rows.start : rows.stop]).to(device)
    lesson.rows[:count] = torch.arange(count, device=device)
    lesson.ready.fill_(count)


def load_base(unet: UNet2DConditionModel, text: CLIPTextModel, out: Path, rank: Rank) -> None:
    """Put the averaged base, rounded to fp16 as it ships, into the networks."""
    saved = torch.load(out / "base.pt", map_location=rank.device)
    for network, name in ((unet, "mean_unet"), (text, "mean_text")):
        network.load_state_dict({key: value.half() for key, value in saved[name].items()})


def save(
    section: Section, painter: Painter, adapted: list[Adapted], given: argparse.Namespace
) -> None:
    folder = given.out / "loras"
    folder.mkdir(exist_ok=True)
    torch.save(factors(adapted), folder / f"{section.name}.pt")
    if not given.grids:
        return
    trigger = next(pack.trigger for pack in read_packs() if pack.slug == section.name)
    if section.kind == "look":
        prompts = [f"{prompt}, {trigger}" for prompt in LOOK_PROMPTS]
    else:
        prompts = [f"{trigger}, {prompt}".strip(", ") for prompt in CHARACTER_PROMPTS]
    prompts, rows = prompts[:1] if given.toy else prompts, []
    for strength in (0.0, 0.5, 1.0):
        for part in adapted:
            part.write(strength)
        rows.append(painter.paint(prompts, seed=7))
    save_grid(given.out / f"lora-{section.name}.png", rows, side=224)
    for part in adapted:
        part.write(0.0)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=60, help="for each look")
    parser.add_argument("--characters", type=float, default=1.8, help="times as long for each")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--earlier", type=Path, help="a folder of LoRAs to start from")
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    parser.add_argument("--lora-rank", type=int, default=RANK)
    parser.add_argument("--only", default="", help="names with commas between; default all")
    parser.add_argument("--report", type=int, default=100)
    parser.add_argument("--grids", action="store_true", help="draw what each LoRA does")
    parser.add_argument("--toy", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
