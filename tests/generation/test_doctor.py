"""What the doctor says of watching: what is on, for whom, and the cure where it cannot work."""

import io
import json
import sys

import pytest
from django.core.management import call_command


@pytest.fixture
def said(db):
    """said() is what the doctor found, by name."""

    def ask():
        out = io.StringIO()
        # No worker is alive here, so that it always has a cure to give.
        with pytest.raises(SystemExit, match="1"):
            call_command("doctor", "--json", stdout=out)
        return {check["name"]: check for check in json.loads(out.getvalue())["checks"]}

    return ask


def test_nothing_of_it_is_needed(said):
    found = said()
    for name, words in {
        "figures": "/metrics open to this machine alone; none of workers",
        "traces": "off",
        "reports": "off",
        "cache": "in each process",
    }.items():
        assert (found[name]["ok"], found[name]["found"]) == (True, words)


def test_it_says_who_may_read_figures_and_not_the_token(said, settings):
    settings.METRICS_TOKEN, settings.METRICS_PORT = "a-long-enough-secret", 9101
    check = said()["figures"]
    assert check["found"] == "/metrics open to its token; workers at port 9101"
    assert "secret" not in json.dumps(said())


@pytest.mark.parametrize(("token", "port"), [("short", 0), ("", 70000), ("", -1)])
def test_a_token_to_guess_or_an_odd_port_is_a_finding(said, settings, token, port):
    settings.METRICS_TOKEN, settings.METRICS_PORT = token, port
    check = said()["figures"]
    assert not check["ok"]
    assert "HOUSESTYLE_METRICS_TOKEN" in check["cure"]


@pytest.mark.parametrize(
    ("name", "setting", "package"),
    [
        ("traces", "TRACES_ENDPOINT", "opentelemetry"),
        ("reports", "SENTRY_DSN", "sentry_sdk"),
    ],
)
def test_it_names_the_packages_that_are_missing(
    said, settings, monkeypatch, name, setting, package
):
    for known in [each for each in sys.modules if each.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, known)
    monkeypatch.setitem(sys.modules, package, None)
    setattr(settings, setting, "https://key-of-ours@collector.example.org/4")
    check = said()[name]
    assert not check["ok"]
    assert check["found"].startswith("to collector.example.org, without")
    assert "requirements-observability.txt" in check["cure"]
    assert "key-of-ours" not in json.dumps(check)


def test_it_says_where_they_go_once_they_can(said, settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentry_sdk", sys)
    settings.SENTRY_DSN = "https://key@errors.example.org/4"
    check = said()["reports"]
    assert (check["ok"], check["found"]) == (True, "on, to errors.example.org")
