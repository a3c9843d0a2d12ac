"""LoHa, LoKr and DoRA, in every dialect, change the weights as PEFT itself merges them."""

from dataclasses import replace

import pytest
import torch

from generation.engine.contract import LoraRefused
from generation.engine.layer_changes import LoKr, Magnitude, Rebuilt
from generation.engine.lora_files import LoraFile
from generation.engine.lora_switch import LoraSwitch
from generation.engine.renderer import Renderer
from tests.engine import adapters, tiny_model, tiny_sdxl
from tests.engine.test_matching_diffusers import by_pipeline, pixels, psnr
from tests.engine.test_switching_packs import bits, is_pristine, live_weights, switch_to

METHODS = list(adapters.METHODS)


@pytest.fixture
def studio(renderer, tiny):
    return renderer.prepare(str(tiny), "sd15")


@pytest.fixture
def saved(tmp_path):
    def save(named, name="pack"):
        return tiny_model.save(named, tmp_path / f"{name}.safetensors")

    return save


def weight_of(studio, name: str) -> torch.Tensor:
    part, path = name.split(".", 1)
    return studio.model.lora_components[part].get_submodule(path).weight


def assert_merged_like(studio, wanted: dict[str, torch.Tensor]) -> None:
    for name, weight in wanted.items():
        assert torch.allclose(weight_of(studio, name), weight, atol=1e-5), name


@pytest.mark.parametrize("strength", [1.0, 0.6])
@pytest.mark.parametrize("method", METHODS)
def test_it_merges_like_peft(studio, ask, tiny, saved, method, strength):
    adapted = adapters.adapt(tiny, method)
    lora = saved(adapters.diffusers_names(adapted))
    switch_to(studio, ask())
    before = {name: weight_of(studio, name).clone() for name in adapted.layers}
    switch_to(studio, ask(replace(lora, weight=strength)))
    wanted = adapted.scaled(strength).merged()
    assert_merged_like(studio, wanted)
    assert not any(torch.allclose(wanted[name], before[name], atol=1e-4) for name in wanted)


@pytest.mark.parametrize("dialect", [adapters.peft_names, adapters.kohya_names])
@pytest.mark.parametrize("method", METHODS)
def test_it_reads_each_dialect_alike(studio, ask, tiny, saved, method, dialect):
    # An alpha beside LoKr's two whole matrices means nothing to LyCORIS: the scale is one.
    alpha = 2.0 if dialect is adapters.kohya_names and "whole" not in method else None
    adapted = adapters.adapt(tiny, method, alpha)
    named = dialect(adapted)
    switch_to(studio, ask(saved(named)))
    every = dialect is adapters.kohya_names
    wanted = adapted.merged()
    assert_merged_like(studio, {k: v for k, v in wanted.items() if every or k.startswith("unet.")})


@pytest.mark.parametrize("method", METHODS)
def test_it_reads_names_with_the_adapters_name_in_them(studio, ask, tiny, saved, method):
    adapted = adapters.adapt(tiny, method)
    named = {
        key.replace(".weight", ".default.weight") if ".weight" in key else f"{key}.default": value
        for key, value in adapters.diffusers_names(adapted).items()
    }
    switch_to(studio, ask(saved(named)))
    assert_merged_like(studio, adapted.merged())


def test_it_returns_bit_for_bit_from_every_method(studio, ask, tiny, ink, saved):
    loras = [saved(adapters.kohya_names(adapters.adapt(tiny, it)), it) for it in METHODS]
    switch_to(studio, ask())
    before = bits(live_weights(studio))
    for lora in loras:
        switch_to(studio, ask(ink, replace(lora, weight=0.7)))
        assert not is_pristine(studio)
    switch_to(studio, ask())
    assert is_pristine(studio)
    assert bits(live_weights(studio)) == before


@pytest.mark.parametrize("method", METHODS[1:])
def test_it_renders_like_unmerged_layers(renderer, ask, tiny, saved, method):
    adapted = adapters.adapt(tiny, method)
    request = ask(saved(adapters.diffusers_names(adapted)))
    wanted = by_pipeline(adapted.pipe, request)
    assert psnr(pixels(renderer.render(request)), wanted) > 50
    # It should be a change that is plainly seen, or the comparison says nothing.
    assert psnr(pixels(renderer.render(ask())), wanted) < 40


def test_it_sums_methods_over_one_dora_in_any_order(studio, ask, tiny, ink, saved):
    dora, loha = (adapters.adapt(tiny, it) for it in ("dora", "loha"))
    packs = [
        saved(adapters.diffusers_names(it), f"{it.alpha}-{i}") for i, it in enumerate((dora, loha))
    ]
    switch_to(studio, ask())
    before = {name: weight_of(studio, name).clone() for name in loha.layers}
    added = {name: weight - before[name] for name, weight in loha.merged().items()}
    wanted = {name: weight + 0.5 * added[name] for name, weight in dora.merged().items()}
    loras = [packs[0], replace(packs[1], weight=0.5)]
    switch_to(studio, ask(*loras))
    assert_merged_like(studio, wanted)
    first = bits(live_weights(studio))
    switch_to(studio, ask(*reversed(loras)))
    assert bits(live_weights(studio)) == first


def test_it_adds_a_lora_to_a_dora_as_peft_does(studio, ask, tiny, ink, saved):
    dora = adapters.adapt(tiny, "dora")
    pack = saved(adapters.diffusers_names(dora))
    switch_to(studio, ask(replace(ink, weight=0.8)))
    with_ink = {name: weight_of(studio, name).clone() for name in dora.layers}
    switch_to(studio, ask())
    added = {name: with_ink[name] - weight_of(studio, name) for name in with_ink}
    switch_to(studio, ask(replace(ink, weight=0.8), pack))
    assert_merged_like(studio, {k: weight + added[k] for k, weight in dora.merged().items()})


def test_it_refuses_two_doras_on_one_layer(renderer, ask, tiny, saved):
    first, second = (
        saved(adapters.kohya_names(adapters.adapt(tiny, "dora", seed=seed)), f"pack-{seed}")
        for seed in (1, 2)
    )
    bare = renderer.render(ask()).images
    with pytest.raises(LoraRefused, match="'pack-1' and 'pack-2' are both DoRAs") as caught:
        renderer.render(ask(first, second))
    assert all(key.startswith("lora_") for key in caught.value.keys)
    assert renderer.render(ask()).images == bare


def test_it_reads_lengths_of_inputs_as_lycoris_wrote_them(studio, ask, tiny, saved):
    adapted = adapters.adapt(tiny, "loha")
    named, merged = adapters.kohya_names(adapted), adapted.merged()
    wanted = {}
    for name, weight in merged.items():
        others = [axis for axis in range(weight.ndim) if axis != 1]
        found = torch.linalg.vector_norm(weight, dim=others, keepdim=True)
        lengths = torch.rand(found.shape) + 0.5
        named[f"{adapters.kohya_stem(name)}.dora_scale"] = lengths
        wanted[name] = weight * lengths / found
    switch_to(studio, ask(saved(named)))
    assert_merged_like(studio, wanted)


def test_it_folds_a_core_between_two_convolutions(studio, ask, saved):
    switch_to(studio, ask())
    weight = weight_of(studio, "unet.conv_in").clone()
    down, core, up = torch.randn(2, 6, 1, 1), torch.randn(2, 2, 3, 3), torch.randn(16, 2, 1, 1)
    stem = "lora_unet_conv_in"
    named = {"lora_down.weight": down, "lora_mid.weight": core, "lora_up.weight": up}
    named["alpha"] = torch.tensor(1.0)
    switch_to(studio, ask(saved({f"{stem}.{part}": value for part, value in named.items()})))
    image = torch.randn(1, 6, 8, 8)
    conv = torch.nn.functional.conv2d
    wanted = conv(image, weight) + 0.5 * conv(conv(conv(image, down), core), up)
    assert torch.allclose(conv(image, weight_of(studio, "unet.conv_in")), wanted, atol=1e-4)


@pytest.mark.parametrize("lost", ["hada_w1_b", "hada_t2", "lokr_w2_b", "lora_down.weight"])
def test_it_refuses_a_layer_without_all_of_its_factors(renderer, ask, tiny, saved, lost):
    method = {"ha": "loha, cores", "lo": "lokr, cores" if "kr" in lost else "dora"}[lost[:2]]
    named = adapters.kohya_names(adapters.adapt(tiny, method))
    missing = next(key for key in named if key.endswith(f".{lost}") and "conv1" in key)
    stem = missing.split(".")[0]
    del named[missing]
    with pytest.raises(LoraRefused) as caught:
        renderer.render(ask(saved(named)))
    left = {key for key in named if key.startswith(f"{stem}.")}
    assert caught.value.keys
    assert set(caught.value.keys) <= left


def test_it_refuses_factors_that_misfit(renderer, ask, tiny, saved):
    named = adapters.diffusers_names(adapters.adapt(tiny, "loha"))
    key = "unet.conv_in.hada_w1_b"
    named[key] = named[key][:, :-1]
    with pytest.raises(LoraRefused, match="only in part: 1 of") as caught:
        renderer.render(ask(saved(named)))
    assert key in caught.value.keys


def test_it_refuses_lengths_that_misfit(renderer, ask, tiny, saved):
    named = adapters.diffusers_names(adapters.adapt(tiny, "dora"))
    named["unet.conv_in.lora_magnitude_vector"] = torch.ones(1, 6, 1, 1)
    with pytest.raises(LoraRefused, match=r"only in part: 1 of .* unet\.conv_in"):
        renderer.render(ask(saved(named)))


@pytest.mark.parametrize("part", ["hada_w2_b", "lokr_w1_a", "lora_up.weight"])
def test_it_refuses_a_file_that_was_never_trained(renderer, ask, tiny, saved, part):
    method = {"ha": "loha", "lo": "lokr" if "kr" in part else "dora"}[part[:2]]
    named = adapters.kohya_names(adapters.adapt(tiny, method))
    for key in named:
        named[key] = torch.zeros_like(named[key]) if key.endswith(part) else named[key]
    with pytest.raises(LoraRefused, match="changes nothing"):
        renderer.render(ask(saved(named)))


@pytest.mark.parametrize("sgm", [False, True])
@pytest.mark.parametrize("method", ["loha, cores", "lokr", "dora"])
def test_it_merges_into_sdxl_like_peft(tmp_path, saved, method, sgm):
    model = tiny_sdxl.build(tmp_path / "sdxl")
    adapted = adapters.adapt(model, method, alpha=2.0)
    studio = Renderer().prepare(str(model), "sdxl")
    lora = saved(adapters.kohya_names(adapted, sgm))
    studio.switch.apply([(studio.shelf.get(lora), 1.0)], "pack")
    assert any("add_embedding" in name for name in adapted.layers)
    assert_merged_like(studio, adapted.merged())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_it_keeps_the_layout_of_channels_last_convolutions(dtype):
    conv = torch.nn.Conv2d(4, 6, 3).to(dtype=dtype, memory_format=torch.channels_last)
    before = conv.weight.detach().float().contiguous()
    switch = LoraSwitch({"unet": torch.nn.ModuleDict({"conv": conv})})
    change = LoKr({"lokr_w1": torch.randn(2, 2), "lokr_w2": torch.randn(3, 2, 3, 3)}, 0.5)
    for magnitude in (None, Magnitude(torch.rand(6), 0), Magnitude(torch.rand(4), 1)):
        own, wanted = Rebuilt(change, magnitude), before.clone()
        own.add_to(wanted, 0.7)
        file = LoraFile("x", "0", {}, {"unet.conv": ("a", "b")}, {"unet.conv": own})
        switch.apply([(switch.stacked(file), 0.7)], str(magnitude))
        assert torch.allclose(conv.weight.float(), wanted, atol=1e-6, rtol=torch.finfo(dtype).eps)
        assert conv.weight.is_contiguous(memory_format=torch.channels_last)


def test_it_rounds_once_where_live_weights_are_coarser(tiny, ask, saved, studio):
    lora = saved(adapters.diffusers_names(adapters.adapt(tiny, "dora")))
    switch_to(studio, ask(lora))
    coarse = Renderer(precision="bfloat16").prepare(str(tiny), "sd15")
    switch_to(coarse, ask(lora))
    for name in coarse.switch.targets:
        if name.startswith("unet."):
            # Half a step of bfloat16, and a little for the order of the sums before it.
            assert torch.allclose(
                weight_of(coarse, name).float(),
                weight_of(studio, name),
                rtol=2**-8 * 1.001,
                atol=1e-7,
            )


def test_it_counts_what_it_keeps_on_the_device(studio, tiny, saved):
    named = adapters.diffusers_names(adapters.adapt(tiny, "dora"))
    held = studio.shelf.get(saved(named)).byte_size
    assert held == sum(tensor.nbytes for tensor in named.values())
