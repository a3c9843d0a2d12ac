"""Turn a single-file checkpoint into a diffusers folder, once, when it is brought in.

diffusers converts the tensors. What a single file leaves unsaid (sizes of layers, the noise
schedule, the tokenizers) comes from `architectures/`, or from a folder that the caller names: the
network is never asked.
"""

import shutil
from pathlib import Path
from typing import Any

import diffusers
import torch
from safetensors import safe_open
from transformers import CLIPTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

from generation.engine.contract import EngineError
from generation.engine.pipelines import Family, family_named, first_line, quiet_libraries

ARCHITECTURES = Path(__file__).parent / "architectures"
PARTS = ("model.diffusion_model.", "first_stage_model.", "cond_stage_model.", "conditioner.")
DTYPES = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float32}
PROMPT_TOKENS = 77
# SDXL's second tokenizer fills up with another word than the first.
PADDING = {"tokenizer": "<|endoftext|>", "tokenizer_2": "!"}


def convert(file: Path, family: str, folder: Path, config: Path | None = None) -> None:
    """Write the diffusers folder `folder` for the single file `file`, in the file's precision.

    `config` is a diffusers folder of the same architecture; its weights are not read. EngineError,
    with `folder` not made, when the tensors do not fit the architecture.
    """
    rule = family_named(family)
    quiet_libraries()
    try:
        pipe = getattr(diffusers, rule.pipeline).from_single_file(
            str(file),
            config=str(config or ARCHITECTURES / family),
            local_files_only=True,
            dtype=_dtype(file),
            **rule.options,
            **({} if config else _tokenizers(rule)),
        )
        _require_whole(pipe, rule)
        _settle_schedule(pipe, file)
        _write(pipe, folder)
    except Exception as error:  # the library raises every kind for tensors that do not fit
        raise EngineError(
            f"{file.name} could not be converted ({first_line(error)}). Where its layers are not "
            f"those of {rule.label}, name a diffusers folder that has its configuration: --config "
            "FOLDER."
        ) from error


def clip_tokenizer(padding: str) -> CLIPTokenizer:
    """The tokenizer that CLIP's text encoders were trained with, filled up with `padding`."""
    merges = (ARCHITECTURES / "clip" / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
    letters = list(bytes_to_unicode().values())
    words = [*letters, *(f"{letter}</w>" for letter in letters)]
    words += [merge.replace(" ", "") for merge in merges]
    words += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={word: index for index, word in enumerate(words)},
        merges=[tuple(merge.split()) for merge in merges],
        pad_token=padding,
        model_max_length=PROMPT_TOKENS,
    )


def _tokenizers(rule: Family) -> dict[str, CLIPTokenizer]:
    names = (name.replace("text_encoder", "tokenizer") for name in rule.text_encoders)
    return {name: clip_tokenizer(PADDING[name]) for name in names}


def _dtype(file: Path) -> torch.dtype:
    # Buffers of the noise schedule are in single precision even where weights are not.
    with safe_open(file, "pt") as tensors:
        weights = [tensors.get_slice(name) for name in tensors.keys() if name.startswith(PARTS)]  # noqa: SIM118
        found = {part.get_dtype() for part in weights if len(part.get_shape()) > 1} & DTYPES.keys()
    return DTYPES[found.pop()] if len(found) == 1 else torch.float32


def _require_whole(pipe: Any, rule: Family) -> None:
    for part in (*rule.lora_components, "vae"):
        for name, weight in getattr(pipe, part).named_parameters():
            if weight.is_meta:
                raise EngineError(f"it has no {part}.{name}")


def _settle_schedule(pipe: Any, file: Path) -> None:
    # Two empty tensors are how such files say that they predict velocity, from pure noise on.
    with safe_open(file, "pt") as tensors:
        names = set(tensors.keys())
    if "v_pred" in names:
        pipe.scheduler.register_to_config(prediction_type="v_prediction")
    if "ztsnr" in names:
        pipe.scheduler.register_to_config(rescale_betas_zero_snr=True, timestep_spacing="trailing")


def _write(pipe: Any, folder: Path) -> None:
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        pipe.save_pretrained(part)
        # Renamed whole: a folder of this name is always complete.
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
