"""A LoRA is applied exactly or refused with a plain reason, and the next render is unharmed."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from generation.engine.contract import LoraRefused
from tests.engine import tiny_model


@pytest.fixture
def tensors(tiny):
    unet, text = tiny_model.lora_tensors(tiny, seed=5)
    named = {f"unet.{key}": value for key, value in unet.items()}
    return named | {f"text_encoder.{key}": value for key, value in text.items()}


@pytest.fixture
def refusal(renderer, ask, tmp_path):
    """Render with these tensors, expect a refusal, and check that nothing of it stays."""

    def refused(lora):
        bare = renderer.render(ask()).images
        with pytest.raises(LoraRefused) as caught:
            renderer.render(ask(lora))
        assert renderer.render(ask()).images == bare
        assert "\n" not in str(caught.value)
        return caught.value

    return refused


def test_it_refuses_another_family_by_its_width(refusal, tmp_path):
    other = tiny_model.build(tmp_path / "wide", context_width=64)
    error = refusal(tiny_model.save_lora(other, tmp_path / "wide.safetensors", text=False))
    assert "its text width is 64, this checkpoint's is 32" in str(error)
    assert all(key.startswith("unet.") for key in error.keys)


def test_it_names_sdxl(refusal, tmp_path):
    name = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
    sdxl = {
        f"{name}.lora_A.weight": torch.ones(4, 2048),
        f"{name}.lora_B.weight": torch.ones(640, 4),
    }
    assert "was made for SDXL" in str(refusal(tiny_model.save(sdxl, tmp_path / "x.safetensors")))


def test_it_refuses_layers_of_no_known_model(refusal, tmp_path):
    flux = {
        "transformer.blocks.0.attn.to_q.lora_A.weight": torch.ones(4, 8),
        "transformer.blocks.0.attn.to_q.lora_B.weight": torch.ones(8, 4),
    }
    error = refusal(tiny_model.save(flux, tmp_path / "flux.safetensors"))
    assert "none of its 1 layers is in this checkpoint" in str(error)
    assert set(error.keys) == set(flux)


def test_it_refuses_a_half_matching_file_naming_the_keys(refusal, tensors, tmp_path):
    tensors["unet.down_blocks.9.to_q.lora_A.weight"] = torch.ones(4, 16)
    tensors["unet.down_blocks.9.to_q.lora_B.weight"] = torch.ones(16, 4)
    error = refusal(tiny_model.save(tensors, tmp_path / "half.safetensors"))
    assert "only in part" in str(error)
    assert set(error.keys) == {key for key in tensors if "down_blocks.9" in key}


def test_it_refuses_an_odd_shape(refusal, tensors, tmp_path):
    key = "unet.conv_in.lora_A.weight"
    tensors[key] = torch.ones(4, 6, 5, 5)
    assert key in refusal(tiny_model.save(tensors, tmp_path / "odd.safetensors")).keys


@pytest.mark.parametrize("extra", ["unet.conv_in.lora_B.bias", "unet.conv_in.alpha", "surprise"])
def test_it_refuses_a_tensor_it_would_not_use(refusal, tensors, tmp_path, extra):
    tensors[extra] = torch.ones(16)
    error = refusal(tiny_model.save(tensors, tmp_path / "extra.safetensors"))
    assert error.keys == (extra,)


def test_it_refuses_a_file_of_loose_parts(refusal, tmp_path):
    loose = {
        "lora_unet_conv_in.alpha": torch.tensor(1.0),
        "unet.conv_in.dora_scale": torch.ones(16),
    }
    assert set(refusal(tiny_model.save(loose, tmp_path / "loose.safetensors")).keys) == set(loose)


def test_it_refuses_half_a_pair(refusal, tensors, tmp_path):
    del tensors["unet.conv_in.lora_B.weight"]
    error = refusal(tiny_model.save(tensors, tmp_path / "pair.safetensors"))
    assert error.keys == ("unet.conv_in.lora_A.weight",)


def test_it_refuses_a_kohya_file_with_a_stray_key(refusal, tiny, tmp_path):
    path = tmp_path / "stray.safetensors"
    tiny_model.save_kohya(tiny, path)
    from safetensors.torch import load_file

    stray = tiny_model.save({**load_file(path), "lora_unet_what.ever": torch.ones(2)}, path)
    assert refusal(stray).keys == ("lora_unet_what.ever",)


def test_it_refuses_a_file_that_changes_nothing(refusal, tensors, tmp_path):
    for key in tensors:
        if "lora_B" in key:
            tensors[key] = torch.zeros_like(tensors[key])
    error = refusal(tiny_model.save(tensors, tmp_path / "zero.safetensors"))
    assert "changes nothing" in str(error)


def test_it_refuses_numbers_that_are_none(refusal, tensors, tmp_path):
    tensors["unet.conv_in.lora_A.weight"][0] = torch.nan
    error = refusal(tiny_model.save(tensors, tmp_path / "nan.safetensors"))
    assert error.keys == ("unet.conv_in.lora_A.weight",)


@pytest.mark.parametrize(
    ("key", "method"),
    [
        ("diffusion_model.conv_in.diff", "full weight difference"),
        ("lora_unet_conv_in.diff_b", "bias difference"),
        ("lora_unet_conv_norm_out.w_norm", "norm difference"),
        ("lora_unet_conv_in.oft_blocks", "OFT"),
        ("unet.conv_in.ia3_l", "IA3"),
    ],
)
def test_it_refuses_other_methods_by_name(refusal, tensors, tmp_path, key, method):
    tensors[key] = torch.ones(4)
    error = refusal(tiny_model.save(tensors, tmp_path / "method.safetensors"))
    assert method in str(error)
    assert error.keys == (key,)


def test_it_refuses_a_truncated_file(refusal, ink, tmp_path):
    path = tmp_path / "cut.safetensors"
    path.write_bytes(Path(ink.path).read_bytes()[:-100])
    assert "not a complete safetensors file" in str(refusal(tiny_model.use(path)))


def test_it_refuses_a_pickle(refusal, tmp_path):
    path = tmp_path / "evil.safetensors"
    torch.save({"unet.conv_in.lora_A.weight": torch.ones(2)}, path)
    assert "not a complete safetensors file" in str(refusal(tiny_model.use(path)))


def test_it_refuses_a_file_that_was_exchanged(refusal, ink):
    assert "SHA-256 differs" in str(refusal(replace(ink, sha256="0" * 64)))


def test_it_refuses_a_file_that_is_gone(refusal, ink, tmp_path):
    gone = replace(ink, path=str(tmp_path / "gone.safetensors"), sha256="1" * 64)
    assert "not on this machine" in str(refusal(gone))
