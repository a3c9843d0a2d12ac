"""How a benchmark writes what it measured: one JSON file and a readable table beside it."""

import datetime
import importlib.metadata
import json
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("torch", "diffusers", "transformers", "peft", "django", "celery")


def write(
    name: str,
    command: str,
    figures: Mapping[str, float],
    notes: Mapping[str, str] | None = None,
    folder: Path = RESULTS,
) -> Path:
    """Write `NAME.json` and `NAME.md` into `folder`; returns the JSON file's path.

    `notes` says, by figure, how it was measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, object] = {
        "name": name,
        "command": command,
        "machine": machine(),
        "versions": versions(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "figures": dict(figures),
    }
    if notes:
        content["notes"] = dict(notes)
    target = folder / f"{name}.json"
    _replace(target, json.dumps(content, indent=2) + "\n")
    _replace(target.with_suffix(".md"), _table(content))
    return target


def merge(
    name: str,
    command: str,
    figures: Mapping[str, float],
    notes: Mapping[str, str] | None = None,
    folder: Path = RESULTS,
) -> Path:
    """As `write`, keeping every figure and note that another command wrote into the same file."""
    kept = _kept(folder / f"{name}.json")
    commands = [*filter(None, kept.get("command", "").split(", ")), command]
    return write(
        name,
        ", ".join(dict.fromkeys(commands)),
        {**kept.get("figures", {}), **figures},
        {**kept.get("notes", {}), **(notes or {})},
        folder,
    )


def _kept(target: Path) -> dict[str, Any]:
    return dict(json.loads(target.read_text())) if target.is_file() else {}


def machine() -> str:
    parts = (_graphics(), _processor(), f"{os.cpu_count()} cores", platform.system())
    return f"{', '.join(part for part in parts if part)} {platform.machine()}"


def versions() -> dict[str, str]:
    """Of the packages that are installed here: the engine runs where Django is not."""
    return {"python": platform.python_version(), **dict(_installed())}


def _installed() -> list[tuple[str, str]]:
    found = []
    for name in PACKAGES:
        try:
            found.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _graphics() -> str:
    # Only a benchmark that computes with torch has it loaded.
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return ""
    return str(torch.cuda.get_device_name())


def _replace(target: Path, text: str) -> None:
    # A benchmark that is cut off while it writes leaves what was there before.
    part = target.with_name(f"{target.name}.part")
    part.write_text(text)
    part.replace(target)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def _table(content: dict[str, object]) -> str:
    figures, notes = content["figures"], content.get("notes", {})
    assert isinstance(figures, dict)
    assert isinstance(notes, dict)
    packages = content["versions"]
    assert isinstance(packages, dict)
    used = ", ".join(f"{name} {number}" for name, number in packages.items())
    return (
        f"# {content['name']}\n\n{_rows(figures, notes)}\n\n"
        f"`{content['command']}` · {content['machine']} · {content['date']}\n\n{used}\n"
    )


def _rows(figures: dict[str, float], notes: dict[str, str]) -> str:
    if not notes:
        rows = [f"| `{key}` | {value:g} |" for key, value in figures.items()]
        return "\n".join(["| figure | value |", "| --- | --- |", *rows])
    rows = [f"| `{key}` | {value:g} | {notes.get(key, '')} |" for key, value in figures.items()]
    return "\n".join(["| figure | value | how |", "| --- | --- | --- |", *rows])
