"""What `make check` says of the packages: found, clean, or nobody to ask."""

import json
import sys

import pytest

from config import advisories

SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
UNKNOWN = {"name": "torch", "skip_reason": "not found"}
BAD = {"name": "old", "version": "1", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1"]}]}


@pytest.fixture
def answered(monkeypatch):
    def answer(*packages, complaint=""):
        monkeypatch.setattr(advisories, "audited", lambda _: (complaint, list(packages)))
        return advisories.main()

    return answer


def printing(text):
    return [sys.executable, "-c", f"print({text!r})"]


def test_it_fails_on_a_vulnerability_and_names_the_cure(answered, capsys):
    assert answered(SOUND, BAD) == 1
    assert "old 1 has CVE-2026-1: upgrade to 1.1." in capsys.readouterr().out


def test_it_says_of_how_many_packages_nothing_is_known(answered, capsys):
    assert answered(SOUND, UNKNOWN) == 0
    said = capsys.readouterr().out
    assert "1 packages checked, 0 vulnerabilities; of 1 others nothing is known" in said


def test_it_passes_and_says_so_where_nobody_can_be_asked(answered, capsys):
    assert answered(complaint="the advisory service cannot be reached from here") == 0
    assert "not checked, the advisory service cannot be reached" in capsys.readouterr().out


def test_it_reads_what_the_audit_prints():
    packages = [SOUND, UNKNOWN]
    printed = printing(json.dumps({"dependencies": packages, "fixes": []}))
    assert advisories.audited(printed) == ("", packages)


@pytest.mark.parametrize("text", ["", "ProxyError: no way", "[]", '{"other": 1}'])
def test_it_takes_anything_else_for_no_answer(text):
    complaint, packages = advisories.audited(printing(text))
    assert (complaint, packages) == ("the advisory service cannot be reached from here", [])


def test_it_waits_no_longer_than_it_may():
    waiting = [sys.executable, "-c", "import time; time.sleep(60)"]
    assert "took more than" in advisories.audited(waiting, seconds=0.2)[0]
