"""Draw docs/engine.svg from what was measured: bars on one scale in each group, light and dark.

python -m benchmarks.engine.chart [results.json ...] [--out docs/engine.svg]
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from benchmarks import results_file

OUT = Path(__file__).resolve().parents[2] / "docs" / "engine.svg"
USUAL = ("engine-h200.json", "engine-cpu.json")

WIDTH, MARGIN, LABELS, VALUES = 880, 32, 300, 76
BAR, ROW, TITLE, GAP, HEAD = 16, 26, 34, 22, 74
BARS = WIDTH - 2 * MARGIN - LABELS - VALUES
STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--ink) }
  .head { font-size: 20px; font-weight: 600 } .group { font-weight: 600 }
  .quiet { fill: var(--quiet); font-size: 12.5px } .value { font-variant-numeric: tabular-nums }
  .ours { fill: var(--accent) } .stock { fill: var(--other) } .page { fill: var(--page) }
  svg { --page: #ffffff; --ink: #1b1b1f; --quiet: #6b6b76; --other: #c9c9d2; --accent: #5b5bd6 }
  @media (prefers-color-scheme: dark) {
    svg { --page: #111114; --ink: #ededf0; --quiet: #9a9aa6; --other: #4a4a55; --accent: #8f8ff5 }
  }
"""


class Bar(NamedTuple):
    """A figure of the results and what to call it; `times` brings it into its group's unit."""

    key: str
    label: str
    is_ours: bool = False
    times: float = 1


class Group(NamedTuple):
    """Bars on one scale."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


GROUPS = (
    Group(
        "A picture with one LoRA the process has not seen",
        "s",
        (
            Bar("stock_new_pack_1_seconds", "diffusers: load, render, unload"),
            Bar("hotswap_new_pack_seconds", "diffusers: hotswap, compiled"),
            Bar("new_pack_1_seconds", "Housestyle: file on disk", True),
            Bar("resident_pack_1_seconds", "Housestyle: pack used before", True),
        ),
    ),
    Group(
        "A picture with two LoRAs the process has not seen",
        "s",
        (
            Bar("stock_new_pack_2_seconds", "diffusers: load, render, unload"),
            Bar("new_pack_2_seconds", "Housestyle: files on disk", True),
            Bar("resident_pack_2_seconds", "Housestyle: pack used before", True),
        ),
    ),
    Group(
        "Putting one LoRA on",
        "ms",
        (
            Bar("stock_load_1_seconds", "diffusers: load and set", times=1000),
            Bar("hotswap_load_seconds", "diffusers: hotswap", times=1000),
            Bar("new_pack_ready_ms", "Housestyle: file on disk", True),
            Bar("switch_ms", "Housestyle: pack used before", True),
        ),
    ),
    Group(
        "One denoising step, guidance included",
        "ms",
        (
            Bar("stock_step_0_ms", "diffusers, no LoRA"),
            Bar("stock_step_1_ms", "diffusers, one LoRA"),
            Bar("stock_step_2_ms", "diffusers, two"),
            Bar("stock_step_3_ms", "diffusers, three"),
            Bar("hotswap_step_ms", "diffusers, one, hotswap, compiled"),
            Bar("step_0_ms", "Housestyle, no LoRA", True),
            Bar("step_1_ms", "Housestyle, one LoRA", True),
            Bar("step_3_ms", "Housestyle, three", True),
        ),
    ),
)


def main(arguments: Sequence[str] | None = None) -> str | None:
    """Draw the first of the usual results that is there, or those that are named."""
    parser = argparse.ArgumentParser("python -m benchmarks.engine.chart", description=__doc__)
    parser.add_argument("results", nargs="*", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    usual = [results_file.RESULTS / name for name in USUAL]
    found = [file for file in asked.results or usual if file.is_file()]
    if not found:
        return "There are no results to draw: run `python -m benchmarks.engine` first."
    asked.out.write_text(drawn(json.loads(found[0].read_text())), encoding="utf-8")
    return None


def drawn(content: dict[str, object]) -> str:
    """The picture of one results file, as SVG; groups without figures are left out."""
    figures = content["figures"]
    assert isinstance(figures, dict)
    rows, top = [], float(HEAD)
    for group in GROUPS:
        bars = [bar for bar in group.bars if bar.key in figures]
        if bars:
            rows += list(_group(group, bars, figures, top))
            top += TITLE + ROW * len(bars) + GAP
    return _page("\n".join([*_heading(content), *rows]), int(top + MARGIN - GAP))


def _heading(content: dict[str, object]) -> Iterator[str]:
    yield _text(MARGIN, 38, "A style pack costs nothing", "head")
    said = f"{content['machine']} · {content['date']} · shorter is better"
    yield _text(MARGIN, 60, said, "quiet")


def _group(
    group: Group, bars: Sequence[Bar], figures: dict[str, float], top: float
) -> Iterator[str]:
    values = [figures[bar.key] * bar.times for bar in bars]
    yield _text(MARGIN, top + 20, group.title, "group")
    for index, (bar, value) in enumerate(zip(bars, values, strict=True)):
        x, y = MARGIN + LABELS, top + TITLE + ROW * index
        width = max(2.0, BARS * value / max(values))
        yield _text(MARGIN, y + 13, bar.label, "")
        yield _bar(x, y, width, "ours" if bar.is_ours else "stock")
        yield _text(x + width + 8, y + 13, f"{_short(value)} {group.unit}", "value")


def _bar(x: float, y: float, width: float, kind: str) -> str:
    size = f'width="{width:.1f}" height="{BAR}"'
    return f'  <rect class="{kind}" x="{x:g}" y="{y:g}" {size} rx="3"/>'


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _text(x: float, y: float, said: str, kind: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'  <text{named} x="{x:g}" y="{y:g}">{escape(said)}</text>'


def _page(inner: str, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="Request and step times of Housestyle and stock diffusers">\n'
        f"<style>{STYLE}</style>\n"
        f'  <rect class="page" width="{WIDTH}" height="{height}" rx="12"/>\n{inner}\n</svg>\n'
    )


if __name__ == "__main__":
    sys.exit(main())
