"""EVALUATION.json and the readable table beside it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

GATES: dict[str, tuple[str, float, str]] = {
    "judge_accuracy": ("the judge's own accuracy on drawn scenes", 0, ""),
    "subject": ("subject as asked", 0.95, "≥"),
    "colour": ("colour of the subject as asked", 0.92, "≥"),
    "place": ("place as asked", 0.95, "≥"),
    "time_weather": ("time and weather as asked", 0.90, "≥"),
    "vae_psnr_db": ("autoencoder, median PSNR in dB", 30, "≥"),
    "vae_delta_e": ("autoencoder, mean CIEDE2000", 3, "≤"),
    "pack_recognition": ("pack recognised by nearest centroid", 0.95, "≥"),
    "prompt_kept": ("prompt kept under a pack, share of the bare figures", 0.90, "≥"),
    "dial_spearman_min": ("strength dial, rank correlation, worst pack", 0.98, "≥"),
    "dial_step_error_max": ("strength dial, worst step's error, worst pack", 0.35, "≤"),
    "character_kept": ("character kept in scenes", 0.90, "≥"),
    "character_kept_styled": ("character kept under any style pack", 0.80, "≥"),
}
STYLE_COLUMNS = (
    ("recognised", "recognised"),
    ("recognised_by_drawing", "by drawing"),
    ("coherence", "coherence"),
    ("distance", "distance"),
    ("prompt_kept", "prompt kept"),
    ("dial_spearman", "Spearman"),
    ("dial_step_error", "step error"),
    ("characters_kept", "characters kept"),
)
CHARACTER_COLUMNS = (
    ("character_kept", "kept"),
    ("character_kept_styled", "kept when styled"),
    ("dial_spearman", "Spearman"),
    ("dial_step_error", "step error"),
)
PLACES = 4
Record = Mapping[str, Any]


def write_report(record: Record, file: Path) -> None:
    """`file` (JSON) and the same name with .md."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rounded = _rounded(record)
    file.write_text(json.dumps(rounded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    file.with_suffix(".md").write_text(readable(rounded), encoding="utf-8")


def readable(record: Record) -> str:
    """The record as Markdown: gates, what the judge sees, each pack."""
    parts = [_heading(record), _gates(record), _judge(record), _copies(record)]
    per_pack = record["per_pack"]
    styles = {slug: row for slug, row in per_pack.items() if "recognised" in row}
    characters = {slug: row for slug, row in per_pack.items() if "character_kept" in row}
    parts += ["## Style packs\n\n" + _pack_table(styles, STYLE_COLUMNS)] if styles else []
    parts += (
        ["## Characters\n\n" + _pack_table(characters, CHARACTER_COLUMNS)] if characters else []
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def passes(key: str, value: float | None) -> bool | None:
    """Whether a figure holds its gate; None where there is none to hold."""
    _, limit, sign = GATES[key]
    if not sign or value is None:
        return None
    return value >= limit if sign == "≥" else value <= limit


def _heading(record: Record) -> str:
    return (
        "# Evaluation\n\n"
        f"`{record['command']}`, {record['date']}, {record['device']}, {record['steps']} steps: "
        f"{record['pictures_painted']} pictures painted in {record['seconds']:.0f} s, for prompts "
        "whose subject, colour and place training never saw together."
    )


def _gates(record: Record) -> str:
    lines = ["| measure | figure | gate | |", "| --- | --- | --- | --- |"]
    for key, (words, limit, sign) in GATES.items():
        held = {True: "holds", False: "**missed**", None: ""}[passes(key, record.get(key))]
        gate = f"{sign} {limit:g}" if sign else ""
        lines.append(f"| {words} | {_said(record.get(key))} | {gate} | {held} |")
    return "\n".join(lines)


def _judge(record: Record) -> str:
    keys = ("subject", "colour", "place", "time", "weather", "time_weather")
    lines = ["## The judge, on drawn and on painted scenes of the same prompts\n",
             "| | " + " | ".join(keys) + " |", "| --- |" + " --- |" * len(keys)]  # fmt: skip
    for title, row in (("drawn", record["judge"]), ("painted", record["base"])):
        lines.append(f"| {title} | " + " | ".join(_said(row[key]) for key in keys) + " |")
    return "\n".join(lines)


def _copies(record: Record) -> str:
    copied = record["memorisation"]
    return (
        "## Nothing memorised\n\n"
        f"Nearest of {copied['training_scenes']} training scenes (64 px, root mean square "
        f"difference in CIELAB): painted pictures median {copied['median']:.1f}, minimum "
        f"{copied['minimum']:.1f}; new drawings median {copied['drawn_median']:.1f}, minimum "
        f"{copied['drawn_minimum']:.1f}. {copied['nearer_than_first_percentile']:.1%} of the "
        "painted pictures are nearer than one new drawing in a hundred is."
    )


def _pack_table(rows: Record, columns: tuple[tuple[str, str], ...]) -> str:
    lines = ["| pack | " + " | ".join(title for _, title in columns) + " |",
             "| --- |" + " --- |" * len(columns)]  # fmt: skip
    for slug, row in rows.items():
        note = " (monochrome)" if row.get("monochrome") else ""
        cells = " | ".join(_said(row.get(key)) for key, _ in columns)
        lines.append(f"| {slug}{note} | {cells} |")
    return "\n".join(lines)


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        # JSON has no infinity; a dial without any change has no step error but this.
        return round(value, PLACES) if math.isfinite(value) else 1e9
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list) else value
