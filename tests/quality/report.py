"""What was seen, as a page for people and as figures beside those of `make bench-web`."""

import datetime
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import results_file
from tests.quality.axe import Finding
from tests.quality.lighthouse import CATEGORIES, ENOUGH, NO_NODE, Marks

ASSETS_KIB = 150
NOTES = {
    "axe_violations": "`make quality`: rules broken on every page, two widths, light and dark",
    "lighthouse_min": "`make quality`: lowest mark on home, pack, create, result; phone and desk",
    "own_assets_kib": "`make quality`: gzipped style sheets and scripts of the heaviest of these",
    "terms": "published words of the glossary",
}


@dataclass
class Seen:
    """What axe-core found and how often it looked, the marks, the weights, the words."""

    findings: list[Finding]
    looks: int
    own_assets: dict[str, float]
    terms: int
    marks: list[Marks] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        light = max(self.own_assets.values()) <= ASSETS_KIB
        return not self.findings and light and all(each.lowest >= ENOUGH for each in self.marks)

    @property
    def figures(self) -> dict[str, float]:
        found: dict[str, float] = {
            "axe_violations": len(self.findings),
            "own_assets_kib": max(self.own_assets.values()),
            "terms": self.terms,
        }
        if self.marks:
            found["lighthouse_min"] = min(each.lowest for each in self.marks)
        return found


def write(seen: Seen, target: Path) -> None:
    target.write_text(page(seen))
    results_file.merge("web", "make quality", seen.figures, NOTES)


def page(seen: Seen) -> str:
    """The whole page, in Markdown."""
    parts = (_head(), _rules(seen), _marks(seen), _weights(seen))
    return "\n\n".join(parts) + "\n"


def _head() -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return f"# Quality of the pages\n\n`make quality` · {results_file.machine()} · {today}"


def _rules(seen: Seen) -> str:
    said = f"axe-core looked at {seen.looks} views and found {len(seen.findings)} broken rules."
    return "\n".join(["## Accessibility", "", said, "", *(f"- {each}" for each in seen.findings)])


def _marks(seen: Seen) -> str:
    if not seen.marks:
        return f"## Lighthouse\n\n{NO_NODE}"
    head = ["page", "on", *CATEGORIES, "layout shift"]
    rows = [
        [each.page, each.preset, *(each.marks[one] for one in CATEGORIES), f"{each.shift:g}"]
        for each in seen.marks
    ]
    lost = [
        f"- {each.page}, {each.preset}: {'; '.join(each.lost)}" for each in seen.marks if each.lost
    ]
    table = [_row(head), _row(["---"] * len(head)), *map(_row, rows)]
    return "\n".join(["## Lighthouse", "", *table, "", *lost])


def _weights(seen: Seen) -> str:
    rows = [_row([name, f"{weight:g}"]) for name, weight in seen.own_assets.items()]
    return "\n".join(["## First load", "", "| page | KiB, gzipped |", "| --- | --- |", *rows])


def _row(cells: list[object] | list[str]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
