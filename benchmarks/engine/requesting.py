"""Request times for a pack the process has not seen, on both sides: from the pick to the pixels."""

import statistics
from functools import partial

from benchmarks.engine.bench import Bench
from benchmarks.engine.clocks import seconds_of
from generation.engine.contract import RenderRequest

ROUNDS = 3
UNSEEN = "file on disk, never seen by the process; pick to pixels in host memory, median"


def ours(bench: Bench) -> None:
    """Never seen, read ahead into host memory as a worker does, and resident on the device."""
    bench.ours.render(bench.subject.request())
    for count in (1, 2):
        times: dict[str, list[float]] = {"new_pack": [], "read_ahead_pack": [], "resident_pack": []}
        for turn in range(bench.rounds(ROUNDS)):
            request = _request(bench, turn, count)
            _three_ways(bench, request, times)
        notes = dict(zip(times, (UNSEEN, "read into host memory before", "resident"), strict=True))
        for name, found in times.items():
            bench.sheet.put(notes[name], **{f"{name}_{count}_seconds": statistics.median(found)})
    bare = [seconds_of(bench.device, partial(bench.ours.render, bench.subject.request()))
            for _ in range(bench.rounds(ROUNDS))]  # fmt: skip
    bench.sheet.put("no pack at all", bare_request_seconds=statistics.median(bare))
    result = bench.ours.renderer.render(bench.subject.request())
    note = "of one request without a pack, as the engine reports them"
    bench.sheet.put(note, denoise_seconds=result.denoise_seconds,
                    decode_seconds=result.decode_seconds)  # fmt: skip
    _compare(bench)


def stock(bench: Bench) -> None:
    """Load, set, render, unload, eagerly."""
    bench.stock.render(bench.subject.request(steps=2))
    for count in (1, 2):
        requests = [_request(bench, turn, count) for turn in range(bench.rounds(ROUNDS))]
        loading = [seconds_of(bench.device, partial(bench.stock.load, r.loras))
                   for r in requests[:1]]  # fmt: skip
        bench.stock.unload()
        found = [seconds_of(bench.device, partial(bench.stock.request, r)) for r in requests]
        bench.sheet.put("load_lora_weights and set_adapters", **{f"stock_load_{count}_seconds":
                        statistics.median(loading)})  # fmt: skip
        note = f"load_lora_weights, set_adapters, eager render, unload; {UNSEEN}"
        bench.sheet.put(note, **{f"stock_new_pack_{count}_seconds": statistics.median(found)})
    _compare(bench)


def _three_ways(bench: Bench, request: RenderRequest, times: dict[str, list[float]]) -> None:
    ours, render = bench.ours, partial(bench.ours.render, request)
    for name, found in times.items():
        ours.switch_to(bench.subject.request())
        if name != "resident_pack":
            ours.forget_packs()
        if name == "read_ahead_pack":
            ours.renderer.read_ahead(request.checkpoint, request.family, request.loras)
        found.append(seconds_of(bench.device, render))


def _request(bench: Bench, turn: int, count: int) -> RenderRequest:
    packs, start = bench.subject.packs, 2 * turn
    return bench.subject.request(*packs[start : start + count])


def _compare(bench: Bench) -> None:
    bench.sheet.derive("pack_over_bare", "resident_pack_1_seconds", "bare_request_seconds")
    for count in (1, 2):
        stock = f"stock_new_pack_{count}_seconds"
        note = f"{stock} / new_pack_{count}_seconds: both sides read the file from disk"
        bench.sheet.derive(f"speedup_new_pack_{count}", stock, f"new_pack_{count}_seconds", note)
        for kind in ("read_ahead", "resident"):
            ours = f"{kind}_pack_{count}_seconds"
            bench.sheet.derive(f"speedup_{kind}_pack_{count}", stock, ours, f"{stock} / {ours}")
