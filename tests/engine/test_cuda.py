"""The same promises on a GPU, in half precision. Stands alone:

python -m pytest --noconftest -c /dev/null --rootdir . tests/engine/test_cuda.py
"""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from generation.engine.compiling import Compiling
from generation.engine.contract import ImageOrder, RenderRequest
from generation.engine.frugality import DECODED_ON_HOST, OFFLOADED
from generation.engine.model_shelf import MemoryBudget
from generation.engine.renderer import Renderer
from tests.engine import adapters, tiny_model

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return tmp_path_factory.mktemp("cuda")


@pytest.fixture(scope="module")
def tiny(weights):
    return tiny_model.build(weights / "tiny")


@pytest.fixture(scope="module")
def loras(tiny, weights):
    names = ("ink", "neon", "paper")
    paths = [weights / f"{name}.safetensors" for name in names]
    return [tiny_model.save_lora(tiny, path, seed=seed) for seed, path in enumerate(paths)]


@pytest.fixture(scope="module")
def renderer():
    return Renderer("cuda")


def ask(tiny, *loras, seeds=(7,), **fields) -> RenderRequest:
    images = tuple(ImageOrder(str(seed), "a red cat", "", seed) for seed in seeds)
    return replace(RenderRequest(str(tiny), "sd15", images, loras, 64, 64, steps=5), **fields)


def buffers(renderer, tiny):
    return renderer.prepare(str(tiny), "sd15").switch.buffers


def test_it_returns_bit_for_bit_and_never_moves(renderer, tiny, loras):
    before = [buffer.live.data_ptr() for buffer in buffers(renderer, tiny)]
    for index in range(12):
        renderer.render(ask(tiny, loras[index % 3], replace(loras[index % 2], weight=0.4)))
    renderer.render(ask(tiny))
    assert all(torch.equal(b.live, b.pristine) for b in buffers(renderer, tiny))
    assert [buffer.live.data_ptr() for buffer in buffers(renderer, tiny)] == before


@pytest.mark.parametrize("sampler", ["dpmpp_2m", "euler", "ddim", "lcm"])
def test_it_gives_the_same_bytes_alone_and_anywhere_in_a_batch(renderer, tiny, loras, sampler):
    seeds = (1, 2, 3, 4, 5, 6)
    together = renderer.render(ask(tiny, loras[0], seeds=seeds, sampler=sampler)).images
    fresh = Renderer("cuda")
    alone = [
        fresh.render(ask(tiny, loras[0], seeds=(seed,), sampler=sampler)).images[0]
        for seed in seeds
    ]
    assert list(together) == alone


def test_it_reports_what_the_device_has_done(renderer, tiny, loras):
    request, seen = ask(tiny, loras[0], seeds=(1, 2), steps=6, preview_every=2), []
    wanted = renderer.render(request).images
    assert renderer.render(request, seen.append).images == wanted
    assert [progress.step for progress in seen] == [1, 2, 3, 4, 5, 6]
    assert [sorted(progress.previews) for progress in seen[1:4:2]] == [["1", "2"]] * 2
    again = []
    renderer.render(request, again.append)
    assert again == seen


def test_it_drops_what_is_cancelled_at_the_last_step(renderer, tiny):
    request = ask(tiny, seeds=(1, 2))
    whole = renderer.render(request).images

    def cancel(progress):
        return frozenset({"1"}) if progress.step == progress.total else None

    assert renderer.render(request, cancel).images == whole[1:]


def test_it_means_the_same_picture_as_on_the_cpu(renderer, tiny, loras):
    request = ask(tiny, loras[0])
    gpu, cpu = (
        np.frombuffer(one.render(request).images[0].rgb, np.uint8).astype(float)
        for one in (renderer, Renderer("cpu"))
    )
    assert np.abs(gpu - cpu).mean() < 4


def test_it_merges_within_half_precision(renderer, tiny, loras):
    from generation.engine import lora_files

    renderer.render(ask(tiny, loras[0]))
    studio = renderer.prepare(str(tiny), "sd15")
    for name, factors in lora_files.read(loras[0], studio.model).factors.items():
        target = studio.switch.targets[name]
        down = factors.down
        if down.ndim == 4 and target.channels_last:
            down = down.permute(0, 2, 3, 1)
        change = (factors.up.flatten(1) @ down.flatten(1) * factors.scale).cuda()
        buffer = studio.switch._buffers[target.matrix]
        wanted = buffer.pristine[target.row].float() + change
        found = buffer.live[target.row].float()
        assert (found - wanted).norm() < 2e-3 * wanted.norm(), name


def stack_of(rows, rank, shape, seed, dtype):
    from generation.engine.factor_stacks import stack
    from generation.engine.layer_changes import Factors
    from generation.engine.weight_layout import Shape, Target

    chance, (count, outputs, inputs) = torch.Generator().manual_seed(seed), shape
    matrix = Shape(outputs, inputs, dtype)
    pairs = [
        (
            Target(matrix, row, (outputs, inputs), False),
            Factors(
                torch.randn(rank, inputs, generator=chance),
                torch.randn(outputs, rank, generator=chance) / inputs**0.5,
                0.5,
            ),
        )
        for row in rows
    ]
    return stack(pairs, count, dtype, torch.device("cuda"))


# One slice of 32 ranks, several, more than the kernel takes, and rows that it does not suit.
@pytest.mark.parametrize("ranks", [(4,), (32,), (40, 8, 1), (128, 32)])
@pytest.mark.parametrize("shape", [(5, 160, 336), (5, 320, 100), (3, 64, 2048)])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_it_merges_any_ranks_and_rows_and_leaves_the_others(ranks, shape, dtype):
    from generation.engine.merging import merge

    pristine = torch.randn(shape, generator=torch.Generator().manual_seed(9)).to("cuda", dtype)
    live = torch.full_like(pristine, 9.0)
    row_sets, strengths = ([0, 1], [1], [0, 1]), (0.75, 1.5, -0.5)
    parts = [
        (stack_of(rows, rank, shape, seed, dtype), strength)
        for seed, (rows, rank, strength) in enumerate(zip(row_sets, ranks, strengths, strict=False))
    ]
    merge(live, pristine, parts)
    assert (live[2:] == 9).all()
    wanted = pristine[:2].double()
    for own, strength in parts:
        for place, row in enumerate(own.rows):
            wanted[row] += strength * own.up[place].double() @ own.down[place].double()
    error = (live[:2].double() - wanted).abs().max()
    assert error < 4 * torch.finfo(dtype).eps * wanted.abs().max()
    again = torch.full_like(live, 9.0)
    merge(again, pristine.cpu().pin_memory(), parts)
    assert torch.equal(again, live)


def test_the_kernel_is_what_merges(renderer, tiny):
    from generation.engine.merging import kernel_for

    assert kernel_for(buffers(renderer, tiny)[0].live.device, torch.float16) is not None


def test_it_keeps_convolutions_in_the_fast_layout(renderer, tiny):
    conv = renderer.prepare(str(tiny), "sd15").model.pipe.unet.conv_in
    assert conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert conv.weight.dtype == torch.float16


def test_it_gives_the_same_bits_with_the_pristine_weights_in_host_memory(tiny, loras):
    there, here = (
        Renderer("cuda", memory=MemoryBudget(pristine=place)) for place in ("host", "device")
    )
    for request in (ask(tiny, loras[0]), ask(tiny, loras[1], loras[0]), ask(tiny)):
        assert there.render(request).images == here.render(request).images
    pinned = [buffer.pristine.is_pinned() for buffer in buffers(there, tiny)]
    assert pinned == [True] * len(pinned)
    assert there.models.kept.held_bytes < 0.7 * here.models.kept.held_bytes


def out_of_memory_unless(module, has_room):
    def check(_, inputs):
        if not has_room(inputs[0]):
            raise torch.OutOfMemoryError("CUDA out of memory.")

    return module.register_forward_pre_hook(check)


def test_it_denoises_to_the_same_picture_once_weights_are_offloaded(tiny, loras):
    own = Renderer("cuda", memory=MemoryBudget(pristine="device"))
    wanted = [own.render(ask(tiny, lora)).images for lora in loras]
    switch, pipe = (
        own.prepare(str(tiny), "sd15").switch,
        own.models.peek(str(tiny), "sd15").model.pipe,
    )
    offloaded = lambda _: switch.buffers[0].pristine.device.type == "cpu"  # noqa: E731
    hook = out_of_memory_unless(pipe.unet, offloaded)
    result = own.render(ask(tiny, loras[0]))
    hook.remove()
    assert result.given_up[-1] == OFFLOADED
    assert pipe.vae.device.type == "cuda"
    assert [own.render(ask(tiny, lora)).images for lora in loras] == wanted


def test_it_decodes_in_host_memory_where_the_card_has_no_room(tiny):
    own = Renderer("cuda")
    wanted = own.render(ask(tiny)).images
    vae = own.prepare(str(tiny), "sd15").model.pipe.vae
    hook = out_of_memory_unless(vae.decoder, lambda latents: not latents.is_cuda)
    result = own.render(ask(tiny))
    hook.remove()
    assert result.given_up[-1] == DECODED_ON_HOST
    there, here = (np.frombuffer(one[0].rgb, np.uint8) for one in (result.images, wanted))
    assert np.abs(there.astype(float) - here).mean() < 4
    assert own.render(ask(tiny)).images == wanted


@pytest.mark.parametrize("method", ["dora", "loha, cores", "lokr"])
def test_it_merges_other_methods_within_half_precision(renderer, tiny, tmp_path, method):
    adapted = adapters.adapt(tiny, method)
    lora = tiny_model.save(adapters.diffusers_names(adapted), tmp_path / "pack.safetensors")
    renderer.render(ask(tiny, lora))
    parts = renderer.prepare(str(tiny), "sd15").model.lora_components
    for name, wanted in adapted.merged().items():
        part, path = name.split(".", 1)
        found = parts[part].get_submodule(path).weight.float().cpu()
        assert (found - wanted).norm() < 2e-3 * wanted.norm(), name
    renderer.render(ask(tiny))
    assert all(torch.equal(b.live, b.pristine) for b in buffers(renderer, tiny))


@pytest.fixture(scope="module")
def kept_code(weights):
    return weights / "compiled"


@pytest.fixture(scope="module", params=["graphs", "blocks", "whole"])
def warm(request, tiny, kept_code):
    own = Renderer("cuda", compiling=Compiling(request.param, kept_code))
    report = own.warm_up(str(tiny), "sd15", ((64, 64),))
    assert (len(report.passes), report.failures) == (3, ())
    return own


def compiling_of(own, tiny):
    return own.prepare(str(tiny), "sd15").model.fast.compiling


def difference(one, other):
    """Mean over the pixels of two pictures, of 255."""
    pair = (np.frombuffer(it.rgb, np.uint8).astype(float) for it in (one, other))
    return np.abs(np.subtract(*pair)).mean()


@pytest.mark.parametrize("sampler", ["dpmpp_2m", "euler", "ddim", "lcm"])
@pytest.mark.parametrize("guidance", [4.0, 1.0])
def test_a_recording_gives_the_picture(warm, renderer, tiny, loras, sampler, guidance):
    request = ask(tiny, loras[0], sampler=sampler, guidance=guidance)
    result = warm.render(request)
    assert result.given_up == ()
    assert difference(result.images[0], renderer.render(request).images[0]) < 2


def test_a_recording_sees_every_switch_and_recompiles_for_none(warm, renderer, tiny, loras):
    from torch._dynamo.utils import counters

    compiled = counters["stats"]["unique_graphs"]
    with torch._dynamo.config.patch(error_on_recompile=True):
        for index in range(30):
            pack = (loras[index % 3], replace(loras[(index + 1) % 3], weight=index / 30))
            pictures = [it.render(ask(tiny, *pack)).images[0] for it in (warm, renderer)]
            assert difference(*pictures) < 2, index
    assert counters["stats"]["unique_graphs"] == compiled
    warm.render(ask(tiny))
    assert all(torch.equal(b.live, b.pristine) for b in buffers(warm, tiny))


def test_a_recording_gives_a_pack_the_same_bytes_after_any_history(warm, tiny, loras):
    wanted = warm.render(ask(tiny, loras[0])).images
    for lora in (loras[1], loras[2], replace(loras[0], weight=0.3)):
        warm.render(ask(tiny, lora, seeds=(3, 4)))
    assert warm.render(ask(tiny, loras[0])).images == wanted
    fresh = Renderer("cuda", compiling=compiling_of(warm, tiny))
    fresh.warm_up(str(tiny), "sd15", ((64, 64),))
    assert fresh.render(ask(tiny, loras[0])).images == wanted


def test_a_recording_gives_the_same_bytes_alone_and_in_a_batch(warm, tiny, loras):
    seeds = (1, 2, 3, 4, 5, 6)
    together = warm.render(ask(tiny, loras[0], seeds=seeds)).images
    alone = [warm.render(ask(tiny, loras[0], seeds=(seed,))).images[0] for seed in seeds]
    assert list(together) == alone


def test_recordings_do_not_grow(warm, tiny, loras):
    requests = [ask(tiny, lora) for lora in loras]
    for request in requests:
        warm.render(request)
    before = torch.cuda.memory_allocated()
    for index in range(30):
        warm.render(requests[index % 3])
    assert torch.cuda.memory_allocated() == before


def test_a_size_that_nobody_prepared_is_not_compiled(warm, renderer, tiny, loras):
    from torch._dynamo.utils import counters

    compiled, odd = counters["stats"]["unique_graphs"], ask(tiny, loras[0], width=96)
    assert warm.render(odd).images == renderer.render(odd).images
    assert counters["stats"]["unique_graphs"] == compiled


def test_compiled_code_is_kept_for_the_next_start(warm, tiny, kept_code):
    compiling = compiling_of(warm, tiny)
    compiles = compiling.way != "graphs"
    assert not compiles or list(kept_code.glob("*.compiled"))
    again = Renderer("cuda", compiling=compiling)
    report = again.warm_up(str(tiny), "sd15", ((64, 64),))
    assert report.failures == ()
    assert report.from_disk == compiles


def test_recordings_go_with_their_model(tiny):
    import gc

    own = Renderer("cuda", compiling=Compiling("graphs"))
    own.warm_up(str(tiny), "sd15", ((64, 64),))
    del own
    gc.collect()
    torch.cuda.empty_cache()
    again = Renderer("cuda", compiling=Compiling("graphs"))
    assert again.warm_up(str(tiny), "sd15", ((64, 64),)).failures == ()
    assert len(again.render(ask(tiny)).images) == 1


@pytest.mark.parametrize("sampler", ["dpmpp_2m", "euler", "ddim"])
def test_a_step_never_waits_for_the_device(renderer, tiny, sampler):
    from generation.engine.samplers import fresh_scheduler

    model = renderer.prepare(str(tiny), "sd15").model
    config = model.pipe.scheduler.config
    scheduler = fresh_scheduler(sampler, config, 4, model.device)
    latents = torch.randn(1, 6, 16, 16, device="cuda")
    torch.cuda.set_sync_debug_mode("error")
    try:
        for timestep in scheduler.timesteps:
            scaled = scheduler.scale_model_input(latents, timestep)
            latents = scheduler.step(scaled, timestep, latents).prev_sample
    finally:
        torch.cuda.set_sync_debug_mode("default")


# In a process of its own, whose device is lost by it: an index that is out of bounds.
LOSE = """
import sys
import torch
from generation.engine.contract import DeviceLost, ImageOrder, RenderRequest
from generation.engine.device_memory import is_lost
from generation.engine.renderer import Renderer

renderer, device = Renderer("cuda"), torch.device("cuda")
request = RenderRequest(sys.argv[1], "sd15", (ImageOrder("7", "a", "", 7),), (), 64, 64, steps=2)
assert len(renderer.render(request).images) == 1 and not is_lost(device)

def read_beyond(step):
    torch.zeros(2, device=device)[torch.tensor([1 << 20], device=device)].cpu()

for _ in range(2):
    try:
        renderer.render(request, read_beyond)
    except DeviceLost as error:
        print("lost:", error, flush=True)
"""


def test_it_says_when_the_device_answers_no_more(tiny):
    command = [sys.executable, "-c", LOSE, str(tiny)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == ["lost: The device stopped answering."] * 2, ran.stderr
