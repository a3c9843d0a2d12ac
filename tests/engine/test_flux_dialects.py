"""FLUX.1's LoRAs as trainers write them, at the true widths that the converter counts on."""

from types import SimpleNamespace

import pytest
import torch

from generation.engine import lora_dialects, lora_files
from generation.engine.contract import LoraRefused
from generation.engine.layer_changes import change_of
from generation.engine.pipelines import FAMILIES, Model
from tests.engine import tiny_model

WIDTH, SINGLE = 3072, (3072, 3072, 3072, 12288)
DOUBLE = "transformer.transformer_blocks.0.attn."
ONE = "transformer.single_transformer_blocks.0."
KOHYA = (".lora_down.weight", ".lora_up.weight")


@pytest.fixture(scope="module")
def flux():
    clip = SimpleNamespace(text_model=None)
    pipe = SimpleNamespace(transformer=SimpleNamespace(config={}), text_encoder=clip)
    return Model("flux", FAMILIES["flux"], torch.device("cpu"), torch.float32, torch.float32, pipe)


def pair(outputs: int, rank: int = 4, inputs: int = WIDTH, seed: int = 0):
    chance = torch.Generator().manual_seed(seed)
    return torch.randn(rank, inputs, generator=chance), torch.randn(outputs, rank, generator=chance)


def deltas(flux, tensors, tmp_path) -> dict[str, torch.Tensor]:
    """What the file adds to each layer."""
    file = lora_files.read(tiny_model.save(tensors, tmp_path / "lora.safetensors"), flux)
    assert {key for keys in file.keys.values() for key in keys} == tensors.keys()
    return {name: own.change.delta() for name, own in file.changes.items()}


@pytest.mark.parametrize(
    ("stem", "ends"),
    [
        ("lora_unet_double_blocks_0_img_attn_qkv", KOHYA),
        ("diffusion_model.double_blocks.0.img_attn.qkv", KOHYA),
        ("diffusion_model.double_blocks.0.img_attn.qkv", (".lora_A.weight", ".lora_B.weight")),
    ],
    ids=["kohya", "comfy", "comfy, PEFT's sides"],
)
def test_it_splits_what_the_original_model_has_fused(flux, tmp_path, stem, ends):
    down, up = pair(3 * WIDTH)
    tensors = {f"{stem}{ends[0]}": down, f"{stem}{ends[1]}": up}
    tensors[f"{stem}.alpha"] = torch.tensor(2.0)
    found = deltas(flux, tensors, tmp_path)
    whole = (up @ down * (2.0 / 4)).split(WIDTH)
    for name, wanted in zip(("to_q", "to_k", "to_v"), whole, strict=True):
        torch.testing.assert_close(found[DOUBLE + name], wanted)


def test_it_splits_a_single_block_in_four(flux, tmp_path):
    down, up = pair(sum(SINGLE), rank=3)
    stem = "lora_unet_single_blocks_0_linear1"
    found = deltas(flux, {stem + KOHYA[0]: down, stem + KOHYA[1]: up}, tmp_path)
    names = ("attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp")
    for name, wanted in zip(names, (up @ down).split(SINGLE), strict=True):
        torch.testing.assert_close(found[ONE + name], wanted)


def test_it_scales_ranks_that_belong_to_one_part_alone(flux, tmp_path):
    # Trainers that train the parts apart write them as one sparse layer of three times the rank.
    down, up = pair(3 * WIDTH, rank=6)
    up = up * torch.block_diag(*[torch.ones(WIDTH, 2)] * 3)
    stem = "lora_unet_double_blocks_0_txt_attn_qkv"
    tensors = {stem + KOHYA[0]: down, stem + KOHYA[1]: up, f"{stem}.alpha": torch.tensor(3.0)}
    found = deltas(flux, tensors, tmp_path)
    whole = (up @ down * (3.0 / 6)).split(WIDTH)
    for name, wanted in zip(("add_q_proj", "add_k_proj", "add_v_proj"), whole, strict=True):
        torch.testing.assert_close(found[DOUBLE + name], wanted)


def test_it_splits_lokr_over_fused_layers(flux, tmp_path):
    chance = torch.Generator().manual_seed(1)
    stem = "lora_unet_double_blocks_0_img_attn_qkv"
    left = torch.randn(3, 2, generator=chance)
    right = torch.randn(WIDTH, WIDTH // 2, generator=chance)
    tensors = {f"{stem}.lokr_w1": left, f"{stem}.lokr_w2": right}
    found = deltas(flux, tensors, tmp_path)
    parts = {"lokr_w1": left, "lokr_w2": right}
    whole = change_of(parts).delta().split(WIDTH)
    for name, wanted in zip(("to_q", "to_k", "to_v"), whole, strict=True):
        torch.testing.assert_close(found[DOUBLE + name], wanted)


def test_it_scales_and_turns_the_last_layer(flux, tmp_path):
    # The original model has shift before scale there; diffusers' converter forgets the alpha.
    down, up = pair(2 * WIDTH)
    stem = "lora_unet_final_layer_adaLN_modulation_1"
    tensors = {stem + KOHYA[0]: down, stem + KOHYA[1]: up, f"{stem}.alpha": torch.tensor(1.0)}
    found = deltas(flux, tensors, tmp_path)["transformer.norm_out.linear"]
    shift, scale = (up @ down / 4).chunk(2)
    torch.testing.assert_close(found, torch.cat([scale, shift]))


def test_it_reads_xlabs_names(flux, tmp_path):
    down, up = pair(3 * WIDTH)
    out_down, out_up = pair(WIDTH, seed=1)
    root = "double_blocks.0.processor."
    tensors = {
        f"{root}qkv_lora1.down.weight": down, f"{root}qkv_lora1.up.weight": up,
        f"{root}proj_lora2.down.weight": out_down, f"{root}proj_lora2.up.weight": out_up,
    }  # fmt: skip
    found = deltas(flux, tensors, tmp_path)
    torch.testing.assert_close(found[f"{DOUBLE}to_k"], (up @ down).split(WIDTH)[1])
    torch.testing.assert_close(found[f"{DOUBLE}to_add_out"], out_up @ out_down)


@pytest.mark.parametrize("prefix", ["lora_te_text_model_", "lora_te1_text_model_"])
def test_it_reads_the_text_encoders_part(flux, tmp_path, prefix):
    down, up = pair(768, inputs=768)
    out_down, out_up = pair(WIDTH)
    stem, other = f"{prefix}encoder_layers_0_self_attn_q_proj", "lora_unet_single_blocks_0_linear2"
    tensors = {stem + KOHYA[0]: down, stem + KOHYA[1]: up, f"{stem}.alpha": torch.tensor(2.0)}
    tensors |= {other + KOHYA[0]: out_down, other + KOHYA[1]: out_up}
    found = deltas(flux, tensors, tmp_path)
    name = "text_encoder.text_model.encoder.layers.0.self_attn.q_proj"
    torch.testing.assert_close(found[name], up @ down / 2)


@pytest.mark.parametrize(
    "stray",
    ["lora_te2_encoder_block_0_layer_0_SelfAttention_q", "lora_unet_down_blocks_0_resnets_0_conv1"],
    ids=["T5", "Stable Diffusion"],
)
def test_it_refuses_what_the_converter_would_drop(flux, tmp_path, stray):
    down, up = pair(WIDTH)
    kept = "lora_unet_double_blocks_0_img_attn_proj"
    tensors = {f"{stem}{end}": tensor.clone() for stem in (kept, stray)
               for end, tensor in zip(KOHYA, (down, up), strict=True)}  # fmt: skip
    with pytest.raises(LoraRefused) as caught:
        deltas(flux, tensors, tmp_path)
    assert "'lora'" in str(caught.value)
    assert any(stray in key for key in caught.value.keys)


def test_it_refuses_the_norms_of_flux_tools(flux, tmp_path):
    down, up = pair(WIDTH)
    tensors = {
        "double_blocks.0.img_attn.proj.lora_A.weight": down,
        "double_blocks.0.img_attn.proj.lora_B.weight": up,
        "double_blocks.0.img_attn.norm.query_norm.scale": torch.ones(128),
    }
    with pytest.raises(LoraRefused, match=r"FLUX\.1 Tools"):
        deltas(flux, tensors, tmp_path)


def test_every_spelling_names_the_file_keys(flux, tmp_path):
    down, up = pair(WIDTH)
    stem = "lora_transformer_transformer_blocks_0_attn_to_out_0"
    tensors = {stem + KOHYA[0]: down, stem + KOHYA[1]: up, f"{stem}.alpha": torch.tensor(4.0)}
    use = tiny_model.save(tensors, tmp_path / "mixed.safetensors")
    layer = lora_dialects.layers(use, tensors, flux)[f"{DOUBLE}to_out.0"]
    assert set(layer.keys) == tensors.keys()
    torch.testing.assert_close(layer.parts["down"], down)
