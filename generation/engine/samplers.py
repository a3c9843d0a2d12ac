"""Samplers by name: a fresh diffusers scheduler for every image of every render.

Schedulers keep state between steps, so one object never serves two images. Everything the
checkpoint was trained with (noise schedule, v-prediction, zero terminal SNR, time shift) comes
from its own scheduler config; only the spacing and the solver are ours. Models that flow straight
from noise to pictures (FLUX.1, Z-Image, Qwen-Image) are sampled by Euler's method alone.
"""

import copy
import inspect
import json
from functools import lru_cache
from typing import Any

import diffusers
import numpy as np
import torch
from diffusers.pipelines.flux.pipeline_flux import calculate_shift

from generation.engine.contract import EngineError

SAMPLERS: dict[str, tuple[str, dict[str, Any]]] = {
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++"}),
    "euler": ("EulerDiscreteScheduler", {}),
    "ddim": ("DDIMScheduler", {"clip_sample": False}),
    "lcm": ("LCMScheduler", {"clip_sample": False}),
}
FLOW_SAMPLER = "euler"


def fresh_scheduler(sampler: str, config: Any, steps: int, device: torch.device) -> Any:
    """A scheduler with its timesteps set; raises EngineError for an unknown name."""
    if sampler not in SAMPLERS:
        known = ", ".join(SAMPLERS)
        raise EngineError(f"There is no sampler '{sampler}'; choose one of {known}.")
    name, options = SAMPLERS[sampler]
    # Trailing spacing starts at pure noise, where zero-terminal-SNR models were trained to start.
    given = {**config, **options, "timestep_spacing": "trailing", "steps_offset": 1}
    return copy.deepcopy(_set_scheduler(name, json.dumps(given, sort_keys=True), steps, device))


@lru_cache(maxsize=32)
def _set_scheduler(name: str, config: str, steps: int, device: torch.device) -> Any:
    """Never used itself: to work out its numbers takes 10 ms, to copy them half of one."""
    scheduler = getattr(diffusers, name).from_config(json.loads(config))
    scheduler.set_timesteps(steps, device=device)
    # Solvers look their numbers up by the time: on a device, each look would wait for it.
    scheduler.timesteps = scheduler.timesteps.cpu()
    if hasattr(scheduler, "set_begin_index"):
        # Spares a search for the first timestep, which would stall the device.
        scheduler.set_begin_index(0)
    return scheduler


def flow_scheduler(sampler: str, config: Any, steps: int, device: torch.device, tokens: int) -> Any:
    """A scheduler for pictures of `tokens` patches; EngineError for another sampler than Euler's.

    Larger pictures spend more of their steps where there is much noise, if the checkpoint says so.
    """
    if sampler != FLOW_SAMPLER:
        raise EngineError(
            f"This model flows from noise to a picture, which the sampler '{sampler}' does not "
            f"follow: choose {FLOW_SAMPLER}."
        )
    # A single step starts at pure noise and ends at none: between them nothing can be stretched.
    given = {**config, "shift_terminal": None} if steps == 1 else config
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler.from_config(given)
    spacing: dict[str, Any] = {"sigmas": np.linspace(1.0, 1 / steps, steps)}
    if config.get("use_flow_sigmas"):
        spacing = {"num_inference_steps": steps}
    scheduler.set_timesteps(device=device, mu=_shift(config, tokens), **spacing)
    scheduler.set_begin_index(0)
    return scheduler


def _shift(config: Any, tokens: int) -> float:
    return float(
        calculate_shift(
            tokens,
            config.get("base_image_seq_len", 256),
            config.get("max_image_seq_len", 4096),
            config.get("base_shift", 0.5),
            config.get("max_shift", 1.15),
        )
    )


def first_latents(scheduler: Any, noise: torch.Tensor) -> torch.Tensor:
    """What the first step starts from: noise as strong as the scheduler has it there."""
    return noise * getattr(scheduler, "init_noise_sigma", 1.0)


def model_input(scheduler: Any, latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
    """Latents as the denoiser reads them at this timestep, in the same shape."""
    if not hasattr(scheduler, "scale_model_input"):
        return latents
    scaled: torch.Tensor = scheduler.scale_model_input(latents, timestep)
    return scaled


def takes_generator(scheduler: Any) -> bool:
    """Whether a step draws noise of its own (LCM does)."""
    return "generator" in inspect.signature(scheduler.step).parameters


def clean_estimate(scheduler: Any, output: Any, noise: torch.Tensor) -> torch.Tensor | None:
    """The solver's current idea of the finished latents, for previews; None if it keeps none.

    `noise` is what the denoiser said in the step that gave `output`.
    """
    if isinstance(scheduler, diffusers.FlowMatchEulerDiscreteScheduler):
        straight: torch.Tensor = output.prev_sample - _sigma(scheduler) * noise
        return straight
    for name in ("denoised", "pred_original_sample"):
        estimate = getattr(output, name, None)
        if isinstance(estimate, torch.Tensor):
            return estimate
    history = getattr(scheduler, "model_outputs", None)
    return history[-1] if history else None


def _sigma(scheduler: Any) -> torch.Tensor:
    # The share of noise after the last step; read where it lies, so the device is not waited for.
    share: torch.Tensor = scheduler.sigmas[scheduler.step_index]
    return share
