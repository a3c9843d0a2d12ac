import io
import json
import pickle
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylepacks.rules.lora_family import inspect, misfit
from stylepacks.rules.lora_layers import LoraRejected
from stylepacks.rules.safetensors_header import Header, HeaderError, Tensor, read_header
from tests.stylepacks.factories import lora_tensors, safetensors_bytes

SOUND = safetensors_bytes(lora_tensors())


def read(content: bytes, **options) -> Header:
    return read_header(io.BytesIO(content), len(content), **options)


def header_of(shapes, metadata=None) -> Header:
    tensors = {name: Tensor(name, "F32", shape, 0, 0) for name, shape in shapes.items()}
    return Header(tensors, metadata or {})


def pair(module, dialect=("lora_down", "lora_up"), rank=4, width=768, out=320):
    down, up = dialect
    return {f"{module}.{down}.weight": (rank, width), f"{module}.{up}.weight": (out, rank)}


KOHYA = ("lora_down", "lora_up")
PEFT = ("lora_A", "lora_B")
UNET = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"
SGM_UNET = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_v"
QWEN = "transformer.transformer_blocks.3.img_mlp.net.0.proj"
SECOND_TEXT = "lora_te2_text_model_encoder_layers_0_self_attn_q_proj"
FIRST_TEXT = "text_model_encoder_layers_0_self_attn_q_proj"
KOHYA_UNET = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"


def loha(layer, width=768, out=320):
    sides = {"a": (out, 4), "b": (4, width)}
    return {f"{layer}.hada_w{n}_{side}": sides[side] for n in (1, 2) for side in "ab"}


def loha_with_cores(layer, width=768, out=320):
    sides = {"1_a": (4, out), "1_b": (4, width), "2_a": (4, out), "2_b": (4, width)}
    factors = {f"{layer}.hada_w{side}": shape for side, shape in sides.items()}
    return factors | {f"{layer}.hada_t{number}": (4, 4, 3, 3) for number in (1, 2)}


def lokr(layer, left=(8, 8), right=96):
    return {
        f"{layer}.lokr_w1": left,
        f"{layer}.lokr_w2_a": (40, 4),
        f"{layer}.lokr_w2_b": (4, right),
        f"{layer}.alpha": (),
    }


def whole_lokr(layer, width=768):
    return {f"{layer}.lokr_w1": (8, 8), f"{layer}.lokr_w2": (40, width // 8)}


def test_it_reads_names_shapes_and_metadata():
    header = read(safetensors_bytes(lora_tensors(), {"trigger": "ink style"}))
    assert len(header.tensors) == 2
    assert header.metadata == {"trigger": "ink style"}


def raw(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def entry(**changed):
    return {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], **changed}


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", b"x" * 100)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"abc", "not a safetensors file"),
        (pickle.dumps({"a": list(range(50))}), "pickle"),
        (pickle.dumps({"a": 1}, protocol=2), "pickle"),
        (zipped(), "zip or pickle"),
        (b"GGUF" + b"\0" * 60, "GGUF"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "PNG"),
        (b"<!doctype html><html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "LFS"),
        (SOUND[:40], "inside its header"),
        (SOUND[:-3], "inside its tensors"),
        (SOUND + b"extra", "all of its bytes"),
        (struct.pack("<Q", 1 << 60) + b"{" + b" " * 50, "inside its header"),
        (raw(b"{not json"), "cannot be read"),
        (raw(b"{" + b'"a":{' * 5000), "cannot be read"),
        (raw(b'{"a":1,"a":2}'), "twice"),
        (raw({"a": 1}), "wrongly"),
        (raw({"a": entry()}), "inside its tensors"),
        (raw({"a": entry(dtype="Q4")}, b"1234"), "number format"),
        (raw({"a": entry(dtype=["F32"])}, b"1234"), "number format"),
        (raw({"a": entry(shape=[-1])}, b"1234"), "wrongly"),
        (raw({"a": entry(shape=[1 << 62, 1 << 62])}, b"1234"), "wrongly"),
        (raw({"a": entry(shape=[2])}, b"1234"), "number of bytes"),
        (raw({"a": entry(data_offsets=[4, 8])}, b"12345678"), "overlap or leave gaps"),
        (raw({"a": entry(), "b": entry()}, b"1234"), "overlap or leave gaps"),
        (raw({"__metadata__": {"a": 1}}), "metadata"),
    ],
)
def test_it_refuses_what_is_not_sound_safetensors(content, words):
    with pytest.raises(HeaderError, match=words):
        read(content)


def test_it_bounds_the_header_before_it_reads_it():
    with pytest.raises(HeaderError, match="without the extra metadata"):
        read(SOUND, max_header_bytes=16)


@given(st.binary(max_size=200))
def test_it_survives_any_bytes(content):
    with pytest.raises(HeaderError):
        read(content)


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 255))
def test_it_survives_any_flipped_byte(at, value):
    flipped = SOUND[:at] + bytes([value]) + SOUND[at + 1 :]
    with suppress(HeaderError, LoraRejected):
        assert inspect(read(flipped)).family


@pytest.mark.parametrize(
    ("shapes", "family", "width"),
    [
        (pair(UNET, PEFT, width=256), "sd15", 256),
        (pair(UNET, PEFT, width=768), "sd15", 768),
        (pair(UNET, PEFT, width=2048), "sdxl", 2048),
        (pair(UNET, ("lora_A.default", "lora_B.default")), "sd15", 768),
        (pair(UNET, ("lora.down", "lora.up")), "sd15", 768),
        ({UNET.replace("to_k", "processor.to_k_lora.down.weight"): (4, 768),
          UNET.replace("to_k", "processor.to_k_lora.up.weight"): (320, 4)}, "sd15", 768),
        ({**pair(KOHYA_UNET), f"{KOHYA_UNET}.alpha": ()}, "sd15", 768),
        (pair(SGM_UNET, width=2048), "sdxl", 2048),
        (pair(f"lora_te_{FIRST_TEXT}"), "sd15", 768),
        (pair(UNET.replace("unet.", "base_model.model."), PEFT), "sd15", 768),
        (loha(KOHYA_UNET), "sd15", 768),
        (loha(UNET, width=256), "sd15", 256),
        (loha(SGM_UNET, width=2048), "sdxl", 2048),
        ({**loha(UNET), **loha_with_cores("unet.down_blocks.0.resnets.0.conv1")}, "sd15", 768),
        (lokr(KOHYA_UNET), "sd15", 768),
        (lokr(SGM_UNET, right=256), "sdxl", 2048),
        ({**whole_lokr(UNET), **lokr("unet.mid_block.attentions.0.proj_in")}, "sd15", 768),
        ({**pair(KOHYA_UNET), f"{KOHYA_UNET}.dora_scale": (320, 1)}, "sd15", 768),
        ({**pair(UNET, PEFT), f"{UNET}.lora_magnitude_vector": (320,)}, "sd15", 768),
        ({**loha(SGM_UNET, width=2048), f"{SGM_UNET}.dora_scale": (1, 2048)}, "sdxl", 2048),
        ({**pair(KOHYA_UNET), f"{KOHYA_UNET}.lora_mid.weight": (4, 4, 3, 3)}, "sd15", 768),
        (pair("text_encoder.encoder.layers.0.self_attn.q_proj", PEFT, width=256), "sd15", 256),
        ({**pair(UNET, PEFT, width=256),
          **pair("text_encoder.text_model.layers.0.mlp.fc1", PEFT, width=256)}, "sd15", 256),
        ({**pair("lora_te1_text_model_encoder_layers_0_self_attn_q_proj"),
          **pair(SECOND_TEXT, width=1280)}, "sdxl", 2048),
        (pair("lora_unet_double_blocks_0_img_attn_qkv", width=3072), "flux", 0),
        (pair("transformer.single_transformer_blocks.0.attn.to_q", PEFT, width=3072), "flux", 0),
        (pair("diffusion_model.double_blocks.0.img_attn.qkv", PEFT, width=3072), "flux", 0),
        ({**pair("double_blocks.0.processor", ("qkv_lora1.down", "qkv_lora1.up"), width=3072),
          **pair("double_blocks.0.processor", ("qkv_lora2.down", "qkv_lora2.up"), width=3072),
          **pair("single_blocks.0.processor", ("proj_lora.down", "proj_lora.up"), width=3072)},
         "flux", 0),
        (pair("diffusion_model.layers.0.attention.to_q", PEFT, width=3840), "z-image", 0),
        (pair(QWEN, PEFT, width=3072), "qwen-image", 0),
        (pair("transformer_blocks.59.attn.to_q", PEFT, width=3072), "qwen-image", 0),
    ],
)  # fmt: skip
def test_it_tells_the_family_from_names_and_shapes(shapes, family, width):
    facts = inspect(header_of(shapes, {"ss_base_model_version": "a lie"}))
    assert (facts.family, facts.cross_attention_width) == (family, width)
    assert facts.rank == 4


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ({}, "no tensors"),
        ({"model.diffusion_model.input_blocks.0.0.weight": (320, 4, 3, 3)}, "whole checkpoint"),
        ({"down_blocks.0.resnets.0.conv1.weight": (320, 320, 3, 3)}, "whole checkpoint"),
        ({"weights": (3, 3)}, "no LoRA tensors"),
        (pair(UNET, PEFT, width=1024), "Stable Diffusion 2"),
        (pair(UNET, PEFT, width=1280), "SDXL refiner"),
        (pair(UNET, PEFT, width=4096), "width 4096"),
        ({f"{UNET}.lora_A.weight": (4, 768)}, "belong to no LoRA layer"),
        ({**pair(UNET, PEFT), "stray.weight": (3,)}, "belong to no LoRA layer"),
        ({**pair(UNET, PEFT), f"{KOHYA_UNET}.alpha": ()}, "belong to no LoRA layer"),
        ({f"{UNET}.lora_A.weight": (4, 768), f"{UNET}.lora_B.weight": (320, 5)}, "do not fit"),
        ({f"{UNET}.lora_A.weight": (4,), f"{UNET}.lora_B.weight": (320,)}, "do not fit"),
        (pair(UNET, PEFT, rank=5000), "rank 5000"),
        (pair(UNET, PEFT, rank=0), "rank 0"),
        ({**pair(UNET, PEFT), **pair(UNET[:-1] + "v", PEFT, width=2048)}, "different widths"),
        (pair("unet.down_blocks.0.resnets.0.conv1", PEFT), "cannot be told"),
        (pair(f"lora_te1_{FIRST_TEXT}"), "first text encoder"),
        (pair("text_encoder.encoder.layers.0.self_attn.q_proj", PEFT), "first text encoder"),
        ({**pair("lora_unet_double_blocks_0_img_attn_qkv", width=3072),
          **pair("lora_te2_encoder_block_0_layer_0_SelfAttention_q", width=4096)}, "T5"),
        ({**pair("double_blocks.0.img_attn.proj", PEFT, width=3072),
          "double_blocks.0.img_attn.norm.query_norm.scale": (128,)}, r"FLUX\.1 Tools"),
        ({f"{KOHYA_UNET}.hada_w1_a": (4, 4)}, "belong to no LoRA layer"),
        ({f"{KOHYA_UNET}.lokr_w1": (4, 4)}, "belong to no LoRA layer"),
        ({f"{KOHYA_UNET}.dora_scale": (320, 1)}, "belong to no LoRA layer"),
        ({**loha(KOHYA_UNET), **pair(KOHYA_UNET)}, "belong to no LoRA layer"),
        ({**loha(UNET), f"{UNET}.hada_w2_b": (4, 700)}, "do not fit"),
        (loha(UNET) | {f"{UNET}.hada_w{n}_a": (320, 5) for n in (1, 2)}, "do not fit"),
        ({**loha_with_cores(UNET), f"{UNET}.hada_t2": (4, 4, 3)}, "do not fit"),
        ({**lokr(UNET), f"{UNET}.lokr_w2_a": (40, 5)}, "do not fit"),
        ({**lokr(UNET), f"{UNET}.lokr_t2": (4, 4, 3, 3)}, "do not fit"),
        ({**pair(KOHYA_UNET), f"{KOHYA_UNET}.dora_scale": (320, 2)}, "do not fit"),
        ({**pair(KOHYA_UNET), f"{KOHYA_UNET}.lora_mid.weight": (4, 5, 3, 3)}, "do not fit"),
        ({f"{UNET}.lora_A.weight": (), f"{UNET}.lora_B.weight": (320, 4)}, "rank 0"),
        ({f"{KOHYA_UNET}.diff": (320, 768)}, "weight difference"),
        ({f"{KOHYA_UNET}.oft_blocks": (4, 4, 4)}, "OFT"),
    ],
)  # fmt: skip
def test_it_refuses_what_cannot_be_applied_exactly(shapes, words):
    with pytest.raises(LoraRejected, match=words):
        inspect(header_of(shapes))


def test_it_finds_the_trigger_that_the_trainer_wrote_down():
    metadata = {"modelspec.trigger_phrase": "  ink   style "}
    assert inspect(header_of(pair(UNET, PEFT), metadata)).trigger == "ink style"
    assert inspect(header_of(pair(UNET, PEFT))).trigger is None


def test_it_says_why_a_lora_does_not_fit_a_checkpoint():
    assert misfit("sd15", 256, "sd15", 256) is None
    assert misfit("flux", 0, "flux", 0) is None
    assert "SDXL (width 2048)" in misfit("sdxl", 2048, "sd15", 256)
    assert "checkpoint has width 256" in misfit("sd15", 768, "sd15", 256)


def test_it_refuses_a_number_of_thousands_of_digits():
    with pytest.raises(HeaderError, match="cannot be read"):
        read(raw(b'{"a": ' + b"9" * 5000 + b"}"))
