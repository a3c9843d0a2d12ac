"""Even out the strength dials: measure each pack's change over its weights, write its curve.

    python -m starter.evaluation.calibrate [--again] [--json FILE]
    python -m starter.evaluation.calibrate --apply FILE

The first measures and writes the pack files (or FILE), the second writes them from FILE. Only the
`strength_curve` line of starter/packs/SLUG.toml changes. It measures twice: at even weights, with
few prompts, to see where a pack changes most; then at the dial's own stops on the curve that
follows from it, with many, to even out what is left. `--again` does the second alone, from the
curves that are in the packs. 42 packs: 11,088 pictures, then 92,928.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from starter.evaluation.dial import Floats, even_curve
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
    curves = {pack.slug: [list(point) for point in pack.strength_curve] for pack in packs}
    if not given.again:
        curves = _rough(studio, judge, packs, given)
    return _refined(studio, judge, packs, curves, given)


def _rough(
    studio: Studio, judge: Judge, packs: list[PackFile], given: argparse.Namespace
) -> Curves:
    shares = measured_shares(np.linspace(0, 1, given.points))
    stops = {pack.slug: [Outfit(pack, share) for share in shares] for pack in packs}
    asked = {pack.slug: evaluation_prompts(given.first_prompts, PROMPT_SEED) for pack in packs}
    changes = measured_changes(studio, judge, stops, asked)
    return {slug: even_curve(shares, change) for slug, change in changes.items()}


def _refined(
    studio: Studio, judge: Judge, packs: list[PackFile], curves: Curves, given: argparse.Namespace
) -> tuple[Curves, dict[str, list[float]]]:
    positions = measured_shares(np.linspace(0, 1, given.stops))
    stops = {
        pack.slug: [Outfit(pack, share_at(curves[pack.slug], at)) for at in positions]
        for pack in packs
    }
    counts = {"style": given.prompts, "character": given.character_prompts}
    asked = {pack.slug: evaluation_prompts(counts[pack.kind], PROMPT_SEED) for pack in packs}
    changes = measured_changes(studio, judge, stops, asked)
    refined = {
        slug: refined_curve(curves[slug], positions, change) for slug, change in changes.items()
    }
    return refined, {slug: change.round(3).tolist() for slug, change in changes.items()}


def measured_shares(shares: Iterable[float]) -> list[float]:
    """Rising shares from 0 to 1, each once, and one just above 0: there the words set in."""
    above = (float(share) for share in shares if share > JUST_ABOVE)
    return sorted({0.0, JUST_ABOVE, *above})


def share_at(curve: list[list[float]], position: float) -> float:
    """The share of the weight range at a position (0..1) of the dial."""
    strengths, shares = zip(*curve, strict=True)
    return float(np.interp(100 * position, strengths, shares))


def refined_curve(
    curve: list[list[float]], positions: Sequence[float], changes: Sequence[float] | Floats
) -> list[list[float]]:
    """The curve with its dial evened out once more; `changes` were measured at its `positions`."""
    dial = even_curve(positions, changes)
    return [[strength, round(share_at(curve, position), 4)] for strength, position in dial]


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
    parser.add_argument("--stops", type=int, default=11)
    parser.add_argument("--prompts", type=int, default=160)
    # A character is in a picture or it is not, so that more pictures are needed.
    parser.add_argument("--character-prompts", type=int, default=320)
    parser.add_argument("--again", action="store_true", help="from the curves in the packs")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--json", type=Path, help="write the curves here, not into the packs")
    parser.add_argument("--apply", type=Path, help="write the packs from such a file; no measuring")
    return parser.parse_args()


if __name__ == "__main__":
    main()
