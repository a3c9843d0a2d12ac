"""How a benchmark writes what it measured: one JSON file and a readable table beside it."""

import datetime
import importlib.metadata
import json
import os
import platform
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("torch", "diffusers", "transformers", "peft", "django", "celery")


def write(name: str, command: str, figures: dict[str, float]) -> Path:
    """Write `results/NAME.json` and `results/NAME.md`; returns the JSON file's path."""
    RESULTS.mkdir(exist_ok=True)
    content: dict[str, object] = {
        "name": name,
        "command": command,
        "machine": machine(),
        "versions": versions(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "figures": figures,
    }
    target = RESULTS / f"{name}.json"
    target.write_text(json.dumps(content, indent=2) + "\n")
    target.with_suffix(".md").write_text(_table(content))
    return target


def machine() -> str:
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def versions() -> dict[str, str]:
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **found}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def _table(content: dict[str, object]) -> str:
    figures = content["figures"]
    assert isinstance(figures, dict)
    rows = "\n".join(f"| `{key}` | {value:g} |" for key, value in figures.items())
    packages = content["versions"]
    assert isinstance(packages, dict)
    used = ", ".join(f"{name} {number}" for name, number in packages.items())
    return (
        f"# {content['name']}\n\n| figure | value |\n| --- | --- |\n{rows}\n\n"
        f"`{content['command']}` · {content['machine']} · {content['date']}\n\n{used}\n"
    )
