"""Samplers by name: a fresh diffusers scheduler for every image of every render.

Schedulers keep state between steps, so one object never serves two images. Everything the
checkpoint was trained with (noise schedule, v-prediction, zero terminal SNR) comes from its own
scheduler config; only the spacing and the solver are ours.
"""

import inspect
from typing import Any

import diffusers
import torch

from generation.engine.contract import EngineError

SAMPLERS: dict[str, tuple[str, dict[str, Any]]] = {
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++"}),
    "euler": ("EulerDiscreteScheduler", {}),
    "ddim": ("DDIMScheduler", {"clip_sample": False}),
    "lcm": ("LCMScheduler", {"clip_sample": False}),
}


def fresh_scheduler(sampler: str, config: Any, steps: int, device: torch.device) -> Any:
    """A scheduler with its timesteps set; raises EngineError for an unknown name."""
    if sampler not in SAMPLERS:
        known = ", ".join(SAMPLERS)
        raise EngineError(f"There is no sampler '{sampler}'; choose one of {known}.")
    name, options = SAMPLERS[sampler]
    # Trailing spacing starts at pure noise, where zero-terminal-SNR models were trained to start.
    given = {**config, **options, "timestep_spacing": "trailing", "steps_offset": 1}
    scheduler = getattr(diffusers, name).from_config(given)
    scheduler.set_timesteps(steps, device=device)
    # Solvers look their numbers up by the time: on a device, each look would wait for it.
    scheduler.timesteps = scheduler.timesteps.cpu()
    if hasattr(scheduler, "set_begin_index"):
        # Spares a search for the first timestep, which would stall the device.
        scheduler.set_begin_index(0)
    return scheduler


def takes_generator(scheduler: Any) -> bool:
    """Whether a step draws noise of its own (LCM does)."""
    return "generator" in inspect.signature(scheduler.step).parameters


def clean_estimate(scheduler: Any, output: Any) -> torch.Tensor | None:
    """The solver's current idea of the finished latents, for previews; None if it keeps none."""
    for name in ("denoised", "pred_original_sample"):
        estimate = getattr(output, name, None)
        if isinstance(estimate, torch.Tensor):
            return estimate
    history = getattr(scheduler, "model_outputs", None)
    return history[-1] if history else None
