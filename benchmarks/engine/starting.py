"""A fresh process: how soon it is ready, and whether a pack means the same bits there."""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.engine.bench import Bench
from benchmarks.engine.thousand import random_request
from generation.engine import contract

ROOT = Path(__file__).resolve().parents[2]
HISTORY = 30


def measure(bench: Bench) -> None:
    """The parent has switched packs before; the child starts with what was compiled on disk."""
    request = bench.subject.request(bench.subject.packs[1], steps=bench.subject.short_steps)
    ours, chance = bench.ours, random.Random(1)
    for _ in range(bench.rounds(HISTORY)):
        ours.switch_to(random_request(bench, chance))
    picture = hashlib.sha256(ours.render(request)).hexdigest()
    weights = ours.weights_digest()
    said, seconds = _fresh_process(bench, request)
    note = "starting a process until its model is loaded and warmed up; weights in the page cache"
    if ours.passes:
        note += ", compiled passes on disk; the passes that guided looks ask for"
    if sys.dont_write_bytecode:
        note += "; Python kept no byte code there, so every module was compiled anew"
    bench.sheet.put(note, warm_start_seconds=seconds)
    note = f"1 if pack P after {HISTORY} random switches is bitwise P in a fresh process"
    bench.sheet.put(note, fresh_weights_equal=int(weights == said["weights"]))
    bench.sheet.put(note, fresh_picture_equal=int(picture == said["picture"]))


def _fresh_process(bench: Bench, request: contract.RenderRequest) -> tuple[dict[str, str], float]:
    command = [
        sys.executable, "-m", "benchmarks.engine.fresh_process", json.dumps(bench.setup),
        contract.to_json(request), contract.to_json(bench.subject.request()),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as empty:
        # Only what the engine itself keeps on disk may help, not this process's compiler cache.
        environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": empty}
        started = time.perf_counter()
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            for line in child.stdout:
                if line.strip() == "ready":
                    break
            seconds = time.perf_counter() - started
            rest = child.stdout.read()
    if child.returncode:
        raise RuntimeError(f"The fresh process ended with {child.returncode}.")
    said: dict[str, str] = json.loads(rest)
    return said, seconds
