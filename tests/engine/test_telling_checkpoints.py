"""Which family a checkpoint is of, told by the tensors of the libraries' own models."""

import pytest
import torch
from diffusers import (
    AuraFlowTransformer2DModel,
    ChromaTransformer2DModel,
    Flux2Transformer2DModel,
    FluxTransformer2DModel,
    HunyuanVideoTransformer3DModel,
    Lumina2Transformer2DModel,
    QwenImageTransformer2DModel,
    SD3Transformer2DModel,
    UNet2DConditionModel,
    ZImageTransformer2DModel,
)
from diffusers.loaders import single_file_utils
from safetensors.torch import save_file

from stylepacks.rules.checkpoint_family import (
    CheckpointUnknown,
    inspect,
    missing_parts,
)
from stylepacks.rules.safetensors_header import Tensor, read_header
from tests.engine import original_layout, test_sdxl_architecture, tiny_model, tiny_sdxl

TINY_FLUX = {
    "num_layers": 1, "num_single_layers": 1, "num_attention_heads": 2, "attention_head_dim": 16,
    "joint_attention_dim": 32, "pooled_projection_dim": 24, "axes_dims_rope": (4, 6, 6),
}  # fmt: skip
TINY_Z = {
    "n_layers": 1, "n_refiner_layers": 1, "dim": 32, "n_heads": 2, "n_kv_heads": 2,
    "cap_feat_dim": 24, "axes_dims": [4, 6, 6],
}  # fmt: skip
TINY_QWEN = {
    "num_layers": 1, "num_attention_heads": 2, "attention_head_dim": 16, "joint_attention_dim": 32,
    "axes_dims_rope": (4, 6, 6),
}  # fmt: skip
FLUX_JOINED = {
    ("transformer_blocks.0.attn", "double_blocks.0.img_attn.qkv"): ("to_q", "to_k", "to_v"),
    ("transformer_blocks.0.attn", "double_blocks.0.txt_attn.qkv"): (
        "add_q_proj",
        "add_k_proj",
        "add_v_proj",
    ),
    ("single_transformer_blocks.0", "single_blocks.0.linear1"): (
        "attn.to_q",
        "attn.to_k",
        "attn.to_v",
        "proj_mlp",
    ),
}
FLUX_BLOCKS = {
    "norm1.linear": "img_mod.lin", "norm1_context.linear": "txt_mod.lin",
    "attn.to_out.0": "img_attn.proj", "attn.to_add_out": "txt_attn.proj",
    "ff.net.0.proj": "img_mlp.0", "ff.net.2": "img_mlp.2",
    "ff_context.net.0.proj": "txt_mlp.0", "ff_context.net.2": "txt_mlp.2",
    "attn.norm_q.weight": "img_attn.norm.query_norm.scale",
    "attn.norm_k.weight": "img_attn.norm.key_norm.scale",
    "attn.norm_added_q.weight": "txt_attn.norm.query_norm.scale",
    "attn.norm_added_k.weight": "txt_attn.norm.key_norm.scale",
}  # fmt: skip
FLUX_SINGLE = {
    "norm.linear": "modulation.lin", "proj_out": "linear2",
    "attn.norm_q.weight": "norm.query_norm.scale", "attn.norm_k.weight": "norm.key_norm.scale",
}  # fmt: skip
FLUX_OUTER = {
    "time_text_embed.timestep_embedder.linear_1": "time_in.in_layer",
    "time_text_embed.timestep_embedder.linear_2": "time_in.out_layer",
    "time_text_embed.text_embedder.linear_1": "vector_in.in_layer",
    "time_text_embed.text_embedder.linear_2": "vector_in.out_layer",
    "context_embedder": "txt_in", "x_embedder": "img_in", "proj_out": "final_layer.linear",
    "norm_out.linear": "final_layer.adaLN_modulation.1",
}  # fmt: skip


@pytest.fixture
def told(tmp_path):
    """What is told of these tensors once they are a file, or of a model's."""

    def tell(model):
        tensors = model if isinstance(model, dict) else model.state_dict()
        path = tmp_path / "model.safetensors"
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
        with path.open("rb") as stream:
            return inspect(read_header(stream, path.stat().st_size).tensors)

    return tell


@pytest.fixture
def header_of():
    """The tensors of a header for a model without memory of its own."""

    def tensors(model):
        state = model if isinstance(model, dict) else model.state_dict()
        return {name: Tensor(name, "F16", tuple(t.shape), 0, 0) for name, t in state.items()}

    return tensors


def found(architecture):
    return architecture.family, architecture.cross_attention_width, architecture.is_original


def test_it_tells_the_tiny_models_in_both_layouts(told):
    narrow, wide = tiny_model._unet(32), tiny_sdxl._unet()
    assert found(told(narrow)) == ("sd15", 32, False)
    assert found(told(original_layout.unet(narrow))) == ("sd15", 32, True)
    assert found(told(wide)) == ("sdxl", 96, False)
    assert found(told(original_layout.unet(wide))) == ("sdxl", 96, True)


def test_it_tells_models_of_the_true_size(header_of):
    with torch.device("meta"):
        unets = test_sdxl_architecture.sd15().unet, test_sdxl_architecture.sdxl().unet
    assert [found(inspect(header_of(unet))) for unet in unets] == [
        ("sd15", 768, False),
        ("sdxl", 2048, False),
    ]


def test_it_tells_transformers_in_diffusers_layout(told):
    assert found(told(FluxTransformer2DModel(**TINY_FLUX))) == ("flux", 0, False)
    guided = FluxTransformer2DModel(**TINY_FLUX, guidance_embeds=True)
    assert found(told(guided)) == ("flux", 0, False)
    assert found(told(ZImageTransformer2DModel(**TINY_Z))) == ("z-image", 0, False)
    assert found(told(QwenImageTransformer2DModel(**TINY_QWEN))) == ("qwen-image", 0, False)


def test_it_tells_flux_in_the_original_layout(header_of):
    with torch.device("meta"):  # at its true width, which the library's converter counts on
        model = FluxTransformer2DModel(num_layers=1, num_single_layers=1)
    original = flux_original(model)
    back = single_file_utils.convert_flux_transformer_checkpoint_to_diffusers(dict(original))
    assert back.keys() == model.state_dict().keys()
    assert found(inspect(header_of(original))) == ("flux", 0, True)
    inside = {f"model.diffusion_model.{name}": tensor for name, tensor in original.items()}
    assert found(inspect(header_of(inside))) == ("flux", 0, True)


def test_it_tells_z_image_in_the_original_layout(told):
    model = ZImageTransformer2DModel(**TINY_Z)
    original = z_image_original(model)
    back = single_file_utils.convert_z_image_transformer_checkpoint_to_diffusers(dict(original))
    assert back.keys() == model.state_dict().keys()
    assert found(told(original)) == ("z-image", 0, True)


OTHERS = (
    (AuraFlowTransformer2DModel, {"num_mmdit_layers": 1, "num_single_dit_layers": 1}),
    (ChromaTransformer2DModel, {"num_layers": 1, "num_single_layers": 1}),
    (Flux2Transformer2DModel, {"num_layers": 1, "num_single_layers": 1}),
    (HunyuanVideoTransformer3DModel, {"num_layers": 1, "num_single_layers": 1}),
    (Lumina2Transformer2DModel, {"num_layers": 1, "num_refiner_layers": 1}),
    (SD3Transformer2DModel, {"num_layers": 1}),
)


@pytest.mark.parametrize(("kind", "options"), OTHERS)
def test_it_knows_what_it_does_not_know(kind, options, header_of):
    with torch.device("meta"):
        model = kind(**options)
    with pytest.raises(CheckpointUnknown, match="no model that Housestyle knows"):
        inspect(header_of(model))


UNFIT = (
    (UNet2DConditionModel, {"cross_attention_dim": 1024}, "Stable Diffusion 2"),
    (UNet2DConditionModel, {"cross_attention_dim": 768, "in_channels": 9}, "9 channels"),
    (UNet2DConditionModel, {"cross_attention_dim": 900}, "width 900"),
    (FluxTransformer2DModel, {**TINY_FLUX, "in_channels": 384, "out_channels": 64}, "editing"),
)


@pytest.mark.parametrize(("kind", "options", "said"), UNFIT)
def test_it_refuses_what_makes_no_picture_of_text(kind, options, said, header_of):
    with torch.device("meta"):
        model = kind(**options)
    with pytest.raises(CheckpointUnknown, match=said):
        inspect(header_of(model))


def test_it_refuses_the_refiner(header_of):
    with torch.device("meta"):
        refiner = test_sdxl_architecture.sdxl().unet
    tensors = {
        name: tensor if ".attn2.to_k." not in name else tensor[:, :1280]
        for name, tensor in refiner.state_dict().items()
    }
    with pytest.raises(CheckpointUnknown, match="refiner"):
        inspect(header_of(tensors))


def test_it_refuses_packed_weights_and_loras(told):
    unet = tiny_model._unet(32).state_dict()
    unet["conv_in.weight"] = unet["conv_in.weight"].to(torch.float8_e4m3fn)
    with pytest.raises(CheckpointUnknown, match="packed as F8_E4M3"):
        told(unet)
    with pytest.raises(CheckpointUnknown, match="is a LoRA"):
        told({"unet.mid_block.attentions.0.proj_in.lora_A.weight": torch.zeros(2, 8)})


def test_it_names_the_parts_a_file_lacks():
    whole = ["first_stage_model.a", "conditioner.embedders.0.b", "conditioner.embedders.1.c"]
    assert missing_parts(dict.fromkeys(whole), "sdxl") == []
    assert missing_parts(dict.fromkeys(whole[:2]), "sdxl") == ["text encoder"]
    assert missing_parts({}, "sd15") == ["autoencoder", "text encoder"]


def flux_original(model):
    """FLUX.1's own names; queries, keys and values are one layer."""
    state, original = dict(model.state_dict()), {}
    for (start, name), parts in FLUX_JOINED.items():
        for kind in ("weight", "bias"):
            joined = [state.pop(f"{start}.{part}.{kind}") for part in parts]
            original[f"{name}.{kind}"] = torch.cat(joined)
    return {**original, **{flux_name(name): tensor for name, tensor in state.items()}}


def flux_name(name):
    if name.startswith("transformer_blocks."):
        return renamed(name.replace("transformer_blocks", "double_blocks"), FLUX_BLOCKS)
    if name.startswith("single_transformer_blocks."):
        return renamed(name.replace("single_transformer_blocks", "single_blocks"), FLUX_SINGLE)
    return renamed(name, FLUX_OUTER)


def renamed(name, names):
    """`name` with the longest of these that is in it put into its author's words."""
    ours = max((ours for ours in names if ours in name), key=len)
    return name.replace(ours, names[ours])


def z_image_original(model):
    """Z-Image's own names: queries, keys and values are one layer."""
    names = {
        "all_x_embedder.2-1": "x_embedder", "all_final_layer.2-1": "final_layer",
        "attention.to_out.0": "attention.out", "attention.norm_q": "attention.q_norm",
        "attention.norm_k": "attention.k_norm",
    }  # fmt: skip
    state, original = model.state_dict(), {}
    for query in [name for name in state if ".to_q." in name]:
        joined = [state.pop(query.replace("to_q", part)) for part in ("to_q", "to_k", "to_v")]
        original[query.replace("to_q", "qkv")] = torch.cat(joined)
    for name, tensor in state.items():
        for ours, theirs in names.items():
            name = name.replace(ours, theirs)
        original[name] = tensor
    return original
