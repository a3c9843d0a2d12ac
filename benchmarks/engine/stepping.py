"""Step times with no, one, two and three LoRAs on either side, and the share of the peak."""

import statistics
from dataclasses import replace
from functools import partial

from benchmarks.engine.bench import Bench
from benchmarks.engine.clocks import MATRIX_EDGE, ROUNDS, matrix_flops_per_second, seconds_of
from benchmarks.engine.flops import of_unet_pass
from generation.engine.contract import RenderRequest

COUNTS = (0, 1, 2, 3)
OURS_ROUNDS = 3
STOCK_STEPS = 8
STEP = "one step, guidance included, on the device's timeline, median of all but the first"


def ours(bench: Bench) -> None:
    """Our steps, resident packs; one round of every count after the other, so that all drift alike.

    `step_ratio` is the slowest count with LoRAs over the bare one.
    """
    found: dict[int, list[float]] = {count: [] for count in COUNTS}
    requests = {count: bench.subject.request(*bench.subject.packs[:count]) for count in COUNTS}
    bench.ours.render(requests[0])
    for _ in range(bench.rounds(OURS_ROUNDS)):
        for count, request in requests.items():
            found[count] += bench.ours.steps_ms(request)
    medians = {count: statistics.median(times) for count, times in found.items()}
    bench.sheet.put(STEP, **{f"step_{count}_ms": ms for count, ms in medians.items()})
    note = "the slowest of one, two and three resident LoRAs over the bare step, same engine"
    bench.sheet.put(note, step_ratio=max(medians[count] for count in COUNTS[1:]) / medians[0])
    _share_of_peak(bench, requests[0])


def stock(bench: Bench) -> None:
    """diffusers' eager steps with adapters active."""
    steps = min(STOCK_STEPS, bench.subject.steps)
    bench.stock.render(bench.subject.request(steps=2))
    for count in COUNTS:
        packs = bench.subject.packs[:count]
        bench.stock.load(packs)
        times = bench.stock.steps_ms(bench.subject.request(*packs, steps=steps))
        bench.stock.unload()
        bench.sheet.put(STEP, **{f"stock_step_{count}_ms": statistics.median(times)})
        bench.sheet.derive(f"step_speedup_{count}", f"stock_step_{count}_ms", f"step_{count}_ms")


def sizes(bench: Bench) -> None:
    """Half the edge, and few steps without guidance, as distilled models are rendered."""
    half = bench.subject.edge // 2
    before = bench.sheet.elapsed
    bench.ours.warm_up(half, half)
    bench.sheet.say(f"warmed up for {half} px in {bench.sheet.elapsed - before:.1f} s")
    _both(bench, f"at_{half}", bench.subject.request(width=half, height=half))
    few = bench.subject.request(steps=4, guidance=1.0)
    _both(bench, "four_steps", few)
    _few_steps(bench, few)


def _few_steps(bench: Bench, bare: RenderRequest) -> None:
    """What a pack costs where it cannot hide behind thirty steps."""
    ours, packs = bench.ours, bench.subject.packs[:4]
    ours.keep_resident(packs)
    with_pack = [replace(bare, loras=(pack,)) for pack in packs]
    times = [seconds_of(bench.device, partial(ours.render, one)) for one in with_pack]
    note = "four steps without guidance, whole request with decode, median"
    bench.sheet.put(note, four_steps_resident_pack_seconds=statistics.median(times))
    times = [seconds_of(bench.device, partial(ours.render, bare)) for _ in packs]
    bench.sheet.put(note, four_steps_bare_seconds=statistics.median(times[1:]))
    theirs = [seconds_of(bench.device, partial(bench.stock.request, one)) for one in with_pack[:2]]
    bench.sheet.put(note, stock_four_steps_new_pack_seconds=statistics.median(theirs))
    pack, without = "four_steps_resident_pack_seconds", "four_steps_bare_seconds"
    bench.sheet.derive("four_steps_pack_over_bare", pack, without)
    bench.sheet.derive("speedup_four_steps", "stock_four_steps_new_pack_seconds", pack)


def _both(bench: Bench, name: str, request: RenderRequest) -> None:
    bench.ours.render(request)
    ours = [step for _ in range(bench.rounds(3)) for step in bench.ours.steps_ms(request)]
    bench.stock.render(request)
    stock = [step for _ in range(bench.rounds(2)) for step in bench.stock.steps_ms(request)]
    figures = {f"step_{name}_ms": ours, f"stock_step_{name}_ms": stock}
    note = "no LoRA on either side; " + STEP.replace(", guidance included", "")
    bench.sheet.put(note, **{key: statistics.median(times) for key, times in figures.items()})
    bench.sheet.derive(f"step_speedup_{name}", f"stock_step_{name}_ms", f"step_{name}_ms")


def _share_of_peak(bench: Bench, request: RenderRequest) -> None:
    _peak(bench)
    rows = 2 if request.uses_guidance else 1
    work = rows * of_unet_pass(bench.ours.studio.model.pipe.unet, request.width // bench.ours.scale)
    bench.sheet.put("counted by FlopCounterMode, guidance included", step_tflop=work / 1e12)
    seconds = bench.sheet.figures["step_0_ms"] / 1000
    peak = bench.sheet.figures["matrix_tflops"] * 1e12
    note = "step_tflop / step_0_ms / matrix_tflops, the peak measured in the same run"
    bench.sheet.put(note, peak_fraction=work / seconds / peak)


def _peak(bench: Bench) -> None:
    edge = 256 if bench.is_toy else MATRIX_EDGE[bench.device]
    peak = matrix_flops_per_second(bench.device, bench.stock_dtype, edge)
    note = f"{edge} cubed, {bench.stock_dtype}, the best of {ROUNDS}, right after the steps"
    bench.sheet.put(note, matrix_tflops=peak / 1e12)
