"""Thirty packs in turn against one, delivered to a folder; and how busy the device is."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from benchmarks.engine.bench import Bench
from generation.engine.contract import RenderRequest, RenderResult
from generation.engine.image_files import encode_png, thumbnail_webp

PROFILED = 3
WAITING = 2
LAUNCH_NS = 5000


def measure(bench: Bench) -> None:
    """One pack, thirty in turn, thirty in turn, one pack: whatever drifts, drifts in both."""
    packs = bench.subject.packs
    bench.ours.keep_resident(packs)
    count = bench.rounds(len(packs)) // 2
    halves = packs[:count], packs[count : 2 * count]
    turns = [[bench.subject.request(pack, seed=seed) for seed, pack in enumerate(half)]
             for half in halves]  # fmt: skip
    one = [[bench.subject.request(packs[0], seed=seed) for seed in range(count)] for _ in halves]
    bench.ours.render(one[0][0])
    with Utilisation(bench.on_cuda) as utilisation:
        seconds = [_seconds(bench, own) for own in (one[0], turns[0], turns[1], one[1])]
    single, mixed = seconds[0] + seconds[3], seconds[1] + seconds[2]
    note = "decoded, PNG and thumbnail written to a folder by a second thread; resident packs"
    bench.sheet.put(note, one_pack_images_per_second=2 * count / single)
    bench.sheet.put(note, mixed_images_per_second=2 * count / mixed)
    note = f"{2 * count} packs in turn over one pack, images a second; {note}"
    bench.sheet.put(note, mix_ratio=single / mixed)
    if utilisation.samples:
        share = sum(utilisation.samples) / len(utilisation.samples) / 100
        bench.sheet.put("mean of nvidia-smi's utilisation meanwhile", device_busy_nvml=share)
    if bench.on_cuda:
        _busy(bench, turns[0][:PROFILED])


def _busy(bench: Bench, requests: Sequence[RenderRequest]) -> None:
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profiler:
        _seconds(bench, requests)
    spans = device_spans(profiler)
    if not spans:
        bench.sheet.say("the profiler saw no kernels: device_busy was not measured")
        return
    note = (
        f"of {len(requests)} packs in turn, the share of the time from the first kernel to the "
        "last in which one or a copy ran: the union of the profiler's device intervals"
    )
    whole = max(end for _, end in spans) - min(start for start, _ in spans)
    joined = covered(spans, joined_ns=LAUNCH_NS) / whole
    bench.sheet.put(
        f"{note}, where less than {LAUNCH_NS // 1000} µs between two is the device's own way from "
        "one to the next in a recording, for which no program is waited. The last delivery comes "
        "after it and would be hidden by the next render",
        device_busy=joined,
    )
    bench.sheet.put(f"{note}, every gap counted", device_busy_kernels=covered(spans) / whole)


def device_spans(profiler: Any, kind: str = "CUDA") -> list[tuple[int, int]]:
    """Start and end in nanoseconds of all that ran on this kind of device, from the profiler."""
    events = profiler.profiler.kineto_results.events()
    autograd: Any = torch.autograd
    wanted = getattr(autograd.DeviceType, kind)
    return [(event.start_ns(), event.end_ns()) for event in events if event.device_type() == wanted]


def covered(spans: Sequence[tuple[int, int]], joined_ns: int = 0) -> int:
    """The length of the union of intervals: what overlaps counts once, and what is less than
    `joined_ns` apart counts as one."""
    total, reached = 0, 0
    for start, end in sorted(spans):
        begun = reached if 0 < start - reached < joined_ns else max(start, reached)
        total += max(0, end - begun)
        reached = max(reached, end)
    return total


def _seconds(bench: Bench, requests: Sequence[RenderRequest]) -> float:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as delivery:
        started = time.perf_counter()
        waiting: list[Future[None]] = []
        for number, request in enumerate(requests):
            result = bench.ours.renderer.render(request)
            if len(waiting) >= WAITING:
                waiting.pop(0).result()
            waiting.append(delivery.submit(_deliver, result, Path(folder) / str(number)))
        for one in waiting:
            one.result()
        return time.perf_counter() - started


def _deliver(result: RenderResult, target: Path) -> None:
    image = result.images[0]
    png = encode_png(image.rgb, image.width, image.height, {"seed": str(image.seed)})
    target.with_suffix(".png").write_bytes(png)
    small = thumbnail_webp(image.rgb, image.width, image.height)
    target.with_suffix(".webp").write_bytes(small)


class Utilisation:
    """nvidia-smi's utilisation in per cent, five times a second; no samples without the program."""

    def __init__(self, wanted: bool) -> None:
        self.samples: list[float] = []
        self._process: subprocess.Popen[str] | None = None
        self._wanted = wanted

    def __enter__(self) -> "Utilisation":
        if self._wanted:
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._reader.join()

    def _start(self) -> None:
        command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
        try:
            self._process = subprocess.Popen(
                [*command, "-lms", "200"], stdout=subprocess.PIPE, text=True
            )
        except OSError:
            return
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip().isdigit():
                self.samples.append(float(line))
