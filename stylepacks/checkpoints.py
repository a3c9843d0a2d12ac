"""Read a checkpoint: which model it is, how wide its cross-attention, and its digest.

Without torch: what a model is, the headers of its weights tell; the JSON files tell the rest.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from stylepacks.errors import CheckpointUnreadable
from stylepacks.models import Family
from stylepacks.rules.checkpoint_family import (
    Architecture,
    CheckpointUnknown,
    inspect,
    missing_parts,
)
from stylepacks.rules.digests import digest, file_digest
from stylepacks.rules.family_manners import SCHNELL_TOKENS, manner_of
from stylepacks.rules.safetensors_header import HeaderError, Tensor, read_header

MODEL_SUFFIXES = {".json", ".safetensors", ".txt", ".model", ".jinja"}
PIPELINE_FAMILIES = (
    ("StableDiffusionXL", Family.SDXL),
    ("StableDiffusion", Family.SD15),
)
# By whole names: their sisters edit pictures, and have the same tensors.
FLOW_PIPELINES = {
    "FluxPipeline": Family.FLUX,
    "ZImagePipeline": Family.Z_IMAGE,
    "QwenImagePipeline": Family.QWEN_IMAGE,
}
DENOISERS = ("unet", "transformer")
MARKS = 2
LONGEST_TOKENS = 4096


@dataclass(frozen=True)
class CheckpointFacts:
    """What was found in a folder; None where its files do not tell.

    `files` has the SHA-256 of each file by its path in the folder, and `digest` is that of them
    all. `side` is the width and height in pixels that the model was trained for.
    """

    digest: str
    family: str
    cross_attention_width: int = 0
    max_prompt_tokens: int | None = None
    side: int | None = None
    files: dict[str, str] = field(default_factory=dict)


def read(location: str) -> CheckpointFacts:
    """Facts about the diffusers folder at `location`; a relative path counts from the project.

    CheckpointUnreadable, with what to do, when it is no folder, is incomplete, holds anything but
    sound safetensors, or is of a model that cannot be used.
    """
    folder = Path(settings.BASE_DIR) / location
    if not folder.is_dir():
        raise CheckpointUnreadable(
            f"There is no diffusers folder at {location}. Single files and models on the Hugging "
            "Face hub are brought in by `manage.py add_checkpoint`, on a machine that renders."
        )
    index = _json(folder / "model_index.json")
    if not index:
        raise CheckpointUnreadable(
            f"{folder.name} is not a diffusers folder: it has no readable model_index.json."
        )
    found = _architecture(folder)
    _refuse_other_pipeline(str(index.get("_class_name", "")), found.family)
    files = _file_digests(folder)
    return CheckpointFacts(
        digest(files),
        found.family,
        found.cross_attention_width,
        _prompt_tokens(folder, found.family),
        _side(folder),
        files,
    )


def read_single_file(path: Path) -> Architecture:
    """What the single .safetensors file is. CheckpointUnreadable when no folder can come of it."""
    try:
        tensors = _tensors(path)
        found = inspect(tensors)
    except (HeaderError, CheckpointUnknown) as error:
        raise CheckpointUnreadable(f"{path.name} cannot be used. {error}") from error
    if found.family not in (Family.SD15, Family.SDXL):
        raise CheckpointUnreadable(
            f"{path.name} is a {Family(found.family).label} model, whose text encoders are never "
            "in the same file: give its diffusers folder or its id on the Hugging Face hub."
        )
    missing = missing_parts(tensors, found.family)
    if missing or not found.is_original:
        lacks = " and no ".join(missing) or "whole model"
        raise CheckpointUnreadable(
            f"{path.name} holds a denoiser and no {lacks}: give the file or folder of the whole "
            "model."
        )
    return found


def location_of(folder: Path) -> str:
    """How a checkpoint's row names this folder: from the project where it is inside."""
    base = Path(settings.BASE_DIR)
    whole = folder.resolve()
    return str(whole.relative_to(base) if whole.is_relative_to(base) else whole)


def family_of_pipeline(name: str) -> str | None:
    """The family whose pipelines diffusers calls like this, if any."""
    prefixed = (family for start, family in PIPELINE_FAMILIES if name.startswith(start))
    return FLOW_PIPELINES.get(name) or next(prefixed, None)


def _architecture(folder: Path) -> Architecture:
    _refuse_missing_shards(folder)
    tensors = _denoiser_tensors(folder)
    if not tensors:
        raise CheckpointUnreadable(f"{folder.name} holds no .safetensors weights.")
    try:
        return inspect(tensors)
    except CheckpointUnknown as error:
        raise CheckpointUnreadable(f"{folder.name} cannot be used. {error}") from error


def _denoiser_tensors(folder: Path) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for path in sorted(folder.rglob("*.safetensors")):
        shown = path.relative_to(folder)
        try:
            # All are looked into, so that none is a pickle under another name.
            found = _tensors(path)
        except HeaderError as error:
            raise CheckpointUnreadable(f"{shown} cannot be used. {error}") from error
        if shown.parts[0] in DENOISERS:
            tensors |= found
    return tensors


def _refuse_missing_shards(folder: Path) -> None:
    for index in folder.rglob("*.safetensors.index.json"):
        shards = set(map(str, _json(index).get("weight_map", {}).values()))
        missing = sorted(shard for shard in shards if not (index.parent / shard).is_file())
        if missing:
            raise CheckpointUnreadable(
                f"{folder.name} is incomplete: {index.parent.name}/{missing[0]} is missing. "
                "Bring it in again."
            )


def _refuse_other_pipeline(pipeline: str, family: str) -> None:
    if family_of_pipeline(pipeline) != family:
        raise CheckpointUnreadable(
            f"Its model_index.json says {pipeline or 'nothing'}, and its tensors are those of "
            f"{Family(family).label}: bring the folder that its author published."
        )


def _tensors(path: Path) -> dict[str, Tensor]:
    with path.open("rb") as stream:
        return read_header(stream, path.stat().st_size).tensors


def _file_digests(folder: Path) -> dict[str, str]:
    summed = {}
    for path in sorted(path for path in folder.rglob("*") if path.suffix in MODEL_SUFFIXES):
        with path.open("rb") as stream:
            summed[path.relative_to(folder).as_posix()] = file_digest(stream)
    return summed


def _side(folder: Path) -> int | None:
    latents = _json(folder / "unet" / "config.json").get("sample_size")
    blocks = _json(folder / "vae" / "config.json").get("block_out_channels")
    if not isinstance(latents, int) or not isinstance(blocks, list):
        return None
    return int(latents * 2 ** (len(blocks) - 1))


def _prompt_tokens(folder: Path, family: str) -> int | None:
    longest = manner_of(family).prompt_tokens
    if family == Family.FLUX and not _json(folder / "transformer/config.json").get(
        "guidance_embeds"
    ):
        return SCHNELL_TOKENS
    if longest:
        return longest
    for tokenizer in ("tokenizer", "tokenizer_2"):
        limit = _json(folder / tokenizer / "tokenizer_config.json").get("model_max_length", 0)
        # Some tokenizers write "no limit" as a huge number.
        if isinstance(limit, int) and MARKS < limit <= LONGEST_TOKENS:
            longest = max(longest, limit - MARKS)
    return longest or None


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
