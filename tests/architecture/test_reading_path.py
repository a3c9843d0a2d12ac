"""The reading path of the README fits an hour, and the README shows it in this order."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 1200
FIRST_HOUR = (
    "README.md",
    "stylepacks/rules/prompt_template.py",
    "stylepacks/rules/strength.py",
    "generation/states.py",
    "generation/engine/contract.py",
    "generation/submission.py",
    "generation/scheduler.py",
    "generation/render_worker.py",
    "generation/engine/renderer.py",
    "generation/delivery.py",
)


def test_it_fits_an_hour():
    lines = {path: len((ROOT / path).read_text().splitlines()) for path in FIRST_HOUR}
    assert sum(lines.values()) <= MAX_LINES, lines


def test_it_is_linked_from_the_readme_in_order():
    readme = (ROOT / "README.md").read_text()
    path = re.search(r"^Read in this order.*?\n\n", readme, re.DOTALL | re.MULTILINE)
    assert path is not None
    linked = re.findall(r"\]\((.+?)\)", path[0])
    assert [link for link in linked if link.endswith(".py")] == list(FIRST_HOUR[1:])
    assert all((ROOT / link).exists() for link in linked)
