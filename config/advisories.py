"""Whether an installed package has a known vulnerability: `python -m config.advisories`.

pip-audit asks its advisory service about each package. Only a vulnerability that was found fails:
where nobody can be asked this says so, since a check that needs the network would fail without it.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

AUDIT = ("-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off")
ANSWER_SECONDS = 3
PATIENCE_SECONDS = 20

Audit = tuple[str, list[dict[str, Any]]]


def main() -> int:
    """Print what was found; 1 when a package has a known vulnerability."""
    complaint, packages = audited([sys.executable, *AUDIT, "--timeout", str(ANSWER_SECONDS)])
    if complaint:
        print(f"Advisories: not checked, {complaint}.")
        return 0
    found = [line for package in packages for line in _vulnerabilities(package)]
    print("\n".join([*found, f"Advisories: {_summary(packages, len(found))}."]))
    return 1 if found else 0


def audited(command: Sequence[str], seconds: float = PATIENCE_SECONDS) -> Audit:
    """Why there is no answer, or "" and what is known about each package."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"the advisory service took more than {seconds:g} seconds", []
    try:
        return "", list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError, TypeError):
        return "the advisory service cannot be reached from here", []


def _vulnerabilities(package: dict[str, Any]) -> list[str]:
    return [
        f"{package['name']} {package.get('version', '')} has {each['id']}: "
        f"{_cure(each.get('fix_versions') or [])}."
        for each in package.get("vulns") or []
    ]


def _cure(versions: list[str]) -> str:
    return f"upgrade to {versions[0]}" if versions else "no fixed version is published yet"


def _summary(packages: list[dict[str, Any]], found: int) -> str:
    unknown = sum(1 for package in packages if "skip_reason" in package)
    said = f"{len(packages) - unknown} packages checked, {found} vulnerabilities"
    return said + (f"; of {unknown} others nothing is known here" if unknown else "")


if __name__ == "__main__":
    sys.exit(main())
