"""Single files become folders that render the same pictures, and nothing is fetched for it."""

import json
import socket
from pathlib import Path

import diffusers
import pytest
import torch
import transformers
from diffusers.loaders import single_file_utils
from safetensors.torch import load_file, save_file

from generation.engine import single_files
from generation.engine.contract import EngineError, ImageOrder, RenderRequest
from generation.engine.renderer import Renderer
from tests.engine import original_layout, tiny_model, tiny_sdxl

BUILDERS = {"sd15": tiny_model.build, "sdxl": tiny_sdxl.build}
# As published, and for the autoencoder as every description of it counts.
PARAMETERS = {
    "sd15": {"unet": 859_520_964, "vae": 83_653_863, "text_encoder": 123_060_480},
    "sdxl": {
        "unet": 2_567_463_684, "vae": 83_653_863, "text_encoder": 123_060_480,
        "text_encoder_2": 694_659_840,
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("The network was asked.")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="module", params=BUILDERS)
def model(request, tmp_path_factory):
    """A tiny model of each family: its name, its folder, and the same as a single file."""
    root = tmp_path_factory.mktemp(request.param)
    folder = BUILDERS[request.param](root / "folder")
    pipe = diffusers.DiffusionPipeline.from_pretrained(folder)
    return request.param, folder, original_layout.save(pipe, root / "single.safetensors")


def render(folder, family):
    order = ImageOrder("image", "a red cat", "", 7)
    request = RenderRequest(str(folder), family, (order,), (), 64, 64, steps=5)
    return Renderer().render(request).images[0].rgb


def test_it_renders_the_same_bytes(model, tmp_path):
    family, folder, file = model
    single_files.convert(file, family, tmp_path / "converted", config=folder)
    assert render(tmp_path / "converted", family) == render(folder, family)
    assert [path.name for path in tmp_path.iterdir()] == ["converted"]


def test_it_keeps_half_precision(model, tmp_path):
    family, folder, file = model
    half = {name: tensor.half() for name, tensor in load_file(file).items()}
    half |= {"alphas_cumprod": torch.ones(8), "model_ema.decay": torch.tensor(0.5)}
    save_file(half, tmp_path / "half.safetensors")
    single_files.convert(tmp_path / "half.safetensors", family, tmp_path / "folder", config=folder)
    for path in (tmp_path / "folder").rglob("*.safetensors"):
        kinds = {tensor.dtype for tensor in load_file(path).values() if tensor.is_floating_point()}
        assert kinds == {torch.float16}, path


LOST = (
    "model.diffusion_model.out.2.weight",
    "first_stage_model.decoder.conv_in.weight",
    "layers.1.mlp.fc1.weight",
)


@pytest.mark.parametrize("lost", LOST)
def test_it_refuses_a_file_that_lacks_a_layer(model, lost, tmp_path):
    family, folder, file = model
    tensors = {name: t for name, t in load_file(file).items() if not name.endswith(lost)}
    save_file(tensors, tmp_path / "part.safetensors")
    with pytest.raises(EngineError, match=r"part\.safetensors could not be converted"):
        single_files.convert(tmp_path / "part.safetensors", family, tmp_path / "folder", folder)
    assert [path.name for path in tmp_path.iterdir()] == ["part.safetensors"]


def test_it_asks_for_the_configuration_of_unusual_layers(model, tmp_path):
    family, _, file = model
    with pytest.raises(EngineError, match="--config FOLDER"):
        single_files.convert(file, family, tmp_path / "folder")


def test_it_reads_what_is_predicted(model, tmp_path):
    family, folder, file = model
    marks = {"v_pred": torch.tensor([]), "ztsnr": torch.tensor([])}
    save_file(load_file(file) | marks, tmp_path / "v.safetensors")
    single_files.convert(tmp_path / "v.safetensors", family, tmp_path / "folder", config=folder)
    schedule = json.loads((tmp_path / "folder/scheduler/scheduler_config.json").read_text())
    assert schedule["prediction_type"] == "v_prediction"
    assert schedule["rescale_betas_zero_snr"] is True


@pytest.mark.parametrize("family", PARAMETERS)
def test_its_own_architectures_are_the_published_ones(family):
    built = architecture(family)
    counts = {name: sum(p.numel() for p in part.parameters()) for name, part in built.items()}
    assert counts == PARAMETERS[family]


@pytest.mark.parametrize("family", PARAMETERS)
def test_its_own_architectures_take_the_original_names(family):
    unet, vae = (architecture(family)[name] for name in ("unet", "vae"))
    original = original_layout.unet(unet)
    found = single_file_utils.convert_ldm_unet_checkpoint(original, dict(unet.config))
    assert found.keys() == unet.state_dict().keys()
    original = original_layout.vae(vae)
    found = single_file_utils.convert_ldm_vae_checkpoint(original, dict(vae.config))
    assert found.keys() == vae.state_dict().keys()


def test_its_tokenizer_is_clips():
    tokenizer = single_files.clip_tokenizer("!")
    ids = tokenizer("An astronaut riding a horse", padding="max_length").input_ids
    assert ids[:7] == [49406, 550, 18376, 6765, 320, 4558, 49407]
    assert (len(ids), set(ids[7:]), len(tokenizer)) == (77, {0}, 49408)


def architecture(family) -> dict[str, torch.nn.Module]:
    """The components of our own configuration, without memory for weights."""
    root = single_files.ARCHITECTURES / family
    index = json.loads((root / "model_index.json").read_text())
    with torch.device("meta"):
        return {name: component(root / name, index[name][1]) for name in PARAMETERS[family]}


def component(folder: Path, kind: str) -> torch.nn.Module:
    config = json.loads((folder / "config.json").read_text())
    if hasattr(diffusers, kind):
        return getattr(diffusers, kind).from_config(config)
    return getattr(transformers, kind)(transformers.CLIPTextConfig(**config))
