"""How transformers that flow from noise to a picture are asked: FLUX.1, Qwen-Image and Z-Image.

They read patches of 2 x 2 latents in a row. Lanes keep latents as pictures, so that previews and
decoding are the same for every family; packing is diffusers' own, at the door of the denoiser.
"""

from typing import Any

import torch

from generation.engine.contract import RenderRequest
from generation.engine.denoisers import Told, UNet
from generation.engine.samplers import flow_scheduler

# Longer prompts are cut: FLUX.1 schnell was trained with half as many tokens as its sisters.
LONGEST_TEXT = 512
LONGEST_TEXT_OF_SCHNELL = 256
PATCH = 2
TIMES = 1000


class Flow(UNet):
    """What the three have in common."""

    def scheduler(self, pipe: Any, request: RenderRequest, device: torch.device) -> Any:
        edge = pipe.vae_scale_factor * PATCH
        tokens = (request.height // edge) * (request.width // edge)
        return flow_scheduler(request.sampler, pipe.scheduler.config, request.steps, device, tokens)

    def halvings(self, pipe: Any) -> int:
        return 1


class Flux(Flow):
    """FLUX.1: T5's words, CLIP's summary, and guidance as a number where it was distilled (dev)."""

    def words(self, pipe: Any, text: str, device: torch.device) -> Told:
        longest = LONGEST_TEXT if _is_told_guidance(pipe) else LONGEST_TEXT_OF_SCHNELL
        embedding, pooled, _ = pipe.encode_prompt(text, device=device, max_sequence_length=longest)
        return {"embedding": embedding, "pooled": pooled}

    def size(self, pipe: Any, height: int, width: int) -> Told:
        """Where each patch is: "image_ids" is (1, patches, 3)."""
        edge = pipe.vae_scale_factor * PATCH
        place, exact = torch.device("cpu"), torch.float32
        ids = pipe._prepare_latent_image_ids(1, height // edge, width // edge, place, exact)
        return {"image_ids": ids[None]}

    def guidance(self, pipe: Any, guidance: float) -> Told:
        return {"guidance": torch.tensor([guidance])} if _is_told_guidance(pipe) else {}

    def noise(
        self, pipe: Any, sample: torch.Tensor, timestep: torch.Tensor, told: Told
    ) -> torch.Tensor:
        embedding, image_ids = told["embedding"], told["image_ids"][0]
        packed = pipe.transformer(
            hidden_states=packed_latents(sample),
            timestep=timestep.expand(len(sample)) / TIMES,
            guidance=told.get("guidance"),
            pooled_projections=told["pooled"],
            encoder_hidden_states=embedding,
            txt_ids=image_ids.new_zeros(embedding.shape[1], image_ids.shape[1]),
            img_ids=image_ids,
            return_dict=False,
        )[0]
        return unpacked_latents(packed, sample)


class QwenImage(Flow):
    """Qwen-Image: a language model's words, as many tokens as they take."""

    def words(self, pipe: Any, text: str, device: torch.device) -> Told:
        # One text has no padding, so there is nothing to mask.
        embedding, _ = pipe.encode_prompt(text, device, max_sequence_length=LONGEST_TEXT)
        return {"embedding": embedding}

    def guided(self, away: torch.Tensor, towards: torch.Tensor, guidance: float) -> torch.Tensor:
        """Each patch keeps the length that the words alone give it."""
        wanted, found = (
            packed_latents(towards),
            packed_latents(super().guided(away, towards, guidance)),
        )
        lengths = (wanted.norm(dim=-1, keepdim=True), found.norm(dim=-1, keepdim=True))
        return unpacked_latents(found * (lengths[0] / lengths[1]), towards)

    def noise(
        self, pipe: Any, sample: torch.Tensor, timestep: torch.Tensor, told: Told
    ) -> torch.Tensor:
        patches = (1, sample.shape[2] // PATCH, sample.shape[3] // PATCH)
        packed = pipe.transformer(
            hidden_states=packed_latents(sample),
            timestep=timestep.expand(len(sample)) / TIMES,
            encoder_hidden_states=told["embedding"],
            img_shapes=[[patches]] * len(sample),
            return_dict=False,
        )[0]
        return unpacked_latents(packed, sample)


class ZImage(Flow):
    """Z-Image: a language model's words and latents as lists, time from 0 to 1, noise negated."""

    def words(self, pipe: Any, text: str, device: torch.device) -> Told:
        (embedding,), _ = pipe.encode_prompt(
            text, device, do_classifier_free_guidance=False, max_sequence_length=LONGEST_TEXT
        )
        return {"embedding": embedding[None]}

    def guided(self, away: torch.Tensor, towards: torch.Tensor, guidance: float) -> torch.Tensor:
        """By its model's own scale, on which 0 is none."""
        return super().guided(away, towards, 1 + guidance)

    def noise(
        self, pipe: Any, sample: torch.Tensor, timestep: torch.Tensor, told: Told
    ) -> torch.Tensor:
        frames = list(sample[:, :, None])
        since_noise = (TIMES - timestep.expand(len(sample))) / TIMES
        pictures = pipe.transformer(
            frames, since_noise, list(told["embedding"]), return_dict=False
        )[0]
        return -torch.stack(list(pictures))[:, :, 0]


def packed_latents(latents: torch.Tensor) -> torch.Tensor:
    """(images, channels, height, width) -> (images, patches, channels * 4)."""
    images, channels, height, width = latents.shape
    split = latents.reshape(images, channels, height // PATCH, PATCH, width // PATCH, PATCH)
    return split.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)


def unpacked_latents(packed: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """The way back, in the shape of `like`."""
    images, channels, height, width = like.shape
    split = packed.reshape(images, height // PATCH, width // PATCH, channels, PATCH, PATCH)
    return split.permute(0, 3, 1, 4, 2, 5).reshape(like.shape)


def _is_told_guidance(pipe: Any) -> bool:
    return bool(pipe.transformer.config.guidance_embeds)
