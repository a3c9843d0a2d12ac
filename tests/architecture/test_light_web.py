"""The web process starts without the model libraries, on the packages of its own image alone."""

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "diffusers", "transformers", "peft", "safetensors")
PROBE = f"""
import sys
from config.asgi import application
from django.urls import get_resolver
get_resolver().url_patterns
print(" ".join(name for name in {HEAVY!r} if name in sys.modules))
"""
# What the web's image is asked to run, by its own entry points.
COMMANDS = (
    "migrate",
    "collectstatic",
    "check",
    "install_starter",
    "install_terms",
    "ensure_admin",
    "doctor",
    "list_packs",
    "check_pack",
    "export_pack",
    "import_pack",
    "verify_image",
)
ALONE = """
import importlib.abc, json, sys
told = json.load(sys.stdin)
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in told["absent"]:
            raise ModuleNotFoundError(f"No module named {name!r} in the web's image", name=name)
sys.meta_path.insert(0, Absent())
from config.asgi import application
from django.core.management import get_commands, load_command_class
from django.urls import get_resolver
def walk(patterns):
    for pattern in patterns:
        walk(getattr(pattern, "url_patterns", ()))
walk(get_resolver().url_patterns)
import config.celery, generation.tasks  # beat loads the tasks that it rings for
for name in told["commands"]:
    load_command_class(get_commands()[name], name).create_parser("manage.py", name)
"""


def test_it_imports_no_model_library():
    result = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == ""


def test_it_starts_on_what_its_image_holds():
    """Everything that requirements-web.txt does not bring, directly or not, is made absent."""
    absent = sorted(modules_outside(packages_of(ROOT / "requirements-web.txt")))
    assert set(HEAVY) <= set(absent), absent
    started = subprocess.run(
        [sys.executable, "-c", ALONE],
        input=json.dumps({"absent": absent, "commands": COMMANDS}),
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert started.returncode == 0, started.stderr[-2000:]


def test_the_engine_s_packages_come_on_top_of_the_web_s():
    whole = (ROOT / "requirements.txt").read_text().splitlines()
    assert whole[-1] == "-r requirements-web.txt"
    assert named(whole).isdisjoint(named((ROOT / "requirements-web.txt").read_text().splitlines()))
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(
        r"^\$\(VENV\)/\.base: requirements\.txt requirements-web\.txt$", makefile, re.M
    )


def named(lines):
    return {canonical(Requirement(line).name) for line in lines if line[:1].isalpha()}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def packages_of(file: Path) -> set[str]:
    """The packages in the file and all they need here, as their own metadata says."""
    waiting = [Requirement(line) for line in file.read_text().splitlines() if line[:1].isalpha()]
    seen: dict[str, set[str]] = {}
    while waiting:
        wanted = waiting.pop()
        name, extras = canonical(wanted.name), {"", *wanted.extras}
        if extras <= seen.get(name, set()):
            continue
        seen.setdefault(name, set()).update(extras)
        waiting += [need for need in needs_of(name) if applies(need, extras)]
    return set(seen)


def needs_of(name):
    return [Requirement(line) for line in metadata.distribution(name).requires or []]


def applies(need: Requirement, extras: set[str]) -> bool:
    return need.marker is None or any(need.marker.evaluate({"extra": e}) for e in extras)


def modules_outside(packages: set[str]) -> set[str]:
    """Top-level modules that are installed here only for packages not among these."""
    return {
        module
        for module, owners in metadata.packages_distributions().items()
        if not {canonical(owner) for owner in owners} & packages
    }
