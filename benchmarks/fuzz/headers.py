"""Safetensors files as curators upload them, and as operators bring in base models."""

import io
import json
import random
import struct
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from benchmarks.fuzz import mutations
from benchmarks.fuzz.running import Kind
from stylepacks import checkpoints, intake
from stylepacks.errors import CheckpointUnreadable, LoraUnfit
from stylepacks.rules.safetensors_header import HeaderError, read_header
from tests.stylepacks.factories import lora_tensors, safetensors_bytes, unet_tensors

DTYPES = ("F32", "F16", "BF16", "F64", "I8", "BOOL", "F8_E4M3", "X", "", None, "f32")
NAMES = (
    "lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", "alpha", ".", "lora_A.weight",
    "a.hada_w1_a", "a.lokr_w1", "text_model.encoder.layers.0.mlp.fc1.lora_up.weight",
    "x.dora_scale",
    "transformer.double_blocks.0.img_attn.qkv.lora_A.weight", "__metadata__", "", "a" * 4000,
)  # fmt: skip
SHAPES: tuple[Any, ...] = (
    [], [0], [1], [2**40], [2**47, 2**47], [-1], [1] * 9, [1] * 1000, [0, 2**47], "", [[1]], [1.0],
    [True], [None], [3, 3],
)  # fmt: skip


def kinds() -> list[Kind]:
    return [Kind("headers", case, (HeaderError, LoraUnfit, CheckpointUnreadable), 0.3)]


def case(chance: random.Random) -> None:
    """One changed file, read as an upload, by its header alone, or as a base model."""
    content = _changed(chance)
    way = chance.random()
    if way < 0.6:
        intake.examine(ContentFile(content, "changed.safetensors"))
    elif way < 0.9:
        read_header(io.BytesIO(content), len(content))
    else:
        _as_checkpoint(content)


def _changed(chance: random.Random) -> bytes:
    sound = chance.choice(SOUND)
    way = chance.random()
    if way < 0.3:
        return mutations.changed(sound, chance)
    entries, body = _opened(sound)
    if way < 0.45:
        return _closed(json.dumps(mutations.tree(entries, chance)).encode(), body, chance)
    if way < 0.5:
        return _closed(mutations.nested(chance), body, chance)
    for _ in range(chance.randint(1, 3)):
        _change_tensor(entries, chance)
    raw = json.dumps(entries).encode()
    return _closed(_doubled(raw) if chance.random() < 0.05 else raw, body, chance)


def _opened(content: bytes) -> tuple[dict[str, Any], bytes]:
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def _closed(header: bytes, body: bytes, chance: random.Random) -> bytes:
    length = len(header)
    if chance.random() < 0.1:
        length = chance.choice((0, 1, length - 1, length + 1, 2**32, 2**63, 2**64 - 1))
    return struct.pack("<Q", max(0, length)) + header + body


def _doubled(header: bytes) -> bytes:
    return header[:-1] + b", " + header[1:]


def _change_tensor(entries: dict[str, Any], chance: random.Random) -> None:
    name = chance.choice(sorted(entries))
    entry = entries[name]
    if name == "__metadata__" or not isinstance(entry, dict):
        entries[name] = mutations.value(chance)
        return
    field = chance.choice(("dtype", "shape", "data_offsets", "name", "more"))
    if field == "name":
        entries[chance.choice(NAMES)] = entries.pop(name)
    elif field == "data_offsets":
        entry[field] = [_offset(entry, chance), _offset(entry, chance)]
    else:
        entry[field] = chance.choice({"dtype": DTYPES, "shape": SHAPES}.get(field, SHAPES))


def _offset(entry: dict[str, Any], chance: random.Random) -> Any:
    known = entry.get("data_offsets")
    near = known[0] if isinstance(known, list) and known else 0
    return chance.choice((near, 0, 4, 2**47, chance.choice(mutations.NUMBERS), "0", None, [0]))


def _as_checkpoint(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.safetensors")
        path.write_bytes(content)
        checkpoints.read_single_file(path)


def _sound() -> list[bytes]:
    files: list[bytes] = [
        safetensors_bytes(lora_tensors(), {"ss_base_model_version": "sd_v1"}),
        safetensors_bytes(unet_tensors()),
    ]
    layer = "lora_unet_mid_block_attentions_0_proj_in"
    kohya = {f"{layer}.lora_down.weight": ((2, 8), 0.5), f"{layer}.lora_up.weight": ((8, 2), 0.5)}
    files.append(safetensors_bytes({**kohya, f"{layer}.alpha": ((1,), 2.0)}))
    return files


SOUND = _sound()
