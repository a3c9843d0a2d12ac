"""The other side: diffusers and PEFT as their users run them.

Usual: load_lora_weights, set_adapters, the pipeline eagerly, unload_lora_weights. Hotswap: one
adapter of fixed rank whose weights are replaced in place under torch.compile. Prompts are encoded
once, as this engine keeps them; the subject's packs leave the text encoders alone.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch

from benchmarks.engine.clocks import Ticks
from benchmarks.engine.subjects import PROMPT, Subject
from generation.engine.contract import LoraUse, RenderRequest
from generation.engine.pipelines import FAMILIES, quiet_libraries
from generation.engine.samplers import fresh_scheduler

HOTSWAPPED = "pack"


class Stock:
    """A diffusers pipeline of the subject's checkpoint in `dtype`, on the subject's device."""

    def __init__(self, subject: Subject, dtype: torch.dtype) -> None:
        quiet_libraries()
        # Said whenever a second adapter is loaded beside a first, which is what is measured.
        warnings.filterwarnings("ignore", message="Already found a `peft_config`")
        self._subject = subject
        self._device = torch.device(subject.device)
        rule = FAMILIES[subject.family]
        loader = getattr(diffusers, rule.pipeline)
        self.pipe: Any = loader.from_pretrained(
            subject.folder, dtype=dtype, local_files_only=True, use_safetensors=True, **rule.options
        ).to(self._device)
        self.pipe.set_progress_bar_config(disable=True)
        self._words = self._encoded()

    def load(self, packs: Sequence[LoraUse]) -> None:
        """Read the files and put them on, as a user does for a request."""
        for pack in packs:
            self._load(pack, pack.name)
        if packs:
            self.pipe.set_adapters([pack.name for pack in packs], [pack.weight for pack in packs])

    def unload(self) -> None:
        self.pipe.unload_lora_weights()

    def request(self, request: RenderRequest) -> np.ndarray[Any, Any]:
        """A request with packs the pipeline does not hold: load, render, unload."""
        self.load(request.loras)
        pixels = self.render(request)
        self.unload()
        return pixels

    def enable_hotswap(self, pack: LoraUse, rank: int, backend: str) -> None:
        """Compile with one adapter in place; its first call pays for the compilation."""
        self.pipe.enable_lora_hotswap(target_rank=rank)
        self._load(pack, HOTSWAPPED)
        self.pipe.unet.compile(fullgraph=True, backend=backend)

    def hotswap(self, pack: LoraUse) -> None:
        self._load(pack, HOTSWAPPED, hotswap=True)

    def render(
        self, request: RenderRequest, on_step: Callable[[], None] | None = None
    ) -> np.ndarray[Any, Any]:
        """(height, width, 3) values from 0 to 255, not rounded, in host memory."""
        self.pipe.scheduler = fresh_scheduler(
            request.sampler, self.pipe.scheduler.config, request.steps, self._device
        )
        with _usual_convolutions():
            image = self.pipe(
                **self._words,
                latents=self._noise(request),
                num_inference_steps=request.steps,
                guidance_scale=request.guidance,
                width=request.width,
                height=request.height,
                output_type="np",
                callback_on_step_end=_calling(on_step),
            ).images[0]
        pixels: np.ndarray[Any, Any] = image.astype(np.float64) * 255
        return pixels

    def steps_ms(self, request: RenderRequest) -> list[float]:
        """Each step but the first, on the device's timeline."""
        ticks = Ticks(self._subject.device)
        self.render(request, ticks.mark)
        return ticks.intervals_ms()

    def _load(self, pack: LoraUse, name: str, **options: Any) -> None:
        path = Path(pack.path)
        self.pipe.load_lora_weights(
            path.parent, weight_name=path.name, adapter_name=name, **options
        )

    def _noise(self, request: RenderRequest) -> torch.Tensor:
        scale = 2 ** (len(self.pipe.vae.config.block_out_channels) - 1)
        channels = self.pipe.unet.config.in_channels
        shape = (1, channels, request.height // scale, request.width // scale)
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(request.images[0].seed))
        return noise.to(self._device, self.pipe.unet.dtype)

    @torch.no_grad()
    def _encoded(self) -> dict[str, torch.Tensor]:
        if self._subject.family == "sdxl":
            names = (
                "prompt_embeds", "negative_prompt_embeds",
                "pooled_prompt_embeds", "negative_pooled_prompt_embeds",
            )  # fmt: skip
            told = self.pipe.encode_prompt(PROMPT, device=self._device)
            return dict(zip(names, told, strict=True))
        told = self.pipe.encode_prompt(PROMPT, self._device, 1, True, "")
        return dict(zip(("prompt_embeds", "negative_prompt_embeds"), told, strict=True))


@contextmanager
def _usual_convolutions() -> Iterator[None]:
    # This engine forbids cuDNN algorithms that give other bits at each call; users' code does not.
    before = torch.backends.cudnn.deterministic
    torch.backends.cudnn.deterministic = False
    try:
        yield
    finally:
        torch.backends.cudnn.deterministic = before


def _calling(on_step: Callable[[], None] | None) -> Callable[..., dict[str, Any]] | None:
    if on_step is None:
        return None

    def ended(pipe: Any, step: int, timestep: Any, kept: dict[str, Any]) -> dict[str, Any]:
        on_step()
        return {}

    return ended
