"""Each family's denoiser at its published size, with random weights, built where it will run.

No published weights are needed to measure: time and memory depend on shapes alone.
"""

from typing import Any

import diffusers
import torch
from accelerate import init_empty_weights

# As in the models' published configurations; what is not named is the class's own default.
DENOISERS: dict[str, tuple[str, dict[str, Any]]] = {
    "flux": ("FluxTransformer2DModel", {"guidance_embeds": True}),
    "z-image": ("ZImageTransformer2DModel", {}),
    "qwen-image": ("QwenImageTransformer2DModel", {}),
}
SPREAD = 0.02


def build_denoiser(
    family: str, device: torch.device | str, dtype: torch.dtype, seed: int = 0
) -> torch.nn.Module:
    """FLUX.1-dev (11.9 B parameters), Z-Image (6.2 B) or Qwen-Image (20.4 B), ready to be asked.

    Weights are written straight to `device` in `dtype`: nothing else is ever allocated. On the
    device "meta" they have shapes alone. KeyError for another family.
    """
    name, config = DENOISERS[family]
    with init_empty_weights():
        model: torch.nn.Module = getattr(diffusers, name)(**config)
    place = torch.device(device)
    chance = None if place.type == "meta" else torch.Generator(place).manual_seed(seed)
    for module in model.modules():
        for own, parameter in list(module.named_parameters(recurse=False)):
            weight = torch.empty(parameter.shape, device=place, dtype=dtype)
            if chance is not None:
                _fill(weight, own, chance)
            module.register_parameter(own, torch.nn.Parameter(weight, requires_grad=False))
    return model.eval()


def parameter_count(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def _fill(weight: torch.Tensor, name: str, chance: torch.Generator) -> None:
    if weight.ndim > 1:
        weight.normal_(std=SPREAD, generator=chance)
    else:
        # The scale of a norm, or a bias.
        weight.fill_(1.0 if name == "weight" else 0.0)
