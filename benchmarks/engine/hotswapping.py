"""diffusers' other way: one adapter hot-swapped under torch.compile."""

import statistics
from functools import partial

import torch

from benchmarks.engine.bench import Bench
from benchmarks.engine.clocks import seconds_of
from benchmarks.engine.stepping import STEP
from benchmarks.engine.stock import Stock
from benchmarks.engine.thousand import graphs_compiled
from generation.engine.contract import LoraUse, RenderRequest

RANK = 32
ROUNDS = 3


def measure(bench: Bench) -> None:
    """Compile once with the first pack in place, then a new pack for every request."""
    if not bench.on_cuda and not bench.is_toy:
        bench.sheet.say("hotswap with compile is measured on CUDA only: a CPU needs a compiler")
        return
    # Both sides compile the same code: neither may find what was compiled for the other.
    bench.close()
    torch.compiler.reset()
    stock, packs = Stock(bench.subject, bench.stock_dtype), bench.subject.packs
    rank = 4 if bench.is_toy else RANK
    stock.enable_hotswap(packs[0], rank, bench.backend)
    request = bench.subject.request(packs[0])
    compiling = seconds_of(bench.device, partial(stock.render, bench.subject.request(steps=2)))
    bench.sheet.put("first call of the compiled denoiser", hotswap_compile_seconds=compiling)
    before = graphs_compiled()
    bench.sheet.put(STEP, hotswap_step_ms=statistics.median(stock.steps_ms(request)))
    _requests(bench, stock)
    bench.sheet.put("graphs made after the first", hotswap_recompiles=graphs_compiled() - before)
    _compare(bench)


def _requests(bench: Bench, stock: Stock) -> None:
    swaps, requests = [], []
    for pack in bench.subject.packs[1 : 1 + bench.rounds(ROUNDS)]:
        swap = seconds_of(bench.device, partial(stock.hotswap, pack))
        swaps.append(swap)
        requests.append(swap + seconds_of(bench.device, partial(_render, bench, stock, pack)))
    bench.sheet.put(
        "load_lora_weights(hotswap=True)", hotswap_load_seconds=statistics.median(swaps)
    )
    note = "hotswap of a file on disk and a compiled render, pick to pixels, median"
    bench.sheet.put(note, hotswap_new_pack_seconds=statistics.median(requests))


def _render(bench: Bench, stock: Stock, pack: LoraUse) -> object:
    request: RenderRequest = bench.subject.request(pack)
    return stock.render(request)


def _compare(bench: Bench) -> None:
    theirs, ours = "hotswap_new_pack_seconds", "new_pack_1_seconds"
    note = f"{theirs} / {ours}: both sides read the file from disk"
    bench.sheet.derive("speedup_over_hotswap", theirs, ours, note)
    note = f"{theirs} / resident_pack_1_seconds"
    bench.sheet.derive("speedup_resident_over_hotswap", theirs, "resident_pack_1_seconds", note)
