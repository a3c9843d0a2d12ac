"""Traces and error reports: nothing without their variable, a sentence without their packages."""

import sys

import pytest

from config import watchers
from generation import logs
from generation.models import Generation
from generation.watching import spans

EVENT = {
    "request": {"url": "https://house/s/secret-link/", "headers": {"Cookie": "sessionid=secret"}},
    "exception": {"values": [{"type": "ValueError", "value": "no fox with hs_secretsecret"}]},
    "extra": ["Authorization: Bearer secretsecret", 7],
}


def test_nothing_is_imported_where_nothing_is_asked_for(settings, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    settings.TRACES_ENDPOINT = settings.SENTRY_DSN = ""
    watchers.begin("web")
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("setting", "variable", "package"),
    [
        ("TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry"),
        ("SENTRY_DSN", "SENTRY_DSN", "sentry_sdk"),
    ],
)
def test_without_its_packages_the_house_opens_and_says_so(
    settings, monkeypatch, caplog, setting, variable, package
):
    for known in [each for each in sys.modules if each.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, known)
    monkeypatch.setitem(sys.modules, package, None)
    setattr(settings, setting, "http://collector:4318")
    watchers.begin("web")
    assert caplog.messages == [watchers.MISSING % variable]


def test_a_report_holds_no_request_no_secret_and_no_words():
    row = Generation(prompt="fox", recipe={})
    with logs.about([row]):
        sent = watchers._scrubbed(dict(EVENT), None)
    assert "request" not in sent
    assert "secret" not in str(sent)
    assert sent["exception"]["values"][0]["value"] == "no [words] with [hidden]"
    assert sent["extra"][1] == 7


def test_sentry_is_told_to_keep_words_to_itself(settings, monkeypatch):
    told = {}
    sdk = type(sys)("sentry_sdk")
    sdk.init = lambda **options: told.update(options)
    monkeypatch.setitem(sys.modules, "sentry_sdk", sdk)
    settings.SENTRY_DSN, settings.TRACES_ENDPOINT = "https://key@errors.example.org/4", ""
    watchers.begin("worker")
    assert told["max_request_body_size"] == "never"
    assert (told["send_default_pii"], told["include_local_variables"]) == (False, False)
    assert told["before_send"] is watchers._scrubbed


def test_a_span_carries_the_ids_that_lines_carry(monkeypatch):
    attributes = {}

    class Tracer:
        def start_as_current_span(self, name):
            return self

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def set_attributes(self, given):
            attributes.update(given)

    monkeypatch.setattr(spans, "trace", type("T", (), {"get_tracer": lambda _: Tracer()}))
    row = Generation(prompt="fox", recipe={})
    with logs.of_request("request-1"), spans.span("request"), logs.about([row]):
        pass
    assert attributes == {"request_id": "request-1", "generation_id": str(row.pk)}


def test_without_opentelemetry_a_span_is_nothing(monkeypatch):
    monkeypatch.setattr(spans, "trace", None)
    with spans.span("render"):
        pass
