"""FLUX.1's denoiser at its true size: a step's share of the peak, and the switch of a pack.

Measured with the engine's switch on the denoiser itself, random weights made on the device.
"""

import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from diffusers import FluxTransformer2DModel

from benchmarks.engine import clocks, family_switches, flops
from benchmarks.engine.bench import Bench
from generation.engine.compiling import preferred_attention

# FLUX.1-dev as published: 11.9 B parameters.
TRUE_SIZE: dict[str, Any] = {"guidance_embeds": True}
TOY: dict[str, Any] = {
    "guidance_embeds": True, "num_layers": 1, "num_single_layers": 1, "attention_head_dim": 16,
    "num_attention_heads": 2, "joint_attention_dim": 32, "pooled_projection_dim": 16,
    "axes_dims_rope": (4, 6, 6), "in_channels": 16,
}  # fmt: skip
WORDS = 512
# Of 1024 px: one token for each 2 x 2 latents.
EDGE_TOKENS = 64


def measure(bench: Bench) -> None:
    """The switch, the step without and with a pack, and the share of the bfloat16 peak."""
    if not bench.on_cuda and not bench.is_toy:
        bench.sheet.say("FLUX.1 has 11.9 B parameters: it is measured on CUDA only")
        return
    bench.close()
    config = TOY if bench.is_toy else TRUE_SIZE
    with torch.no_grad():
        model = build(config, bench.device)
        switch = family_switches.opened(model, bench.device)
        pack = family_switches.switches(bench, "flux", switch)
        with preferred_attention(bench.attention):
            _steps(bench, model, config, partial(switch.apply, [(pack, 1.0)], "pack"))


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


def _steps(
    bench: Bench, model: Any, config: dict[str, Any], put_pack_on: Callable[[], object]
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
    put_pack_on()
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
