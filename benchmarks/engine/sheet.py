"""What was measured so far: every part's figures are on disk before the next part begins."""

import json
import time
from pathlib import Path

from benchmarks import results_file

# The figures that were asked for by name come first, in this order.
NAMED = (
    "speedup_new_pack_1", "speedup_new_pack_2", "speedup_over_hotswap", "switch_ms",
    "switch_over_bound", "three_over_one", "step_ratio", "peak_fraction", "peak_fraction_flux",
    "mix_ratio", "device_busy", "recompiles", "growth_bytes", "drift_bits",
    "psnr_over_unmerged_db", "warm_start_seconds",
)  # fmt: skip


class Sheet:
    """Figures and how they were measured, merged into what the file held before."""

    def __init__(self, file: Path, command: str) -> None:
        self._file = file
        self._command = command
        self._started = time.perf_counter()
        known = json.loads(file.read_text()) if file.is_file() else {}
        self.figures: dict[str, float] = known.get("figures", {})
        self._notes: dict[str, str] = known.get("notes", {})

    @property
    def elapsed(self) -> float:
        """Seconds since the benchmark began."""
        return time.perf_counter() - self._started

    def say(self, text: str) -> None:
        print(f"[{self.elapsed:6.1f} s] {text}", flush=True)

    def put(self, note: str = "", **figures: float) -> None:
        """Keep figures, rounded to five digits, and write the file; `note` says how they came."""
        for key, value in figures.items():
            self.figures[key] = _rounded(value)
            if note:
                self._notes[key] = note
            self.say(f"{key} = {self.figures[key]:g}")
        self._write()

    def derive(self, key: str, above: str, below: str, note: str = "") -> None:
        """A ratio of two figures, as soon as both are there; they may come from two calls."""
        if above in self.figures and self.figures.get(below):
            self.put(note, **{key: self.figures[above] / self.figures[below]})

    def _write(self) -> None:
        first = {key: self.figures[key] for key in NAMED if key in self.figures}
        ordered = {**first, **dict(sorted(self.figures.items()))}
        name, folder = self._file.stem, self._file.parent
        results_file.write(name, self._command, ordered, self._notes, folder)


def _rounded(value: float) -> float:
    # Counts are exact, whatever their size.
    return value if isinstance(value, int) else float(f"{value:.5g}")
