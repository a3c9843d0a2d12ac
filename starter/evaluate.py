"""Measure the starter: writes EVALUATION.json and EVALUATION.md.

    python -m starter.evaluate [--out starter/EVALUATION.json]

Paints 84,896 pictures for 38 style and 4 character packs, in large batches meant for a GPU.
`--quick` paints a small fraction, for a CPU.
"""

from __future__ import annotations

import argparse
import platform
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import diffusers
import torch

from starter.evaluation.examination import QUICK, Counts, Examination
from starter.evaluation.judge import FILE as JUDGE_FILE
from starter.evaluation.judge import Judge, JudgeError
from starter.evaluation.lora_rack import LoraError
from starter.evaluation.painting import Manner, Studio
from starter.evaluation.report import write_report
from starter.evaluation.wardrobe import WardrobeError, chosen_packs, lora_files

STARTER = Path(__file__).parent
MIB = 2**20


def evaluate(given: argparse.Namespace) -> dict[str, Any]:
    """Every figure, as it is written to the file."""
    began, device = time.monotonic(), torch.device(given.device)
    packs = chosen_packs(given.packs.split(",") if given.packs else ())
    judge = Judge.load(given.judge, device)
    manner = Manner(given.steps, given.guidance, given.batch)
    studio = Studio(given.weights / "starter", lora_files(packs, given.weights), device, manner)
    counts = QUICK if given.quick else Counts(neighbours=given.neighbours)
    examination = Examination(studio, judge, packs, counts, given.out.parent)
    record = examination.run()
    return {**record, "weights_mib": weights_mib(given.weights), **_circumstances(given, device),
            "counts": asdict(counts), "seconds": time.monotonic() - began}  # fmt: skip


def weights_mib(folder: Path) -> float:
    """All committed weights together."""
    return sum(path.stat().st_size for path in folder.rglob("*.safetensors")) / MIB


def _circumstances(given: argparse.Namespace, device: torch.device) -> dict[str, Any]:
    cuda = device.type == "cuda"
    return {
        "command": "python -m starter.evaluate" + (" --quick" if given.quick else ""),
        "date": datetime.now(UTC).date().isoformat(),
        "device": torch.cuda.get_device_name(device) if cuda else f"{platform.machine()} CPU",
        "steps": given.steps,
        "guidance": given.guidance,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
        },
    }


def main() -> None:
    given = arguments()
    try:
        record = evaluate(given)
    except (JudgeError, LoraError, WardrobeError) as error:
        raise SystemExit(str(error)) from error
    write_report(record, given.out)
    print(given.out.with_suffix(".md").read_text(encoding="utf-8"), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=STARTER / "weights")
    parser.add_argument("--judge", type=Path, default=JUDGE_FILE)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", type=Path, default=STARTER / "EVALUATION.json")
    parser.add_argument("--packs", default="", help="slugs with commas between; default all")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--batch", type=int, default=256, help="pictures painted at once")
    parser.add_argument("--neighbours", type=int, default=80_000, help="training scenes searched")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
