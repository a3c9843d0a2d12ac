"""LoRA files as kohya's trainer names them, on models of the true size (without their weights)."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from generation.engine import lora_files
from generation.engine.contract import LoraRefused, LoraUse
from generation.engine.pipelines import FAMILIES
from stylepacks.rules.lora_family import inspect
from stylepacks.rules.safetensors_header import read_header
from tests.engine import tiny_model, tiny_sdxl

PARAMETERS = {"sd15": 859_520_964, "sdxl": 2_567_463_684}
# What the trainer reports for SDXL: attention layers of the UNet, and both text encoders.
TRAINED = {"unet": 722, "text_encoder": 72, "text_encoder_2": 192}
PREFIXES = {"unet": "lora_unet", "text_encoder": "lora_te1", "text_encoder_2": "lora_te2"}


# One layer's tensors and their shapes, for (outputs, inputs times kernel) of a weight.
PARTS = {
    "loha": lambda out, into: {"hada_w1_a": (out, 1), "hada_w1_b": (1, into),
                               "hada_w2_a": (out, 1), "hada_w2_b": (1, into)},
    "lokr": lambda out, into: {"lokr_w1": (1, 1), "lokr_w2_a": (out, 1), "lokr_w2_b": (1, into)},
    "dora": lambda out, into: {"lora_down.weight": (1, into), "lora_up.weight": (out, 1),
                               "dora_scale": (out, 1)},
}  # fmt: skip


def clip(width: int, layers: int, act: str) -> CLIPTextConfig:
    return CLIPTextConfig(
        hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers,
        num_attention_heads=width // 64, hidden_act=act, projection_dim=width,
    )  # fmt: skip


def sd15() -> SimpleNamespace:
    unet = UNet2DConditionModel(cross_attention_dim=768)
    return SimpleNamespace(unet=unet, text_encoder=CLIPTextModel(clip(768, 12, "quick_gelu")))


def sdxl() -> SimpleNamespace:
    unet = UNet2DConditionModel(
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(320, 640, 1280),
        transformer_layers_per_block=(1, 2, 10),
        use_linear_projection=True,
        cross_attention_dim=2048,
        attention_head_dim=(5, 10, 20),
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )
    first = CLIPTextModel(clip(768, 12, "quick_gelu"))
    second = CLIPTextModelWithProjection(clip(1280, 32, "gelu"))
    return SimpleNamespace(unet=unet, text_encoder=first, text_encoder_2=second)


@pytest.fixture(scope="module")
def models():
    with torch.device("meta"):
        pipes = {"sd15": sd15(), "sdxl": sdxl()}
    return {name: SimpleNamespace(pipe=pipe, family=FAMILIES[name]) for name, pipe in pipes.items()}


def layers(model) -> dict[str, torch.nn.Module]:
    """By full name, the layers that the trainer changes unless told otherwise."""
    places = (".attentions.", ".self_attn.", ".mlp.")
    return {
        name: module
        for name, module in every_layer(model).items()
        if any(place in name for place in places)
    }


def every_layer(model) -> dict[str, torch.nn.Module]:
    """By full name, all linear layers and convolutions."""
    return {
        f"{part}.{path}": module
        for part in model.family.lora_components
        for path, module in getattr(model.pipe, part).named_modules()
        if isinstance(module, torch.nn.Linear | torch.nn.Conv2d)
    }


def kohya_name(family: str, name: str, sgm: bool | None = None) -> str:
    """`sgm` says whether the UNet's blocks are the original model's: SDXL's are, unless told."""
    part, path = name.split(".", 1)
    if part == "text_encoder" and not path.startswith("text_model."):
        path = f"text_model.{path}"
    if sgm if sgm is not None else family == "sdxl":
        path = tiny_sdxl.sgm(path, layers_per_block=2)
    prefix = PREFIXES[part] if family == "sdxl" else PREFIXES[part].replace("te1", "te")
    return f"{prefix}_{path.replace('.', '_')}"


def save(family: str, model, names, path, sgm: bool | None = None) -> LoraUse:
    """A file of rank one over these layers."""
    tensors, every = {}, every_layer(model)
    for name in names:
        shape = every[name].weight.shape
        stem, ends = kohya_name(family, name, sgm), [1] * (len(shape) - 2)
        tensors[f"{stem}.lora_down.weight"] = torch.ones(1, *shape[1:], dtype=torch.half)
        tensors[f"{stem}.lora_up.weight"] = torch.ones(shape[0], 1, *ends, dtype=torch.half)
        tensors[f"{stem}.alpha"] = torch.tensor(0.5)
    return tiny_model.save(tensors, path)


@pytest.fixture(scope="module")
def trained(models, weights):
    """One file for each family."""
    return {
        family: save(family, model, layers(model), weights / f"true-{family}.safetensors")
        for family, model in models.items()
    }


def shapes(model) -> dict[str, tuple[int, ...]]:
    return {name: tuple(module.weight.shape) for name, module in every_layer(model).items()}


@pytest.mark.parametrize("family", PARAMETERS)
def test_it_is_tested_on_the_true_architectures(models, family):
    unet = models[family].pipe.unet
    assert sum(weight.numel() for weight in unet.parameters()) == PARAMETERS[family]


@pytest.mark.parametrize("family", PARAMETERS)
def test_it_lands_on_every_layer_that_the_trainer_changes(models, trained, family):
    file = lora_files.read(trained[family], models[family])
    lora_files.refuse_misfits(file, shapes(models[family]))
    assert file.factors.keys() == layers(models[family]).keys()
    assert {factors.scale for factors in file.factors.values()} == {0.5}


@pytest.mark.parametrize(("family", "sgm"), [("sdxl", True), ("sdxl", False), ("sd15", False)])
def test_it_lands_on_every_layer_and_convolution(models, tmp_path, family, sgm):
    model = models[family]
    names = every_layer(model)
    use = save(family, model, names, tmp_path / "all.safetensors", sgm)
    file = lora_files.read(use, model)
    lora_files.refuse_misfits(file, shapes(model))
    origins = {name: keys[0].removesuffix(".lora_down.weight") for name, keys in file.keys.items()}
    assert origins == {name: kohya_name(family, name, sgm) for name in names}


@pytest.mark.parametrize("family", PARAMETERS)
@pytest.mark.parametrize("method", ["loha", "lokr", "dora"])
def test_it_lands_every_method_on_every_layer(models, tmp_path, family, method):
    model = models[family]
    named = {}
    for name, module in every_layer(model).items():
        stem = kohya_name(family, name)
        parts = PARTS[method](module.weight.shape[0], module.weight[0].numel())
        named |= {f"{stem}.{part}": torch.ones(shape).half() for part, shape in parts.items()}
    use = tiny_model.save(named, tmp_path / "all.safetensors")
    file = lora_files.read(use, model)
    lora_files.refuse_misfits(file, shapes(model))
    assert file.rebuilt.keys() == every_layer(model).keys()
    path = Path(use.path)
    with path.open("rb") as stream:
        assert inspect(read_header(stream, path.stat().st_size)).family == family


def test_it_finds_as_many_layers_as_the_trainer_reports_for_sdxl(models):
    parts = [name.split(".")[0] for name in layers(models["sdxl"])]
    assert {part: parts.count(part) for part in TRAINED} == TRAINED


@pytest.mark.parametrize(
    ("made_for", "used_on", "sentence"),
    [
        ("sd15", "sdxl", "made for Stable Diffusion 1.5: its text width is 768, this .* is 2048"),
        ("sdxl", "sd15", "made for SDXL: its text width is 2048, this checkpoint's is 768"),
    ],
)
def test_it_refuses_the_other_familys_file_by_name(models, trained, made_for, used_on, sentence):
    file = lora_files.read(trained[made_for], models[used_on])
    with pytest.raises(LoraRefused, match=sentence) as caught:
        lora_files.refuse_misfits(file, shapes(models[used_on]))
    assert any("attn2" in key for key in caught.value.keys)


@pytest.mark.parametrize("family", PARAMETERS)
def test_the_intake_tells_the_same_family(trained, family):
    path = Path(trained[family].path)
    with path.open("rb") as stream:
        assert inspect(read_header(stream, path.stat().st_size)).family == family
