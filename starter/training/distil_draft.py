"""Distil the base into a LoRA that paints in four steps without guidance: the draft.

    python -m starter.training.distil_draft DATA OUT --seconds 60

The base paints with guidance in 16 steps; what it has after 4, 8, 12 and 16 of them is kept. The
LoRA learns to go from each of these to the next in one deterministic (DDIM) step without guidance:
a consistency model in four segments (Salimans, Ho 2022; Heek, Hoogeboom, Salimans 2024). Writes
OUT/loras/draft.pt and OUT/draft.png, teacher above student.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler
from torch import Tensor

from starter.architecture import (
    FULL,
    LATENT_SIDE,
    TOY,
    build_sampler,
    build_text_encoder,
    build_training_scheduler,
    build_unet,
    noise_settings,
)
from starter.tokenizer import load_tokenizer
from starter.training.denoising import DenoisingLoss, Painter, rehearse, token_ids
from starter.training.grids import save_grid
from starter.training.prompts import BASE_PROMPTS
from starter.training.ranks import compiled, join_ranks, wait_for_file
from starter.training.steps import in_channels_last
from starter.training.store import wait_for_store
from starter.training.train_loras import LoraTraining, factors, load_base

DRAFT_STEPS, TEACHER_STEPS = 4, 16
GUIDANCE = 4.0
TIMESTEPS = (999, 749, 499, 249)


class Paths:
    """States (n, 5, 16, 32, 32) of the teacher at the ends of the four segments, and their ids."""

    def __init__(self, places: int, painter: Painter) -> None:
        device, empty = painter.rank.device, token_ids(painter.tokenizer, [""], painter.rank.device)
        shape = (places, DRAFT_STEPS + 1, FULL.latent_channels, LATENT_SIDE, LATENT_SIDE)
        self.states = torch.zeros(shape, dtype=torch.bfloat16, device=device)
        self.ids = empty.repeat(places, 1)
        self.painter, self.empty = painter, empty
        self.count = torch.zeros((), dtype=torch.float64, device=device)
        kept = build_training_scheduler().alphas_cumprod.to(device)
        self.timesteps = torch.tensor(TIMESTEPS, device=device)
        # The angle of the noise: x = cos(angle) clean + sin(angle) noise. The last end is clean.
        angles = torch.acos(kept[self.timesteps].sqrt())
        self.angles = torch.cat([angles, angles.new_zeros(1)])

    @torch.no_grad()
    def add(self, ids: Tensor) -> None:
        """Let the teacher paint these ids (n, 48) and keep its path."""
        painter, count, start = self.painter, len(ids), int(self.count)
        sampler = build_sampler()
        sampler.set_timesteps(TEACHER_STEPS, device=ids.device)
        latents = torch.randn((count, *self.states.shape[2:]), device=ids.device)
        self.states[start : start + count, 0] = latents
        self.ids[start : start + count] = ids
        with painter.rank.amp():
            told = painter.text(torch.cat([self.empty.expand(count, -1), ids]))[0]
        for number, timestep in enumerate(sampler.timesteps, 1):
            with painter.rank.amp():
                guess = painter.unet(torch.cat([latents, latents]), timestep, told).sample.float()
            plain, wanted = guess.chunk(2)
            velocity = plain + GUIDANCE * (wanted - plain)
            latents = sampler.step(velocity, timestep, latents).prev_sample
            if number % (TEACHER_STEPS // DRAFT_STEPS) == 0:
                self.states[start : start + count, number * DRAFT_STEPS // TEACHER_STEPS] = latents
        self.count.fill_(start + count)

    def batch(self, size: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What DenoisingLoss takes: the clean latents and noise that point along the segment."""
        device = self.states.device
        chosen = (torch.rand(size, device=device) * self.count).long()
        segment = torch.randint(0, DRAFT_STEPS, (size,), device=device)
        here = self.states[chosen, segment].float()
        there = self.states[chosen, segment + 1].float()
        start, end = (self.angles[segment + k].view(-1, 1, 1, 1) for k in (0, 1))
        # DDIM turns x by the difference of the angles, away from the velocity.
        turn = start - end
        velocity = (turn.cos() * here - there) / turn.sin()
        clean = start.cos() * here - start.sin() * velocity
        noise = start.sin() * here + start.cos() * velocity
        return clean, self.ids[chosen], self.timesteps[segment], noise


class DraftTraining(LoraTraining):
    """The LoRAs' step, on the teacher's paths instead of drawn pictures."""

    def __init__(self, paths: Paths, loss_of: torch.nn.Module, given: argparse.Namespace) -> None:
        self.paths = paths
        super().__init__(paths.painter, loss_of, given)

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.paths.batch(self.given.batch)


def main() -> None:
    given, rank = arguments(), join_ranks()
    tokenizer, shape = load_tokenizer(), TOY if given.toy else FULL
    unet = in_channels_last(build_unet(shape).to(rank.device), rank)
    text = build_text_encoder(shape, tokenizer).to(rank.device)
    loss_of = compiled(DenoisingLoss(unet, text, rank), rank)
    rehearse(loss_of, given.batch, rank.device)
    wait_for_file(given.after or given.out / "base-losses.json")
    load_base(unet, text, given.out, rank)
    vae = AutoencoderKL.from_pretrained(given.out / "vae").to(rank.device).eval()
    painter = Painter(unet, text, vae, tokenizer, rank)
    paths = Paths(given.paths, painter)
    _walk(paths, given)
    rank.say(f"{int(paths.count)} paths of the teacher")
    prompts = list(BASE_PROMPTS[: 2 if given.toy else 8])
    teacher = painter.paint(prompts, seed=7)
    training = DraftTraining(paths, loss_of, given)
    training.train("draft", given.seconds * (1 - given.teaching))
    (given.out / "loras").mkdir(exist_ok=True)
    torch.save(factors(training.adapted), given.out / "loras" / "draft.pt")
    save_grid(given.out / "draft.png", [teacher, paint_draft(painter, prompts, seed=7)])


def _walk(paths: Paths, given: argparse.Namespace) -> None:
    store = wait_for_store(given.data)
    rows = store.section("scenes").training_rows
    tokens = torch.from_numpy(store.tokens[rows.start : rows.stop]).to(paths.ids.device)
    ends = time.monotonic() + given.seconds * given.teaching
    while time.monotonic() < ends and int(paths.count) + given.batch <= len(paths.ids):
        chosen = torch.randint(0, len(tokens), (given.batch,), device=tokens.device)
        which = torch.randint(0, tokens.shape[1], (given.batch,), device=tokens.device)
        paths.add(tokens[chosen, which].long())


@torch.no_grad()
def paint_draft(painter: Painter, prompts: list[str], seed: int) -> Tensor:
    """Pictures (n, 3, 512, 512) in -1..1 by four DDIM steps without guidance."""
    device = painter.rank.device
    sampler = DDIMScheduler(**noise_settings(), clip_sample=False)
    sampler.set_timesteps(DRAFT_STEPS, device=device)
    shape = (len(prompts), FULL.latent_channels, LATENT_SIDE, LATENT_SIDE)
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(device)
    with painter.rank.amp():
        told = painter.text(token_ids(painter.tokenizer, prompts, device))[0]
        for timestep in sampler.timesteps:
            velocity = painter.unet(latents, timestep, told).sample.float()
            latents = sampler.step(velocity, timestep, latents).prev_sample
        return torch.cat(
            [painter.vae.decode(part).sample.float() for part in torch.split(latents, 8)]
        )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=60, help="for teacher and student")
    parser.add_argument("--after", type=Path, help="begin when this file is there, not the base's")
    parser.add_argument("--teaching", type=float, default=0.55, help="the teacher's share of them")
    parser.add_argument("--paths", type=int, default=24_576, help="the most that are kept")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--lora-rank", type=int, default=8)
    parser.add_argument("--report", type=int, default=100)
    parser.add_argument("--earlier", type=Path, help="a folder with its LoRA to start from")
    parser.add_argument("--toy", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
