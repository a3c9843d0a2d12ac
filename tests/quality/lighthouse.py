"""Lighthouse's four marks of a page, on a telephone with a slow line and on a desk."""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.browser.people import CHROMIUM

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PRESETS: dict[str, list[str]] = {"mobile": [], "desktop": ["--preset=desktop"]}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic"
ENOUGH, TRIES = 95, 3
SECONDS = 180
NO_NODE = "Lighthouse was left out: it needs Node.js 18.20 or newer with npm, and none is here."


@dataclass(frozen=True)
class Marks:
    """The four marks, 0 to 100, what moved while the page loaded, and what cost a mark."""

    page: str
    preset: str
    marks: Mapping[str, int]
    shift: float
    lost: tuple[str, ...]

    @property
    def lowest(self) -> int:
        return min(self.marks.values())


def is_here() -> bool:
    """Whether Node.js is; installs the pinned Lighthouse beside this file when it is missing."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    if not PROGRAM.exists():
        command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=HERE, check=True)
    return True


def marks(name: str, address: str, preset: str, cookie: str = "") -> Marks:
    """One visit; where it falls short, the median of three, since a busy machine costs speed."""
    visits = [_visit(name, address, preset, cookie)]
    while visits[0].lowest < ENOUGH and len(visits) < TRIES:
        visits.append(_visit(name, address, preset, cookie))
    middle = {
        each: round(statistics.median(visit.marks[each] for visit in visits)) for each in CATEGORIES
    }
    nearest = min(visits, key=lambda visit: abs(visit.lowest - min(middle.values())))
    return Marks(name, preset, middle, max(visit.shift for visit in visits), nearest.lost)


def _visit(name: str, address: str, preset: str, cookie: str) -> Marks:
    with tempfile.TemporaryDirectory(prefix="housestyle-lighthouse-") as folder:
        target, headers = Path(folder) / "report.json", Path(folder) / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
        command = ["node", str(PROGRAM), address, "--quiet", "--output=json"]
        command += [f"--output-path={target}", f"--extra-headers={headers}"]
        command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}"]
        environment = {**os.environ, "CHROME_PATH": CHROMIUM}
        subprocess.run([*command, *PRESETS[preset]], env=environment, timeout=SECONDS, check=True)
        report = json.loads(target.read_text())
    return _read(name, preset, report)


def _read(name: str, preset: str, report: dict[str, dict[str, dict[str, object]]]) -> Marks:
    found = {
        each: round(100 * float(str(report["categories"][each]["score"]))) for each in CATEGORIES
    }
    shift = float(str(report["audits"]["cumulative-layout-shift"]["numericValue"]))
    return Marks(name, preset, found, round(shift, 4), tuple(_lost(report)))


def _lost(report: dict[str, dict[str, dict[str, object]]]) -> list[str]:
    said = []
    for category in report["categories"].values():
        for reference in category["auditRefs"]:  # type: ignore[attr-defined]
            audit = report["audits"][reference["id"]]
            score = audit["score"]
            if reference["weight"] and score is not None and float(str(score)) < 0.9:
                said.append(f"{audit['title']} {audit.get('displayValue', '')}".strip())
    return said
