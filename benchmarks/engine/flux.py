"""FLUX.1's denoiser at its true size: a step's share of the peak, and the switch of a pack.

Measured with the engine's switch on the denoiser itself, random weights made on the device.
"""

import statistics
from functools import partial
from typing import Any

import torch
from diffusers import FluxTransformer2DModel

from benchmarks.engine import clocks, flops
from benchmarks.engine.bench import Bench
from generation.engine.layer_changes import Factors
from generation.engine.lora_files import LoraFile
from generation.engine.lora_switch import LoraSwitch, StackedLora

# FLUX.1-dev as published: 11.9 B parameters.
TRUE_SIZE: dict[str, Any] = {"guidance_embeds": True}
TOY: dict[str, Any] = {
    "guidance_embeds": True, "num_layers": 1, "num_single_layers": 1, "attention_head_dim": 16,
    "num_attention_heads": 2, "joint_attention_dim": 32, "pooled_projection_dim": 16,
    "axes_dims_rope": (4, 6, 6), "in_channels": 16,
}  # fmt: skip
WORDS = 512
RANK = 32
# Of 1024 px: one token for each 2 x 2 latents.
EDGE_TOKENS = 64
LINEARS = ("transformer_blocks.", "single_transformer_blocks.")
CHANGE = 0.02


def measure(bench: Bench) -> None:
    """Step without and with a pack, the switch, and the share of the bfloat16 peak."""
    if not bench.on_cuda and not bench.is_toy:
        bench.sheet.say("FLUX.1 has 11.9 B parameters: it is measured on CUDA only")
        return
    bench.close()
    config = TOY if bench.is_toy else TRUE_SIZE
    with torch.no_grad():
        model = build(config, bench.device)
        switch = LoraSwitch(
            {"transformer": model}, torch.device(bench.device), {"transformer": torch.bfloat16}
        )
        packs = [_pack(switch, seed, bench.device) for seed in (1, 2)]
        _switches(bench, switch, packs)
        _steps(bench, model, switch, packs[0], config)


def build(config: dict[str, Any], device: str) -> Any:
    """The denoiser in bfloat16, made on the device; "meta": without weights."""
    torch.manual_seed(0)
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            return FluxTransformer2DModel(**config).eval().requires_grad_(False)
    finally:
        torch.set_default_dtype(usual)


def inputs(config: dict[str, Any], edge: int, words: int, device: str) -> dict[str, torch.Tensor]:
    """One image's conditions for `edge` x `edge` tokens."""
    kind: Any = {"device": device, "dtype": torch.bfloat16}
    tokens, channels = edge * edge, config.get("in_channels", 64)
    return {
        "hidden_states": torch.randn(1, tokens, channels, **kind),
        "encoder_hidden_states": torch.randn(1, words, config.get("joint_attention_dim", 4096),
                                             **kind),
        "pooled_projections": torch.randn(1, config.get("pooled_projection_dim", 768), **kind),
        "timestep": torch.tensor([0.5], **kind),
        "guidance": torch.tensor([3.5], device=device, dtype=torch.float32),
        "img_ids": torch.zeros(tokens, 3, **kind),
        "txt_ids": torch.zeros(words, 3, **kind),
    }  # fmt: skip


def _pack(switch: LoraSwitch, seed: int, device: str) -> StackedLora:
    chance = torch.Generator(device).manual_seed(seed)
    factors = {
        name: _factors(shape, chance)
        for name, shape in switch.shapes.items()
        if name.removeprefix("transformer.").startswith(LINEARS)
    }
    keys: dict[str, tuple[str, ...]] = {name: (name,) for name in factors}
    file = LoraFile(f"pack-{seed}", str(seed), factors, keys)
    return switch.stacked(file)


def _factors(shape: tuple[int, ...], chance: torch.Generator) -> Factors:
    outputs, inputs = shape
    down = torch.randn(RANK, inputs, generator=chance, device=chance.device).cpu()
    up = torch.randn(outputs, RANK, generator=chance, device=chance.device).cpu()
    return Factors(down, up * CHANGE / inputs**0.5, 1.0)


def _switches(bench: Bench, switch: LoraSwitch, packs: list[StackedLora]) -> None:
    rounds = [packs[turn % 2] for turn in range(bench.rounds(10) + 2)]
    times = [
        clocks.seconds_of(bench.device, partial(switch.apply, [(pack, 1.0)], f"{pack.name} {turn}"))
        for turn, pack in enumerate(rounds)
    ]
    note = f"FLUX.1's denoiser, every linear layer of its blocks, rank {RANK}, resident, wall-clock"
    bench.sheet.put(note, switch_flux_ms=1000 * statistics.median(times[2:]))
    touched = sum(len(b.touched) * 2 * b.live[0].nbytes for b in switch.buffers)
    toy = 2**20 if bench.is_toy else 0
    bandwidth = clocks.copy_bytes_per_second(bench.device, toy)
    bench.sheet.put("as for SDXL", switch_bound_flux_ms=2000 * touched / bandwidth)
    bench.sheet.derive("switch_over_bound_flux", "switch_flux_ms", "switch_bound_flux_ms")
    switch.apply([], "empty")


def _steps(
    bench: Bench, model: Any, switch: LoraSwitch, pack: StackedLora, config: dict[str, Any]
) -> None:
    edge, words = (4, 8) if bench.is_toy else (EDGE_TOKENS, WORDS)
    told = inputs(config, edge, words, bench.device)
    work = flops.counted(build(config, "meta"), **inputs(config, edge, words, "meta"))
    bench.sheet.put("counted by FlopCounterMode, 1024 px, 512 words", step_flux_tflop=work / 1e12)
    # Its 57 blocks are of two kinds: each is compiled once, in seconds.
    model.compile_repeated_blocks(fullgraph=True, backend=bench.backend)
    step = partial(model, **told, return_dict=False)
    bare = _step_ms(bench, step)
    note = "FLUX.1's denoiser alone, one pass (its guidance is a condition), blocks compiled"
    bench.sheet.put(note, step_flux_0_ms=bare)
    switch.apply([(pack, 1.0)], "pack")
    bench.sheet.put(note, step_flux_1_ms=_step_ms(bench, step))
    edge = 256 if bench.is_toy else 0
    peak = clocks.matrix_flops_per_second(bench.device, torch.bfloat16, edge)
    note = "step_flux_tflop / step_flux_0_ms / the bfloat16 matrix peak of the same run"
    bench.sheet.put(note, peak_fraction_flux=work / (bare / 1000) / peak)


def _step_ms(bench: Bench, step: Any) -> float:
    for _ in range(3):
        step()
    times = [clocks.device_ms_of(bench.device, step) for _ in range(bench.rounds(10))]
    return statistics.median(times)
