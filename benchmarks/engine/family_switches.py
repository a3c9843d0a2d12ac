"""The switch of a pack on every family's denoiser, at its true size with random weights.

The engine's switch works on the denoiser itself: no pipeline is needed around it.
"""

import gc
import statistics
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch

from benchmarks.engine import clocks, random_sdxl
from benchmarks.engine.bench import Bench
from generation.engine.layer_changes import Factors
from generation.engine.lora_files import LoraFile
from generation.engine.lora_switch import LoraSwitch, StackedLora

RANK = 32
CHANGE = 0.02
ROUNDS = 10
BUILDERS = "benchmarks.engine.families"
LARGE_FAMILIES = ("z-image", "qwen-image")
NOTE = f"the denoiser, a LoRA of rank {RANK} on every linear layer, resident, wall-clock, median"


def measure(bench: Bench) -> None:
    """SD 1.5, and the families whose denoisers can be built here; FLUX.1 is a part of its own."""
    if not bench.on_cuda and not bench.is_toy:
        bench.sheet.say("true sizes of every family are measured on CUDA only")
        return
    bench.close()
    for family, build in _builders(bench).items():
        bench.sheet.say(f"{family}: building the denoiser")
        with torch.no_grad():
            switches(bench, family.replace("-", "_"), opened(build(), bench.device))
        gc.collect()
        clocks.release(bench.device)


def opened(denoiser: Any, device: str) -> LoraSwitch:
    """A switch that owns the denoiser's weights, W0 beside them."""
    kind = next(denoiser.parameters()).dtype
    return LoraSwitch({"denoiser": denoiser}, torch.device(device), {"denoiser": kind})


def switches(bench: Bench, name: str, switch: LoraSwitch) -> StackedLora:
    """Put `switch_NAME_ms` and its bound; leaves the empty pack on and returns a pack."""
    packs = [pack_for(switch, seed, bench.device) for seed in (1, 2)]
    rounds = [packs[turn % 2] for turn in range(bench.rounds(ROUNDS) + 2)]
    acts = [
        partial(switch.apply, [(pack, 1.0)], f"turn {turn}") for turn, pack in enumerate(rounds)
    ]
    times = [clocks.seconds_of(bench.device, act) for act in acts]
    bench.sheet.put(NOTE, **{f"switch_{name}_ms": 1000 * statistics.median(times[2:])})
    touched = sum(
        len(b.touched) * (b.live[0].nbytes + b.pristine[0].nbytes) for b in switch.buffers
    )
    bandwidth = clocks.copy_bytes_per_second(bench.device, 2**20 if bench.is_toy else 0)
    bench.sheet.put("as for SDXL", **{f"switch_bound_{name}_ms": 2000 * touched / bandwidth})
    bench.sheet.derive(f"switch_over_bound_{name}", f"switch_{name}_ms", f"switch_bound_{name}_ms")
    switch.apply([], "empty")
    return packs[0]


def pack_for(switch: LoraSwitch, seed: int, device: str) -> StackedLora:
    """Random factors for every linear layer of the switch's model, laid out on its device."""
    chance = torch.Generator(device).manual_seed(seed)
    matrices = {name: shape for name, shape in switch.shapes.items() if len(shape) == 2}
    factors = {name: _factors(shape, chance) for name, shape in matrices.items()}
    keys: dict[str, tuple[str, ...]] = {name: (name,) for name in factors}
    return switch.stacked(LoraFile(f"pack-{seed}", str(seed), factors, keys))


def _factors(shape: tuple[int, ...], chance: torch.Generator) -> Factors:
    outputs, inputs = shape
    down = torch.randn(RANK, inputs, generator=chance, device=chance.device).cpu()
    up = torch.randn(outputs, RANK, generator=chance, device=chance.device).cpu()
    return Factors(down, up * CHANGE / inputs**0.5, 1.0)


def _builders(bench: Bench) -> dict[str, Callable[[], Any]]:
    if bench.is_toy:
        return {"sdxl": lambda: random_sdxl.unet_on(bench.device, random_sdxl.TOY)}
    found: dict[str, Callable[[], Any]] = {
        "sd15": lambda: random_sdxl.unet_on(bench.device, family="sd15").half()
    }
    if not find_spec(BUILDERS):
        bench.sheet.say(f"only SD 1.5: there is no {BUILDERS} to build others with")
        return found
    build = import_module(BUILDERS).build_denoiser
    kind = torch.bfloat16
    return found | {name: partial(build, name, bench.device, kind) for name in LARGE_FAMILIES}
