"""PEFT's own LoRA, LoHa, LoKr and DoRA on the tiny model, saved in each dialect of file names."""

from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import DiffusionPipeline
from peft import LoHaConfig, LoKrConfig, LoraConfig, inject_adapter_in_model
from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import get_peft_model_state_dict

from tests.engine import tiny_model, tiny_sdxl

LOHA = {"r": 3}
LOKR = {"r": 1, "decompose_both": True}
METHODS = {
    "lora": (LoraConfig, {"r": 3}),
    "dora": (LoraConfig, {"r": 3, "use_dora": True}),
    "loha": (LoHaConfig, LOHA),
    "loha, cores": (LoHaConfig, LOHA | {"use_effective_conv2d": True}),
    "lokr": (LoKrConfig, LOKR),
    "lokr, cores": (LoKrConfig, LOKR | {"use_effective_conv2d": True}),
    "lokr, whole": (LoKrConfig, {"r": 64}),
}
TARGETS = {
    "unet": tiny_model.UNET_LINEARS + tiny_sdxl.UNET_CONVS,
    "text_encoder": tiny_model.TEXT_LINEARS,
    "text_encoder_2": tiny_sdxl.SECOND_LINEARS,
}
KOHYA = {"lora_A.weight": "lora_down.weight", "lora_B.weight": "lora_up.weight",
         "lora_magnitude_vector": "dora_scale"}  # fmt: skip
PREFIXES = {"unet": "lora_unet", "text_encoder": "lora_te1", "text_encoder_2": "lora_te2"}


@dataclass
class Adapted:
    """A pipeline whose layers carry one PEFT adapter with random weights."""

    pipe: DiffusionPipeline
    alpha: float

    @property
    def layers(self) -> dict[str, BaseTunerLayer]:
        return {
            f"{part}.{path}": module
            for part in TARGETS if hasattr(self.pipe, part)
            for path, module in getattr(self.pipe, part).named_modules()
            if isinstance(module, BaseTunerLayer)
        }  # fmt: skip

    def scaled(self, strength: float) -> "Adapted":
        for layer in self.layers.values():
            layer.set_scale("default", strength)
        return self

    def merged(self) -> dict[str, torch.Tensor]:
        """Every changed layer's weight, as PEFT merges it."""
        for layer in self.layers.values():
            layer.merge()
        return {name: layer.get_base_layer().weight for name, layer in self.layers.items()}

    def tensors(self) -> dict[str, torch.Tensor]:
        """By component and PEFT's own names."""
        return {
            f"{part}.{key}": value
            for part in TARGETS if hasattr(self.pipe, part)
            for key, value in get_peft_model_state_dict(
                getattr(self.pipe, part), adapter_name="default"
            ).items()
        }  # fmt: skip


def adapt(model: Path, method: str, alpha: float | None = None, seed: int = 1) -> Adapted:
    """The saved pipeline with this method on all of its layers; no alpha means a scale of one."""
    kind, options = METHODS[method]
    pipe = DiffusionPipeline.from_pretrained(model)
    alpha = options["r"] if alpha is None else alpha
    name = "lora_alpha" if kind is LoraConfig else "alpha"
    torch.manual_seed(seed)
    for part, targets in TARGETS.items():
        if hasattr(pipe, part):
            config = kind(target_modules=targets, **{name: alpha}, **options)
            inject_adapter_in_model(config, getattr(pipe, part))
    adapted = Adapted(pipe, alpha)
    _randomise(adapted)
    return adapted


@torch.no_grad()
def _randomise(adapted: Adapted) -> None:
    for layer in adapted.layers.values():
        for name, weight in layer.named_parameters():
            if "magnitude" in name:
                weight.mul_(1 + 0.3 * torch.rand_like(weight))
            elif "base_layer" not in name:
                weight.normal_(std=0.5)


def diffusers_names(adapted: Adapted) -> dict[str, torch.Tensor]:
    return adapted.tensors()


def peft_names(adapted: Adapted) -> dict[str, torch.Tensor]:
    """As PEFT saves the denoiser alone."""
    return {
        f"base_model.model.{key.removeprefix('unet.')}": value
        for key, value in adapted.tensors().items() if key.startswith("unet.")
    }  # fmt: skip


def kohya_names(adapted: Adapted, sgm: bool = False) -> dict[str, torch.Tensor]:
    """As kohya's trainer and LyCORIS save, with an alpha for each layer."""
    named = {}
    for name in adapted.layers:
        stem = kohya_stem(name, sgm)
        named[f"{stem}.alpha"] = torch.tensor(float(adapted.alpha))
        for key, value in adapted.tensors().items():
            part = key.removeprefix(f"{name}.")
            if part != key:
                named[f"{stem}.{KOHYA.get(part, part)}"] = _lycoris_shape(part, value)
    return named


def kohya_stem(name: str, sgm: bool = False) -> str:
    part, path = name.split(".", 1)
    if part == "text_encoder":
        path = f"text_model.{path}"
    path = tiny_sdxl.sgm(path) if sgm and part == "unet" else path
    return f"{PREFIXES[part]}_{path.replace('.', '_')}"


def _lycoris_shape(part: str, value: torch.Tensor) -> torch.Tensor:
    if part != "lora_magnitude_vector":
        return value
    return value.reshape(-1, *[1] * max(value.ndim - 1, 1))
