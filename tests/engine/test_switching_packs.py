"""A pack leaves no trace: weights are always W0 plus exactly what was asked for."""

import random
from dataclasses import replace

import pytest
import torch

from generation.engine.lora_switch import LoraSwitch
from generation.engine.model_shelf import MemoryBudget
from generation.engine.renderer import Renderer


@pytest.fixture
def studio(renderer, tiny):
    return renderer.prepare(str(tiny), "sd15")


def live_weights(studio) -> list[torch.Tensor]:
    return [buffer.live.clone() for buffer in studio.switch.buffers]


def is_pristine(studio) -> bool:
    return all(torch.equal(buffer.live, buffer.pristine) for buffer in studio.switch.buffers)


def bits(weights: list[torch.Tensor]) -> list[bytes]:
    return [weight.numpy().tobytes() for weight in weights]


def switch_to(studio, request) -> bool:
    loras = [(studio.shelf.get(lora), lora.weight) for lora in request.active_loras]
    return studio.switch.apply(loras, request.pack_key)


def random_sets(loras, count, seed=3):
    chance = random.Random(seed)
    for _ in range(count):
        chosen = chance.sample(loras, chance.randint(0, len(loras)))
        yield [replace(lora, weight=chance.choice([0.3, 0.8, 1.3])) for lora in chosen]


def test_it_returns_bit_for_bit_to_the_checkpoint(studio, ask, ink, neon, kohya):
    switch_to(studio, ask())
    before = bits(live_weights(studio))
    for loras in random_sets([ink, neon, kohya], 40):
        switch_to(studio, ask(*loras))
    switch_to(studio, ask(ink))
    switch_to(studio, ask())
    assert is_pristine(studio)
    assert bits(live_weights(studio)) == before


def test_it_gives_the_same_weights_whatever_came_before(studio, tiny, ask, ink, neon, kohya):
    pack = ask(replace(ink, weight=0.7), replace(kohya, weight=0.4))
    for loras in random_sets([ink, neon, kohya], 15):
        switch_to(studio, ask(*loras))
    switch_to(studio, pack)
    fresh = Renderer().prepare(str(tiny), "sd15")
    switch_to(fresh, pack)
    assert bits(live_weights(studio)) == bits(live_weights(fresh))


def test_it_never_moves_a_weight(studio, ask, ink, neon, kohya):
    parts = list(studio.model.lora_components.values())
    before = [parameter.data_ptr() for part in parts for parameter in part.parameters()]
    for loras in random_sets([ink, neon, kohya], 10):
        switch_to(studio, ask(*loras))
    assert [p.data_ptr() for part in parts for p in part.parameters()] == before


def test_it_keeps_parameters_as_views_of_the_buffers(studio):
    weight = studio.model.pipe.unet.conv_in.weight
    buffer = studio.switch._buffers[studio.switch.targets["unet.conv_in"].matrix]
    assert weight.untyped_storage().data_ptr() == buffer.live.untyped_storage().data_ptr()


def test_it_adds_exactly_the_low_rank_sum(studio, ask, ink, neon):
    loras = (replace(ink, weight=0.6), replace(neon, weight=1.2))
    switch_to(studio, ask(*loras))
    from generation.engine import lora_files

    files = [lora_files.read(lora, studio.model) for lora in loras]
    for name, target in studio.switch.targets.items():
        buffer = studio.switch._buffers[target.matrix]
        wanted = buffer.pristine[target.row].double()
        for lora, file in zip(loras, files, strict=True):
            if name in file.factors:
                down, up, scale = file.factors[name]
                change = up.flatten(1).double() @ down.flatten(1).double()
                wanted = wanted + lora.weight * scale * change
        assert torch.allclose(buffer.live[target.row].double(), wanted, atol=1e-6), name


def test_it_does_nothing_for_the_pack_that_is_on(studio, ask, ink):
    switch_to(studio, ask(ink))
    assert not switch_to(studio, ask(ink))
    assert switch_to(studio, ask(replace(ink, weight=0.5)))


def test_it_treats_weight_zero_as_absent(studio, ask, ink):
    switch_to(studio, ask())
    assert not switch_to(studio, ask(replace(ink, weight=0.0)))


def test_it_rewrites_everything_after_a_write_that_failed(studio, ask, ink, neon, monkeypatch):
    switch_to(studio, ask(ink))
    calls = []
    real = torch.baddbmm

    def failing(*args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("out of memory")
        return real(*args, **kwargs)

    monkeypatch.setattr(torch, "baddbmm", failing)
    with pytest.raises(RuntimeError):
        switch_to(studio, ask(neon, ink))
    monkeypatch.undo()
    assert studio.switch.applied_key is None
    switch_to(studio, ask())
    assert is_pristine(studio)


def test_it_rewrites_weights_that_were_damaged_during_a_render(renderer, studio, ask, ink):
    wanted = renderer.render(ask(ink)).images

    def damage(progress):
        studio.switch.buffers[0].live.add_(1)
        raise RuntimeError("the device went away")

    with pytest.raises(RuntimeError):
        renderer.render(ask(ink), damage)
    assert renderer.render(ask(ink)).images == wanted


def test_it_keeps_channels_last_convolutions_as_they_are(ask, ink):
    conv = torch.nn.Conv2d(3, 5, 3).to(memory_format=torch.channels_last)
    before = conv.weight.detach().clone()
    switch = LoraSwitch({"unet": torch.nn.ModuleDict({"conv": conv})})
    assert torch.equal(conv.weight, before)
    assert conv.weight.is_contiguous(memory_format=torch.channels_last)
    from generation.engine.layer_changes import Factors
    from generation.engine.lora_files import LoraFile

    down, up = torch.randn(2, 3, 3, 3), torch.randn(5, 2, 1, 1)
    file = LoraFile("x", "0", {"unet.conv": Factors(down, up, 0.5)}, {"unet.conv": ("a", "b")})
    switch.apply([(switch.stacked(file), 1.0)], "x")
    change = 0.5 * (up.flatten(1) @ down.flatten(1)).view_as(before)
    assert torch.allclose(conv.weight, before + change, atol=1e-6)


def test_it_can_keep_the_pristine_copy_elsewhere(tiny, ask, ink, studio):
    from generation.engine import lora_files, pipelines

    model = pipelines.load(str(tiny), "sd15")
    switch = LoraSwitch(model.lora_components, pristine_on=torch.device("cpu"))
    switch_to(studio, ask(ink))
    switch.apply([(switch.stacked(lora_files.read(ink, model)), 1.0)], ask(ink).pack_key)
    assert bits([b.live for b in switch.buffers]) == bits(live_weights(studio))


def test_it_separates_prompts_of_packs_that_retrain_the_text_encoder(studio, ask, ink):
    switch_to(studio, ask())
    bare = studio.switch.applied_to("text_encoder")
    plain = studio.prompts.words("a red cat", bare)
    switch_to(studio, ask(ink))
    state = studio.switch.applied_to("text_encoder")
    assert state == ((ink.sha256, 1.0),)
    retrained = studio.prompts.words("a red cat", state)
    assert not torch.equal(retrained["embedding"], plain["embedding"])
    assert studio.prompts.words("a red cat", bare) is plain


def test_it_keeps_read_loras_within_the_budget(tiny, ask, ink, neon, kohya):
    renderer = Renderer(memory=MemoryBudget(loras_bytes=1))
    wanted = [renderer.render(ask(lora)).images for lora in (ink, neon, kohya)]
    shelf = renderer.prepare(str(tiny), "sd15").shelf
    assert ink.sha256 not in shelf
    assert kohya.sha256 in shelf
    assert [renderer.render(ask(lora)).images for lora in (ink, neon, kohya)] == wanted
