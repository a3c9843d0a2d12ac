"""Read a checkpoint: which model it is, how wide its cross-attention, and its digest.

Without torch: a diffusers folder tells itself by its JSON files, a single file by its header.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from stylepacks.errors import CheckpointUnreadable
from stylepacks.models import Family
from stylepacks.rules.digests import digest, file_digest
from stylepacks.rules.safetensors_header import HeaderError, read_header

MODEL_SUFFIXES = {".json", ".safetensors", ".txt", ".model"}
PIPELINE_FAMILIES = (
    ("StableDiffusionXL", Family.SDXL),
    ("StableDiffusion", Family.SD15),
    ("Flux", Family.FLUX),
    ("ZImage", Family.Z_IMAGE),
    ("QwenImage", Family.QWEN_IMAGE),
)
FAMILY_WIDTHS = {Family.SD15: 768, Family.SDXL: 2048}
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
MARKS = 2
LONGEST_TOKENS = 4096


@dataclass(frozen=True)
class CheckpointFacts:
    """What was found; None and 0 where the files do not tell."""

    digest: str
    family: str | None = None
    cross_attention_width: int = 0
    max_prompt_tokens: int | None = None


def read(location: str, family: str = "") -> CheckpointFacts:
    """Facts about the checkpoint at `location`: a folder, a file or a hub id.

    Relative paths count from the project's folder. A hub id is taken as it is: nothing is
    downloaded here. CheckpointUnreadable when there is nothing that could be a model.
    """
    path = Path(settings.BASE_DIR) / location
    if path.is_dir():
        return _read_folder(path)
    if path.is_file():
        return _read_file(path)
    if HUB_ID.fullmatch(location) and not location.startswith("."):
        width = FAMILY_WIDTHS.get(Family(family), 0) if family in Family.values else 0
        return CheckpointFacts(digest({"hub": location}), family or None, width)
    raise CheckpointUnreadable(
        f"There is no model at {location}: give a diffusers folder, a .safetensors file or a "
        "Hugging Face id such as owner/model."
    )


def _read_folder(folder: Path) -> CheckpointFacts:
    index = _json(folder / "model_index.json")
    if not index:
        raise CheckpointUnreadable(
            f"{folder.name} is not a diffusers folder: it has no readable model_index.json."
        )
    unet = _json(folder / "unet" / "config.json")
    width = unet.get("cross_attention_dim", 0)
    return CheckpointFacts(
        _folder_digest(folder),
        _family(str(index.get("_class_name", ""))),
        width if isinstance(width, int) else 0,
        _prompt_tokens(folder),
    )


def _folder_digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.suffix in MODEL_SUFFIXES)
    if not any(path.suffix == ".safetensors" for path in files):
        raise CheckpointUnreadable(f"{folder.name} holds no .safetensors weights.")
    summed = {}
    for path in files:
        with path.open("rb") as stream:
            summed[path.relative_to(folder).as_posix()] = file_digest(stream)
    return digest(summed)


def _family(pipeline: str) -> str | None:
    return next((family for name, family in PIPELINE_FAMILIES if pipeline.startswith(name)), None)


def _prompt_tokens(folder: Path) -> int | None:
    longest = 0
    for tokenizer in ("tokenizer", "tokenizer_2"):
        limit = _json(folder / tokenizer / "tokenizer_config.json").get("model_max_length", 0)
        # Some tokenizers write "no limit" as a huge number.
        if isinstance(limit, int) and MARKS < limit <= LONGEST_TOKENS:
            longest = max(longest, limit - MARKS)
    return longest or None


def _read_file(path: Path) -> CheckpointFacts:
    with path.open("rb") as stream:
        try:
            header = read_header(stream, path.stat().st_size)
        except HeaderError as error:
            raise CheckpointUnreadable(f"{path.name} cannot be used. {error}") from error
        stream.seek(0)
        summed = file_digest(stream)
    widths = {
        tensor.shape[1]
        for name, tensor in header.tensors.items()
        if name.endswith("attn2.to_k.weight") and len(tensor.shape) == 2
    }
    width = widths.pop() if len(widths) == 1 else 0
    family = {wide: name for name, wide in FAMILY_WIDTHS.items()}.get(width)
    return CheckpointFacts(summed, family, width)


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
