"""Load a checkpoint into memory. A new model family is one row in FAMILIES.

Where its denoiser is asked in another manner, that manner is one class in `denoisers`. Only local
files are read, only safetensors are accepted. `precision` says what the denoiser and the decoder
compute in; on the CPU weights are read in single precision all the same, so that LoRAs are added
before anything is rounded.
"""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from diffusers.utils import logging as diffusers_logging
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError

from generation.engine import precision
from generation.engine.contract import CheckpointMissing, EngineError
from generation.engine.denoisers import SizedUNet, Told, UNet
from generation.engine.device_memory import is_out_of_memory
from generation.engine.fast_passes import FastPasses
from generation.engine.flow_denoisers import Flux, QwenImage, ZImage
from generation.engine.half_decoder import carry_small
from generation.engine.thrifty_decoder import make_thrifty


@dataclass(frozen=True)
class Family:
    """How a model family is loaded and asked, and which components a LoRA file may change.

    `upcasts_decoder` says whether its pipeline obeys the VAE's `force_upcast`: such a decoder
    overflows in half precision. `fixed_encoders` read words, too, and no LoRA changes them. `half`
    is what a GPU computes in.
    """

    label: str
    pipeline: str
    denoiser: str
    text_encoders: tuple[str, ...]
    manner: UNet
    options: Mapping[str, Any] = field(default_factory=dict)
    upcasts_decoder: bool = False
    fixed_encoders: tuple[str, ...] = ()
    half: torch.dtype = torch.float16

    @property
    def lora_components(self) -> tuple[str, ...]:
        return (self.denoiser, *self.text_encoders)

    @property
    def readers(self) -> tuple[str, ...]:
        """Everything that reads words."""
        return (*self.text_encoders, *self.fixed_encoders)


FAMILIES = {
    "sd15": Family(
        "Stable Diffusion 1.5", "StableDiffusionPipeline", "unet", ("text_encoder",), UNet(),
        {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False},
    ),
    "sdxl": Family(
        "SDXL", "StableDiffusionXLPipeline", "unet", ("text_encoder", "text_encoder_2"),
        SizedUNet(), {"add_watermarker": False}, upcasts_decoder=True,
    ),
    "flux": Family(
        "FLUX.1", "FluxPipeline", "transformer", ("text_encoder",), Flux(),
        {"image_encoder": None, "feature_extractor": None},
        fixed_encoders=("text_encoder_2",), half=torch.bfloat16,
    ),
    "z-image": Family(
        "Z-Image", "ZImagePipeline", "transformer", (), ZImage(),
        fixed_encoders=("text_encoder",), half=torch.bfloat16,
    ),
    "qwen-image": Family(
        "Qwen-Image", "QwenImagePipeline", "transformer", (), QwenImage(),
        fixed_encoders=("text_encoder",), half=torch.bfloat16,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Model:
    """A checkpoint in memory. `pipe` owns the components; nothing else holds them.

    `dtype` is what the denoiser takes, `decoder_dtype` the decoder; text encoders keep what was
    read. `fast` are the passes that were compiled beforehand.
    """

    checkpoint: str
    family: Family
    device: torch.device
    dtype: torch.dtype
    decoder_dtype: torch.dtype
    pipe: Any
    fast: FastPasses = field(default_factory=FastPasses)

    @property
    def denoiser(self) -> torch.nn.Module:
        part: torch.nn.Module = getattr(self.pipe, self.family.denoiser)
        return part

    def noise(self, sample: torch.Tensor, timestep: torch.Tensor, told: Told) -> torch.Tensor:
        """The denoiser's prediction for a pass, in the shape of `sample`; recorded, if it was."""
        manner, pipe = self.family.manner, self.pipe

        def ask(sample: torch.Tensor, timestep: torch.Tensor, **told: torch.Tensor) -> torch.Tensor:
            return manner.noise(pipe, sample, timestep, told)

        # Solvers keep the time on the CPU; to send it there, nothing need be waited for.
        now = timestep.to(self.device, non_blocking=True)
        tensors = {"sample": sample, "timestep": now, **told}
        return self.fast.run("denoiser", self.denoiser, ask, tensors)

    @property
    def pixels_per_latent(self) -> int:
        return int(self.pipe.vae_scale_factor)

    @property
    def size_multiple(self) -> int:
        """Width and height must be multiples of this: the denoiser halves latents that often."""
        return int(self.pixels_per_latent * 2 ** self.family.manner.halvings(self.pipe))

    @property
    def lora_components(self) -> dict[str, torch.nn.Module]:
        return {name: getattr(self.pipe, name) for name in self.family.lora_components}


def family_named(name: str) -> Family:
    if name not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        raise EngineError(f"This engine cannot render the model family '{name}' (only {known}).")
    return FAMILIES[name]


def load(
    checkpoint: str, family: str, device: str = "cpu", precision_name: str = precision.AUTO
) -> Model:
    """Load the diffusers folder `checkpoint`; raises CheckpointMissing with what to do.

    The denoiser's weights are left as they were read: the LoRA switch takes them over.
    """
    rule = family_named(family)
    folder = _local_folder(checkpoint)
    _require_folder(folder, rule)
    place = torch.device(device)
    dtype = precision.chosen(precision_name, place, rule.half)
    quiet_libraries()
    try:
        pipe = getattr(diffusers, rule.pipeline).from_pretrained(
            folder,
            dtype=dtype if place.type == "cuda" else torch.float32,
            local_files_only=True,
            use_safetensors=True,
            variant=_variant(folder, rule),
            **rule.options,
        )
    except Exception as error:  # the libraries raise every kind for a damaged folder
        if is_out_of_memory(error):
            raise
        raise CheckpointMissing(
            f"The model in {checkpoint} could not be loaded ({first_line(error)}). "
            "Install it again, or point the checkpoint at a complete diffusers folder."
        ) from error
    pipe = _settled(pipe, rule, place, dtype)
    return Model(checkpoint, rule, place, dtype, pipe.vae.dtype, pipe)


def _local_folder(checkpoint: str) -> str:
    # A hub id stands for a snapshot that was fetched before; rendering never downloads.
    if Path(checkpoint).exists() or checkpoint.count("/") != 1:
        return checkpoint
    try:
        return str(snapshot_download(checkpoint, local_files_only=True))
    except (HFValidationError, OSError, ValueError):
        return checkpoint


def _require_folder(checkpoint: str, rule: Family) -> None:
    if Path(checkpoint).is_file():
        raise CheckpointMissing(
            f"{checkpoint} is a single file: `manage.py add_checkpoint` makes a folder of it, once."
        )
    index = Path(checkpoint) / "model_index.json"
    if not index.is_file():
        raise CheckpointMissing(
            f"There is no model at {checkpoint}: a diffusers folder with a model_index.json is "
            "needed. For the starter model, run `manage.py install_starter`."
        )
    listed = _listed(index)
    needed = (rule.denoiser, *rule.readers)
    missing = [name for name in needed if name not in listed]
    if missing:
        raise CheckpointMissing(
            f"The model at {checkpoint} is of another family than {rule.label}: "
            f"it has no {' and no '.join(missing)}."
        )
    encoders = {name for name in listed if name.startswith("text_encoder")}
    further = sorted(encoders.difference(rule.readers))
    if further:
        raise CheckpointMissing(
            f"The model at {checkpoint} is of another family than {rule.label}: "
            f"it also has a {' and a '.join(further)}."
        )


def _variant(folder: str, rule: Family) -> str | None:
    # Some folders hold their weights in half precision alone, under names of their own.
    names = [path.name for path in (Path(folder) / rule.denoiser).glob("*.safetensors")]
    return "fp16" if names and all(".fp16" in name for name in names) else None


def _listed(index: Path) -> set[str]:
    try:
        content = json.loads(index.read_text())
    except ValueError:
        return set()
    if not isinstance(content, dict):
        return set()
    # A component that was left out is listed as [null, null].
    return {name for name, kind in content.items() if isinstance(kind, list) and kind[0]}


def _settled(pipe: Any, rule: Family, device: torch.device, dtype: torch.dtype) -> Any:
    pipe.set_progress_bar_config(disable=True)
    parts = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    for part in parts:
        part.eval().requires_grad_(False)
    with ThreadPoolExecutor(len(parts)) as movers:
        # One thread alone takes 1.6 s to copy SDXL's 7 GB to an H200.
        list(movers.map(lambda part: part.to(device), parts))
    _limit_tokens(pipe, rule)
    if device.type == "cpu":
        make_thrifty(pipe.vae.decoder)
    # Decoding to 512 px takes 0.64 s instead of 0.90 in this layout on two CPU cores. The UNet
    # gains nothing from it there in single precision (109 ms a step or 117).
    flat = torch.channels_last if isinstance(pipe.vae, diffusers.AutoencoderKL) else None
    pipe.vae.to(dtype=_decoder_dtype(pipe, rule, dtype), memory_format=flat)
    if dtype != torch.float32:
        getattr(pipe, rule.denoiser).to(memory_format=torch.channels_last)
    return pipe


def _limit_tokens(pipe: Any, rule: Family) -> None:
    # Some tokenizers write "no limit"; the encoder has as many positions as it has.
    for name in rule.text_encoders:
        tokenizer = getattr(pipe, name.replace("text_encoder", "tokenizer"))
        positions = int(getattr(pipe, name).config.max_position_embeddings)
        tokenizer.model_max_length = min(int(tokenizer.model_max_length), positions)
        if hasattr(pipe, "tokenizer_max_length"):
            pipe.tokenizer_max_length = int(pipe.tokenizer.model_max_length)


def _decoder_dtype(pipe: Any, rule: Family, dtype: torch.dtype) -> torch.dtype:
    overflows = rule.upcasts_decoder and pipe.vae.config.get("force_upcast", False)
    if overflows and dtype == torch.float16 and not carry_small(pipe.vae.decoder):
        return torch.float32
    return dtype


def quiet_libraries() -> None:
    # Both print false alarms on healthy checkpoints (missing torchvision, re-initialised adapters).
    diffusers_logging.set_verbosity_error()
    diffusers_logging.disable_progress_bar()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()


def first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0][:200] if text else type(error).__name__
