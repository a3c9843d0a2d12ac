"""Lighthouse's four marks of a page, on a telephone with a slow line and on a desk."""

import contextlib
import json
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Playwright

from tests.browser.people import CHROMIUM
from tests.house import free_port

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PRESETS: dict[str, list[str]] = {"mobile": [], "desktop": ["--preset=desktop"]}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic")
ENOUGH, TRIES = 95, 3
SECONDS = 180
Cookies = list[dict[str, object]]
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


def marks(player: Playwright, name: str, address: str, preset: str, cookies: Cookies) -> Marks:
    """One visit; where it falls short, the median of three, since a busy machine costs speed."""
    visits = [_visit(player, name, address, preset, cookies)]
    while visits[0].lowest < ENOUGH and len(visits) < TRIES:
        visits.append(_visit(player, name, address, preset, cookies))
    middle = {
        each: round(statistics.median(visit.marks[each] for visit in visits)) for each in CATEGORIES
    }
    nearest = min(visits, key=lambda visit: abs(visit.lowest - min(middle.values())))
    return Marks(name, preset, middle, max(visit.shift for visit in visits), nearest.lost)


def _visit(player: Playwright, name: str, address: str, preset: str, cookies: Cookies) -> Marks:
    with (
        tempfile.TemporaryDirectory(prefix="housestyle-lighthouse-") as folder,
        _chromium(player, Path(folder) / "profile", cookies) as port,
    ):
        target = Path(folder) / "report.json"
        command = ["node", str(PROGRAM), address, "--quiet", "--output=json"]
        command += [f"--output-path={target}", f"--port={port}", "--disable-storage-reset"]
        command += [f"--only-categories={','.join(CATEGORIES)}", *PRESETS[preset]]
        subprocess.run(command, timeout=SECONDS, check=True)
        report = json.loads(target.read_text())
    return _read(name, preset, report)


@contextlib.contextmanager
def _chromium(player: Playwright, profile: Path, cookies: Cookies) -> Iterator[int]:
    """A browser of its own, signed in: a Cookie header would reach the page, not its pictures."""
    port = free_port()
    context = player.chromium.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=[*FLAGS, f"--remote-debugging-port={port}"]
    )
    context.add_cookies(cookies)  # type: ignore[arg-type]
    try:
        yield port
    finally:
        context.close()


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
