"""Train the autoencoder: 512x512 pictures to 32x32x16 latents and back.

    torchrun --standalone --nproc_per_node 4 -m starter.training.train_vae DATA OUT --seconds 360

Crops of 256 first, whole pictures for the last third, so that GroupNorm sees what it will see in
use. Writes OUT/vae.pt each minute (`--resume` goes on from it; `--earlier FOLDER` from a model that
shipped before) and at the end OUT/vae, an ordinary diffusers folder with each latent channel at
mean 0 and deviation 1. Expected: starter/README.md.
"""

from __future__ import annotations

import argparse
import math
import shutil
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor, nn

from starter.architecture import FULL, IMAGE_SIDE, TOY, build_vae
from starter.training.pixel_pool import PixelPool
from starter.training.ranks import Clock, Rank, average_gradients, join_ranks
from starter.training.steps import (
    Step,
    adam,
    clear_gradients,
    forget,
    in_channels_last,
    limit_gradients,
    set_rate,
)
from starter.training.store import Store, wait_for_store
from starter.training.vae_quality import latent_moments, measure_vae, save_comparison

MIX = {"scene": 0.4, "character": 0.1, "look": 0.5}
CROP = 256
PEAK_RATE = 8e-4
WHOLE_FROM = 0.68
KL_WEIGHT = 1e-4
POOLED_WEIGHT = 0.25
CHECKPOINT_SECONDS = 60


class VaeLoss(nn.Module):
    """Pixels (n, side, side, 3) uint8 to the loss and the mean squared error.

    Half-size latents must decode to the half-size picture: that keeps latents smooth, which the
    denoiser learns faster; a quarter of the batch is enough. A little KL noise makes the decoder
    forgive its small mistakes.
    """

    def __init__(self, vae: AutoencoderKL, rank: Rank) -> None:
        super().__init__()
        self.vae, self.device_type = vae, rank.device.type

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        target = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
        few = -(-len(pixels) // 4)
        with torch.autocast(self.device_type, torch.bfloat16, enabled=self.device_type == "cuda"):
            latents = self.vae.encode(target).latent_dist
            mean, deviation = latents.mean.float(), latents.std.float()
            drawn = mean + deviation * torch.randn_like(mean)
            whole = self.vae.decode(drawn).sample
            half = self.vae.decode(F.avg_pool2d(drawn[:few], 2)).sample
        spread = 0.5 * (mean**2 + deviation**2 - 1 - 2 * deviation.log()).mean()
        loss = picture_loss(whole.float(), target)
        loss = loss + POOLED_WEIGHT * picture_loss(half.float(), F.avg_pool2d(target[:few], 2))
        return loss + KL_WEIGHT * spread, (whole.float() - target).square().mean()


def picture_loss(made: Tensor, target: Tensor) -> Tensor:
    """L1 and L2, edges at three scales, hue, and the colour of 8x8 and 32x32 patches."""
    error = made - target
    loss = error.abs().mean() + 2 * error.square().mean() + 0.5 * _hue(error).abs().mean()
    for scale in (1, 2, 4):
        shrunk = F.avg_pool2d(error, scale) if scale > 1 else error
        loss = loss + 0.5 * (shrunk.diff(dim=2).abs().mean() + shrunk.diff(dim=3).abs().mean())
    for patch in (8, 32):
        shrunk = F.avg_pool2d(error, patch)
        loss = loss + 0.5 * shrunk.abs().mean() + 0.5 * _hue(shrunk).abs().mean()
    return loss


def fold_normalisation(vae: AutoencoderKL, mean: Tensor, deviation: Tensor) -> None:
    """Move each channel's mean and deviation into the 1x1 convolutions around the latents."""
    channels = len(mean)
    into, out_of = vae.quant_conv, vae.post_quant_conv
    with torch.no_grad():
        into.weight[:channels] /= deviation[:, None, None, None]
        into.bias[:channels] = (into.bias[:channels] - mean) / deviation
        into.bias[channels:] -= 2 * deviation.log()
        out_of.bias += out_of.weight[:, :, 0, 0] @ mean
        out_of.weight *= deviation[None, :, None, None]


class VaeTraining:
    """The autoencoder, its optimizer and the pictures it learns from."""

    def __init__(self, given: argparse.Namespace, rank: Rank) -> None:
        torch.manual_seed(given.seed)
        self.given, self.rank = given, rank
        self.vae = build_vae(TOY if given.toy else FULL).to(rank.device)
        if given.earlier:
            earlier = AutoencoderKL.from_pretrained(given.earlier / "vae", local_files_only=True)
            self.vae.load_state_dict(earlier.state_dict())
        in_channels_last(self.vae, rank)
        self.loss_of = VaeLoss(self.vae, rank)
        self.parameters = list(self.vae.parameters())
        self.optimizer = adam(self.parameters, 1e-4, rank)
        if given.resume:
            saved = torch.load(given.out / "vae.pt", map_location=rank.device)
            self.vae.load_state_dict(saved["vae"])
            self.optimizer.load_state_dict(saved["optimizer"])
        torch.manual_seed(given.seed + 1 + rank.index)
        self.pool = PixelPool(wait_for_store(given.data), rank)
        self.pool.wait_for(given.first_pictures)
        self.squared = torch.zeros((), device=rank.device)

    def step_of(self, side: int) -> tuple[Step, Tensor]:
        """A step on pictures of that side, and the tensor that it reads them from."""
        count = max(1, int(self.given.batch * self.given.crop**2 // side**2))
        pixels = self.pool.crops(count, side, MIX)
        return Step(lambda: self._take(pixels), self.rank), pixels

    def _take(self, pixels: Tensor) -> Tensor:
        loss: Tensor
        loss, squared = self.loss_of(pixels)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(self.parameters, self.rank)
        limit_gradients(self.parameters, 1.0)
        self.optimizer.step()
        clear_gradients(self.parameters)
        self.squared.copy_(squared.detach())
        return loss.detach()

    def checkpoint(self) -> None:
        if not self.rank.leads:
            return
        folder = self.given.out
        state = {"vae": self.vae.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save(state, folder / "vae.tmp")
        (folder / "vae.tmp").replace(folder / "vae.pt")
        save_comparison(self.vae, self.pool.store, self.rank, folder / "vae-progress.png")


def train(given: argparse.Namespace, rank: Rank) -> VaeTraining:
    training = VaeTraining(given, rank)
    steps = {side: training.step_of(side) for side in {given.crop, IMAGE_SIDE}}
    if not given.resume:
        forget(training.optimizer)
    rank.wait()
    rank.say("vae starts")
    clock, saved_at = Clock(rank, given.seconds), time.monotonic()
    while clock.running():
        side = IMAGE_SIDE if clock.used > given.whole_from else given.crop
        set_rate(training.optimizer, clock.rate(given.rate, 200, 0.3))
        step, pixels = steps[side]
        pixels.copy_(training.pool.crops(len(pixels), side, MIX))
        loss = step()
        if clock.step % given.report == 0:
            decibels = 10 * math.log10(4 / training.squared.item())
            rank.say(f"vae {clock.step} {side}px loss {loss.item():.4f} {decibels:.1f} dB")
        if time.monotonic() - saved_at > CHECKPOINT_SECONDS:
            saved_at = time.monotonic()
            training.checkpoint()
    rank.say(f"vae steps {clock.step}, pictures seen {clock.step * given.batch * rank.world}")
    training.checkpoint()
    return training


def main() -> None:
    given, rank = arguments(), join_ranks()
    given.out.mkdir(parents=True, exist_ok=True)
    vae = train(given, rank).vae.eval()
    store = Store(given.data)
    fold_normalisation(vae, *latent_moments(vae, store, rank))
    if rank.leads:
        vae.save_pretrained(given.out / "vae.tmp-folder")
        shutil.rmtree(given.out / "vae", ignore_errors=True)
        (given.out / "vae.tmp-folder").replace(given.out / "vae")
        save_comparison(vae, store, rank, given.out / "vae.png")
    measure_vae(vae, store, rank, given.out / "vae-quality.json", each=1 if given.toy else 16)


def _hue(error: Tensor) -> Tensor:
    red, green, blue = error.unbind(1)
    return torch.stack([red - green, (red + green) / 2 - blue], 1)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=360)
    parser.add_argument("--batch", type=int, default=32, help="crops a step for each process")
    parser.add_argument("--crop", type=int, default=CROP)
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    parser.add_argument("--whole-from", type=float, default=WHOLE_FROM)
    parser.add_argument("--first-pictures", type=int, default=4000)
    parser.add_argument("--report", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--earlier", type=Path, help="a shipped folder to start from")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--toy", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
