"""A checkpoint's folder says what it is; what is no sound checkpoint is refused in a sentence."""

import hashlib
import json
import pickle

import pytest

from stylepacks import checkpoints
from stylepacks.errors import CheckpointUnreadable
from stylepacks.rules.digests import digest
from tests.stylepacks.factories import (
    lora_tensors,
    safetensors_bytes,
    unet_tensors,
    write_checkpoint,
)

WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(tmp_path):
    return write_checkpoint(tmp_path / "model", width=768)


def refusal(location) -> str:
    with pytest.raises(CheckpointUnreadable) as refused:
        checkpoints.read(str(location))
    return str(refused.value)


def single_file_refusal(path, tensors) -> str:
    path.write_bytes(safetensors_bytes(tensors))
    with pytest.raises(CheckpointUnreadable) as refused:
        checkpoints.read_single_file(path)
    return str(refused.value)


def test_it_reads_what_the_folder_is(folder):
    facts = checkpoints.read(str(folder))
    assert (facts.family, facts.cross_attention_width) == ("sd15", 768)
    assert (facts.max_prompt_tokens, facts.side) == (46, 512)
    assert facts.files[WEIGHTS] == hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    assert facts.digest == digest(facts.files)


def test_it_reads_weights_that_come_in_shards(folder):
    tensors = list(unet_tensors(768).items())
    shards = {"a.safetensors": dict(tensors[:2]), "b.safetensors": dict(tensors[2:])}
    (folder / WEIGHTS).unlink()
    for name, part in shards.items():
        (folder / "unet" / name).write_bytes(safetensors_bytes(part))
    names = {tensor: name for name, part in shards.items() for tensor in part}
    index = folder / "unet" / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": names}))
    assert checkpoints.read(str(folder)).family == "sd15"
    (folder / "unet" / "b.safetensors").unlink()
    assert "incomplete: unet/b.safetensors is missing" in refusal(folder)


def test_it_finds_a_pickle_under_any_name(folder):
    (folder / "vae" / "model.safetensors").write_bytes(pickle.dumps({"weight": 1}))
    assert "vae/model.safetensors cannot be used. This is a Python pickle" in refusal(folder)


def test_it_believes_the_tensors_and_not_the_index(folder):
    index = {"_class_name": "StableDiffusionXLPipeline"}
    (folder / "model_index.json").write_text(json.dumps(index))
    assert "says StableDiffusionXLPipeline, and its tensors are those of Stable" in refusal(folder)


def test_it_refuses_folders_without_weights_or_index(folder):
    (folder / WEIGHTS).unlink()
    assert "holds no .safetensors weights" in refusal(folder)
    (folder / "model_index.json").unlink()
    assert "no readable model_index.json" in refusal(folder)
    assert "manage.py add_checkpoint" in refusal(folder / "nowhere")


def test_it_reads_a_single_file(tmp_path):
    path = tmp_path / "model.safetensors"
    parts = ("first_stage_model.a", "cond_stage_model.b")
    path.write_bytes(safetensors_bytes(original_unet() | dict.fromkeys(parts, ((1,), 1.0))))
    found = checkpoints.read_single_file(path)
    assert (found.family, found.cross_attention_width, found.is_original) == ("sd15", 768, True)


def test_it_refuses_single_files_that_are_not_whole_models(tmp_path):
    path = tmp_path / "model.safetensors"
    said = single_file_refusal(path, original_unet())
    assert "holds a denoiser and no autoencoder and no text encoder" in said
    assert "holds a denoiser and no" in single_file_refusal(path, unet_tensors())
    assert "This is a LoRA" in single_file_refusal(path, lora_tensors())
    qwen = (
        "img_in",
        "txt_norm",
        "transformer_blocks.0.img_mod.1",
        "transformer_blocks.0.txt_mod.1",
    )
    tensors = {f"{name}.weight": ((8, 4), 1.0) for name in qwen}
    said = single_file_refusal(path, tensors | {"proj_out.weight": ((4, 8), 1.0)})
    assert "is a Qwen-Image model, whose text encoders" in said


def original_unet():
    names = {
        "input_blocks.0.0.weight": ((8, 4, 3, 3), 1.0),
        "time_embed.0.weight": ((8, 8), 1.0),
        "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": ((8, 768), 1.0),
        "out.0.weight": ((8,), 1.0),
        "out.2.weight": ((4, 8, 3, 3), 1.0),
    }
    return {f"model.diffusion_model.{name}": tensor for name, tensor in names.items()}
