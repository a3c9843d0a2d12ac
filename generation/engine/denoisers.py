"""How each kind of denoiser is spoken to: what it is told beside the latents, and how it is asked.

`Told` holds one image's conditions by name, each with a first dimension of one, so that images
share a pass by concatenation. The arithmetic is diffusers' own: its pipelines encode the words.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch

from generation.engine.contract import RenderRequest
from generation.engine.samplers import fresh_scheduler

Told = dict[str, torch.Tensor]


class UNet:
    """Stable Diffusion 1.x: words alone."""

    def words(self, pipe: Any, text: str, device: torch.device) -> Told:
        """One text, encoded: "embedding" is (1, tokens, width)."""
        return {"embedding": pipe.encode_prompt(text, device, 1, False)[0]}

    def size(self, pipe: Any, height: int, width: int) -> Told:
        """What it is told about the picture's size in pixels, on the CPU."""
        return {}

    def guidance(self, pipe: Any, guidance: float) -> Told:
        """What it is told about guidance; nothing where guidance takes a second pass."""
        return {}

    def scheduler(self, pipe: Any, request: RenderRequest, device: torch.device) -> Any:
        """A fresh scheduler for one picture, its timesteps set; EngineError for a wrong sampler."""
        return fresh_scheduler(request.sampler, pipe.scheduler.config, request.steps, device)

    def guided(self, away: torch.Tensor, towards: torch.Tensor, guidance: float) -> torch.Tensor:
        """Two predictions, for the negative and for the words, as one; all of one shape."""
        return away + guidance * (towards - away)

    def halvings(self, pipe: Any) -> int:
        """How often it halves the latents: their edges must be divisible that often."""
        return len(pipe.unet.config.block_out_channels) - 1

    def noise(
        self, pipe: Any, sample: torch.Tensor, timestep: torch.Tensor, told: Told
    ) -> torch.Tensor:
        """Its prediction for (images, channels, height, width), in the same shape."""
        embedding = told["embedding"]
        return _sample(pipe.unet(sample, timestep, embedding, return_dict=False))


class SizedUNet(UNet):
    """SDXL: both encoders' words side by side, the second one's summary, and sizes."""

    def words(self, pipe: Any, text: str, device: torch.device) -> Told:
        """Also "pooled", the second encoder's projected summary: (1, width)."""
        embedding, _, pooled, _ = pipe.encode_prompt(
            text, device=device, do_classifier_free_guidance=False
        )
        return {"embedding": embedding, "pooled": pooled}

    def size(self, pipe: Any, height: int, width: int) -> Told:
        """Original size, crop and target size: an uncropped original of the picture's own size."""
        whole, projected = (height, width), pipe.text_encoder_2.config.projection_dim
        # Pixel counts above 256 are not exact in bfloat16, so they stay in single precision.
        ids = pipe._get_add_time_ids(whole, (0, 0), whole, torch.float32, projected)
        return {"time_ids": ids}

    def noise(
        self, pipe: Any, sample: torch.Tensor, timestep: torch.Tensor, told: Told
    ) -> torch.Tensor:
        added = {"text_embeds": told["pooled"], "time_ids": told["time_ids"]}
        embedding = told["embedding"]
        return _sample(
            pipe.unet(sample, timestep, embedding, added_cond_kwargs=added, return_dict=False)
        )


def alike(told: Sequence[Told], most: int) -> list[slice]:
    """Runs of at most so many neighbours that share a pass: their words are equally many tokens.

    Padding words to equal length would take a mask, and with it the fast attention.
    """
    shapes = [{name: part.shape for name, part in one.items()} for one in told]
    cuts = [at for at in range(1, len(told)) if at % most == 0 or shapes[at] != shapes[at - 1]]
    return [slice(*ends) for ends in pairwise([0, *cuts, len(told)])]


def side_by_side(several: Sequence[Told]) -> Told:
    """The conditions of one pass, one row for each image."""
    return {name: torch.cat([told[name] for told in several]) for name in several[0]}


def _sample(output: tuple[torch.Tensor, ...]) -> torch.Tensor:
    return output[0]
