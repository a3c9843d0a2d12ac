"""A thousand random switches over all packs: what they leave behind."""

import gc
import random
from dataclasses import replace

import torch

from benchmarks.engine.bench import Bench
from generation.engine.contract import RenderRequest

SWITCHES = 1000
RENDER_EVERY = 25


def measure(bench: Bench) -> None:
    """One to three packs at random strengths a switch; every 25th also renders a step."""
    chance, ours = random.Random(0), bench.ours
    ours.keep_resident(bench.subject.packs)
    for turn in range(2):
        _turn(bench, chance, turn * RENDER_EVERY)
    bytes_before, graphs_before = held_bytes(bench.device), graphs_compiled()
    switches = 30 if bench.is_toy else SWITCHES
    for turn in range(switches):
        _turn(bench, chance, turn + 1)
    ours.switch_to(bench.subject.request())
    growth = held_bytes(bench.device) - bytes_before
    note = f"{switches} random switches of 1 to 3 packs of {len(bench.subject.packs)}"
    bench.sheet.put(f"{note}; bytes of tensors held after and before", growth_bytes=growth)
    bench.sheet.put(f"{note}, then the empty pack against W0", drift_bits=ours.drift_bits())
    if bench.on_cuda:
        compiled = graphs_compiled() - graphs_before
        bench.sheet.put(f"{note}; graphs that torch.compile made", recompiles=compiled)


def random_request(bench: Bench, chance: random.Random) -> RenderRequest:
    """One to three packs at strengths that no other request has."""
    packs = chance.sample(bench.subject.packs, chance.randint(1, 3))
    strong = [replace(pack, weight=chance.uniform(0.2, 1.2)) for pack in packs]
    return bench.subject.request(*strong, steps=1)


def _turn(bench: Bench, chance: random.Random, turn: int) -> None:
    request = random_request(bench, chance)
    bench.ours.switch_to(request)
    if turn % RENDER_EVERY == 0:
        bench.ours.render(request)


def held_bytes(device: str) -> int:
    """Bytes of all tensors alive: the allocator's own count on CUDA, by storage on a CPU."""
    gc.collect()
    if device == "cuda":
        torch.cuda.synchronize()
        return torch.cuda.memory_allocated()
    # Exactly these types: a compiler's stand-ins have no storage to ask.
    kinds = (torch.Tensor, torch.nn.Parameter)
    tensors = [it for it in gc.get_objects() if type(it) in kinds and it.device.type == device]
    storages = [tensor.untyped_storage() for tensor in tensors]
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())


def graphs_compiled() -> int:
    """How many graphs torch.compile has made in this process."""
    from torch._dynamo.utils import counters

    return int(counters["stats"]["unique_graphs"])
