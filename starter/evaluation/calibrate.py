"""Even out the strength dials: measure each pack's change over its weights, write its curve.

    python -m starter.evaluation.calibrate [--json FILE]
    python -m starter.evaluation.calibrate --apply FILE

The first measures and writes the pack files (or FILE), the second writes them from FILE. Only the
`strength_curve` line of starter/packs/SLUG.toml changes. It measures twice: at even weights, with
few prompts, to see where a pack changes most; then at the weights of the curve that follows from
it, close together where the change is steep. 22 weights x (12 + 32) prompts for each pack: 40,656
pictures for 42 packs.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from starter.evaluation.dial import even_curve
from starter.evaluation.examination import measured_changes
from starter.evaluation.judge import FILE as JUDGE_FILE
from starter.evaluation.judge import Judge, JudgeError
from starter.evaluation.lora_rack import LoraError
from starter.evaluation.painting import Manner, Studio
from starter.evaluation.prompts import evaluation_prompts
from starter.evaluation.wardrobe import Outfit, WardrobeError, chosen_packs, lora_files
from starter.pack_files import FOLDER, PackFile

Curves = dict[str, list[list[float]]]
LINE = re.compile(r"^strength_curve = .*$", re.MULTILINE)
PROMPT_SEED = 4
JUST_ABOVE = 0.005
WEIGHTS = Path(__file__).parents[1] / "weights"


def measure(given: argparse.Namespace) -> tuple[Curves, dict[str, list[float]]]:
    """By pack, the curve and the changes it was made from."""
    device = torch.device(given.device)
    packs = chosen_packs(given.packs.split(",") if given.packs else ())
    judge = Judge.load(given.judge, device)
    manner = Manner(given.steps, given.guidance, given.batch)
    studio = Studio(given.weights / "starter", lora_files(packs, given.weights), device, manner)
    even = {pack.slug: np.linspace(0, 1, given.points).tolist() for pack in packs}
    rough, _ = _measured_at(studio, judge, packs, even, given.first_prompts)
    print(f"{studio.painted} pictures painted", flush=True)
    closer = {slug: [share for _, share in curve] for slug, curve in rough.items()}
    return _measured_at(studio, judge, packs, closer, given.prompts)


def _measured_at(
    studio: Studio,
    judge: Judge,
    packs: list[PackFile],
    shares: dict[str, list[float]],
    prompts: int,
) -> tuple[Curves, dict[str, list[float]]]:
    at = {slug: measured_shares(of_pack) for slug, of_pack in shares.items()}
    stops = {pack.slug: [Outfit(pack, share) for share in at[pack.slug]] for pack in packs}
    asked = evaluation_prompts(prompts, PROMPT_SEED)
    changes = measured_changes(studio, judge, stops, asked)
    curves = {slug: even_curve(at[slug], change) for slug, change in changes.items()}
    return curves, {slug: change.round(3).tolist() for slug, change in changes.items()}


def measured_shares(shares: Sequence[float]) -> list[float]:
    """Rising shares from 0 to 1, each once, and one just above 0: there the words set in."""
    return sorted({0.0, JUST_ABOVE, *(share for share in shares if share > JUST_ABOVE)})


def apply_curves(curves: Curves, folder: Path) -> None:
    """Write each curve into its pack's file; WardrobeError where there is no line to replace."""
    for slug, curve in curves.items():
        file = folder / f"{slug}.toml"
        if not file.exists():
            raise WardrobeError(f"There is no pack file {file}: leave {slug!r} out.")
        text = file.read_bytes().decode("utf-8")
        if len(LINE.findall(text)) != 1:
            raise WardrobeError(f"{file} needs its strength_curve on one line of its own.")
        # A pack file is text with its own line ends: only this line may change.
        file.write_bytes(LINE.sub(line_of(curve), text).encode("utf-8"))


def line_of(curve: list[list[float]]) -> str:
    """The curve as its TOML line."""
    points = ", ".join(f"[{strength:g}, {share}]" for strength, share in curve)
    return f"strength_curve = [{points}]"


def main() -> None:
    given = arguments()
    try:
        _run(given)
    except (JudgeError, LoraError, WardrobeError) as error:
        raise SystemExit(str(error)) from error


def _run(given: argparse.Namespace) -> None:
    if given.apply:
        apply_curves(json.loads(given.apply.read_text(encoding="utf-8"))["curves"], given.folder)
        return
    curves, changes = measure(given)
    for slug, change in changes.items():
        print(f"{slug:18} {' '.join(f'{value:.2f}' for value in change)}", flush=True)
    if given.json:
        told = json.dumps({"curves": curves, "changes": changes}, indent=1)
        given.json.write_text(told + "\n", encoding="utf-8")
        return
    apply_curves(curves, given.folder)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--judge", type=Path, default=JUDGE_FILE)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the pack files")
    parser.add_argument("--packs", default="", help="slugs with commas between; default all")
    parser.add_argument("--points", type=int, default=21)
    parser.add_argument("--first-prompts", type=int, default=12)
    parser.add_argument("--prompts", type=int, default=32)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--json", type=Path, help="write the curves here, not into the packs")
    parser.add_argument("--apply", type=Path, help="write the packs from such a file; no measuring")
    return parser.parse_args()


if __name__ == "__main__":
    main()
