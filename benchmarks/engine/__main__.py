"""The command: which parts, in which order, with what time."""

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch

from benchmarks import results_file
from benchmarks.engine import (
    family_switches,
    flux,
    hotswapping,
    likeness,
    mixing,
    requesting,
    starting,
    stepping,
    subjects,
    switching,
    thousand,
)
from benchmarks.engine.bench import Bench
from benchmarks.engine.sheet import Sheet

THREADS = 2


class Part(NamedTuple):
    """`seconds` is what it takes on one H200, opened sides aside."""

    measure: Callable[[Bench], None]
    seconds: int


# By importance for each second. Opening our side takes about 20 s, the first time and compiled
# up to 150 s more; the other side takes 10.
PARTS = {
    "switch": Part(switching.measure, 15),
    "steps": Part(stepping.ours, 25),
    "requests": Part(requesting.ours, 25),
    "stock": Part(requesting.stock, 45),
    "thousand": Part(thousand.measure, 45),
    "stock-steps": Part(stepping.stock, 20),
    "likeness": Part(likeness.measure, 35),
    "mix": Part(mixing.measure, 110),
    "start": Part(starting.measure, 60),
    "sizes": Part(stepping.sizes, 90),
    "hotswap": Part(hotswapping.measure, 150),
    "flux": Part(flux.measure, 120),
    "families": Part(family_switches.measure, 90),
}


def main(arguments: Sequence[str] | None = None) -> str | None:
    """None, or a sentence on what failed: the parts after it are measured all the same."""
    asked = _asked(arguments)
    sheet = Sheet(asked.out, _command(asked))
    with _scratch(asked) as scratch:
        sheet.say(f"weights and packs are kept in {scratch}")
        bench = _bench(asked, sheet, scratch)
        sheet.say(f"{bench.subject.name}: {len(bench.subject.packs)} packs are ready")
        failed = [name for name in asked.parts if not _measured(bench, name, asked.budget)]
    sheet.say(f"written to {asked.out}")
    return f"These parts failed: {', '.join(failed)}." if failed else None


def _measured(bench: Bench, name: str, budget: float) -> bool:
    part = PARTS[name]
    if budget and not bench.is_toy and bench.sheet.elapsed + part.seconds > budget:
        bench.sheet.say(f"{name} is left out: it takes about {part.seconds} s, the budget is over")
        return True
    bench.sheet.say(f"--- {name}, about {part.seconds} s on one H200")
    try:
        part.measure(bench)
    except Exception:  # whatever it was, the device's minutes are for the other parts
        traceback.print_exc()
        sys.stderr.flush()
        return False
    return True


def _bench(asked: argparse.Namespace, sheet: Sheet, scratch: Path) -> Bench:
    if asked.toy:
        toy = subjects.toy(scratch, asked.device)
        return Bench(toy, sheet, scratch, asked.compile, "eager", is_toy=True)
    if asked.device == "cuda":
        sdxl = subjects.sdxl(scratch)
        return Bench(sdxl, sheet, scratch, asked.compile, attention=asked.attention)
    cores = sorted(os.sched_getaffinity(0))[:THREADS]
    os.sched_setaffinity(0, cores)
    torch.set_num_threads(len(cores))
    return Bench(subjects.starter(len(cores)), sheet, scratch)


@contextmanager
def _scratch(asked: argparse.Namespace) -> Iterator[Path]:
    if asked.device == "cuda" and not asked.toy:
        yield asked.scratch or subjects.scratch_folder()
        return
    with tempfile.TemporaryDirectory(prefix="housestyle-bench-") as folder:
        yield Path(folder)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cpu")
    parser.add_argument("--out", type=Path, help="the JSON file; a table is written beside it")
    parser.add_argument("--parts", type=_parts, default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--budget", type=float, default=0, help="seconds; parts over it are left")
    parser.add_argument(
        "--compile", choices=("off", "graphs", "blocks", "whole"), default="blocks",
        help="how this engine makes its passes fast on CUDA",
    )  # fmt: skip
    parser.add_argument(
        "--attention", choices=("auto", "cudnn", "flash"), default="auto",
        help="the kernel that attention prefers on CUDA",
    )  # fmt: skip
    parser.add_argument("--toy", action="store_true", help="a tiny model: tries the script out")
    parser.add_argument("--scratch", type=Path, help="where weights are kept between calls")
    asked = parser.parse_args(arguments)
    if asked.device == "cuda" and not torch.cuda.is_available():
        parser.error("there is no CUDA device here; use --device cpu")
    if asked.toy and asked.out is None:
        parser.error("--toy measures nothing worth keeping: name a file with --out")
    asked.out = asked.out or results_file.RESULTS / _file_name(asked.device)
    return asked


def _file_name(device: str) -> str:
    return "engine-cpu.json" if device == "cpu" else "engine-h200.json"


def _parts(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no part {unknown[0]!r}; choose from {', '.join(PARTS)}"
        )
    return names


def _command(asked: argparse.Namespace) -> str:
    options = (
        f" --compile {asked.compile} --attention {asked.attention}"
        if asked.device == "cuda"
        else ""
    )
    options += " --toy" if asked.toy else ""
    return f"python -m benchmarks.engine --device {asked.device}{options}"


if __name__ == "__main__":
    sys.exit(main())
