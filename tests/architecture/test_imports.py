"""The import directions hold, and a wrong import is caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "accounts", "stylepacks", "generation", "learn", "starter")

# file that gets the import, the import, a word of the contract that must break
WRONG_IMPORTS = [
    ("accounts/allowance.py", "import generation.models", "generation -> stylepacks -> accounts"),
    ("stylepacks/library.py", "import generation.states", "generation -> stylepacks -> accounts"),
    ("generation/states.py", "import django.db", "No Django and no Celery"),
    ("generation/engine/contract.py", "import torch", "starts without torch"),
    ("generation/engine/renderer.py", "import django.conf", "No Django and no Celery"),
    ("generation/submission.py", "import generation.engine.renderer", "contract alone"),
    ("stylepacks/intake.py", "import starter", "known only to install_starter"),
    ("stylepacks/views.py", "import learn.models", "learn -> stylepacks"),
    ("learn/reading.py", "import generation.recipes", "do not know each other"),
    ("learn/rules/prose.py", "import django.utils.html", "No Django and no Celery"),
    ("generation/tasks.py", "import config.settings", "imported by nobody"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(linter), "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for room in ROOMS:
        shutil.copytree(
            ROOT / room,
            folder / room,
            ignore=shutil.ignore_patterns("__pycache__", "weights", "covers", "*.safetensors"),
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_it_keeps_every_contract(house):
    result = lint(house)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("file", "line", "contract"), WRONG_IMPORTS)
def test_it_catches_a_planted_wrong_import(house, file, line, contract):
    target = house / file
    original = target.read_text()
    target.write_text(f"{original}\n{line}  # planted\n")
    try:
        result = lint(house)
    finally:
        target.write_text(original)
    assert result.returncode != 0
    broken = [row for row in result.stdout.splitlines() if " BROKEN" in row]
    assert any(contract in row for row in broken), result.stdout
