"""How long the switch of a resident pack takes, beside what memory allows."""

import statistics
from collections.abc import Sequence
from functools import partial

from benchmarks.engine import clocks
from benchmarks.engine.bench import Bench
from generation.engine.contract import LoraUse

SWITCHES = 20
RESIDENT = 9
BOUND = (
    "2 x (bytes of W0 read + bytes of live weights written) over the touched rows, by the measured "
    "bandwidth of a copy (read + written): W0 copied, then one addmm; 8 bytes a weight in fp16"
)


def measure(bench: Bench) -> None:
    """Copy bandwidth, then switches between packs of one, two and three LoRAs."""
    toy = 2**20 if bench.is_toy else 0
    bandwidth = clocks.copy_bytes_per_second(bench.device, toy)
    bench.sheet.put(
        f"read + written, the best of {clocks.ROUNDS} copies", copy_gb_per_second=bandwidth / 1e9
    )
    packs = bench.subject.packs[:RESIDENT]
    bench.ours.keep_resident(packs)
    for count in (1, 2, 3):
        _switches(bench, packs, count)
    bench.sheet.derive("three_over_one", "switch_3_ms", "switch_ms", "switch_3_ms / switch_ms")
    _bounds(bench)
    _unseen(bench)


def _switches(bench: Bench, packs: Sequence[LoraUse], count: int) -> None:
    wanted = [packs[i : i + count] for i in range(0, len(packs) - count + 1, count)]
    requests = [bench.subject.request(*own) for own in wanted]
    rounds = [requests[i % len(requests)] for i in range(bench.rounds(SWITCHES) + 2)]
    wall = [clocks.seconds_of(bench.device, partial(bench.ours.switch_to, r)) for r in rounds]
    device = [clocks.device_ms_of(bench.device, partial(bench.ours.switch_to, r)) for r in rounds]
    name = "switch" if count == 1 else f"switch_{count}"
    note = f"resident pack of {count}, wall-clock until the device is done, median"
    bench.sheet.put(note, **{f"{name}_ms": 1000 * statistics.median(wall[2:])})
    note = f"resident pack of {count}, on the device's timeline, median"
    bench.sheet.put(note, **{f"{name}_device_ms": statistics.median(device[2:])})


def _bounds(bench: Bench) -> None:
    touched = 0
    for buffer in bench.ours.studio.switch.buffers:
        row = buffer.pristine[0].nbytes + buffer.live[0].nbytes
        touched += len(buffer.touched) * row
    once = touched / (bench.sheet.figures["copy_gb_per_second"] * 1e6)
    bench.sheet.put(BOUND, switch_bound_ms=2 * once)
    bench.sheet.put("W0 read and live weights written once", switch_single_pass_ms=once)
    bench.sheet.derive("switch_over_bound", "switch_ms", "switch_bound_ms", BOUND)
    bench.sheet.derive("switch_over_single_pass", "switch_ms", "switch_single_pass_ms")


def _unseen(bench: Bench) -> None:
    ours, seconds = bench.ours, []
    for pack in bench.subject.packs[: bench.rounds(5)]:
        ours.switch_to(bench.subject.request())
        ours.forget_packs()
        request = bench.subject.request(pack)
        seconds.append(clocks.seconds_of(bench.device, partial(ours.switch_to, request)))
    note = (
        "file on disk, never seen by the process: read, checked, laid out, applied; median. Its "
        "SHA-256 is known before the first step is told"
    )
    bench.sheet.put(note, new_pack_ready_ms=1000 * statistics.median(seconds))
