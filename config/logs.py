"""How log lines look, and what never stands in one: secrets and people's words."""

import copy
import json
import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from generation import logs

# A sweep every five seconds is no news, nor is each of a library's requests.
TALKATIVE = ("httpx", "httpx2", "celery.app.trace", "celery.beat", "celery.worker.strategy")
# Those that bring a stream of their own.
WITH_HANDLERS = ("django", "django.server", "multiprocessing", "uvicorn", "uvicorn.error")
HIDDEN = "[hidden]"
WORDS = "[words]"
LINE = "%(asctime)s %(levelname)s %(name)s %(message)s%(about)s"
# What a line may carry besides its message. Others pass whole requests and messages along.
CARRIED = ("generation_id", "request_id", "method", "route", "status", "milliseconds")
_STANDARD = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime"})
_NAMES = (
    r"password|passwd|secret(?:_?key)?|access_?key(?:_?id)?|api_?key|token|signature|sig|"
    r"credential|csrf\w{0,40}|sessionid|prompt|x-amz-[\w-]{1,40}|dsn"
)
_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s"'&,;)}\]]+)"""
# Each begins with a fixed word, so that a line of any length costs one pass.
SECRETS = tuple(
    (re.compile(pattern, re.IGNORECASE), shown)
    for pattern, shown in (
        (r"\b((?:proxy-)?authorization|(?:set-)?cookie)([\"']?\s*[:=]\s*)[^\n]+", rf"\1\2{HIDDEN}"),
        (r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", rf"\1 {HIDDEN}"),
        (r"\bhs_[\w-]{8,}", HIDDEN),
        (r"://[^\s/@\"':]*:[^\s/@\"']*@", rf"://{HIDDEN}@"),
        (rf"(?<![a-z0-9])({_NAMES})([\"']?\s*(?:=|%3D|:)\s*){_VALUE}", rf"\1\2{HIDDEN}"),
        (r"(/s/|/reset/key/|/confirm-email/)[\w:.-]+", rf"\1{HIDDEN}"),
    )
)


def wiring(style: str, level: str) -> dict[str, Any]:
    """The LOGGING setting: everything to one stream, as `line` or as `json`."""
    # Whoever reads JSON expects nothing else on the stream.
    logging.captureWarnings(style == "json")
    through_ours: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "config.logs.Line", "format": LINE},
            "json": {"()": "config.logs.Json", "fmt": "%(levelname)s %(name)s %(message)s"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": style}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            **{name: {"level": "WARNING"} for name in TALKATIVE},
            **dict.fromkeys(WITH_HANDLERS, through_ours),
            # Its lines repeat addresses with everything in them; ours name the route.
            "uvicorn.access": {**through_ours, "level": "WARNING"},
        },
    }


def discreet(text: str, unsaid: tuple[str, ...] = ()) -> str:
    """The text without tokens, passwords, signed links, and without the words in `unsaid`."""
    for words in sorted(filter(None, unsaid), key=len, reverse=True):
        for spelled in {words, repr(words)[1:-1], json.dumps(words)[1:-1]}:
            text = re.sub(rf"(?<!\w){re.escape(spelled)}(?!\w)", WORDS, text)
    for secret, shown in SECRETS:
        text = secret.sub(shown, text)
    return text


def _shown(record: logging.LogRecord) -> logging.LogRecord:
    """A copy that says what the line is about and nothing that must not be said."""
    now, shown = logs.scope(), copy.copy(record)
    carried = {name: getattr(record, name, "") for name in CARRIED}
    for name in vars(record).keys() - _STANDARD:
        delattr(shown, name)
    carried["generation_id"] = carried["generation_id"] or now.generation_id
    carried["request_id"] = now.request_id
    vars(shown).update({name: value for name, value in carried.items() if value != ""})
    shown.msg, shown.args = discreet(record.getMessage(), now.unsaid), None
    if record.exc_info:
        trace = logging.Formatter().formatException(record.exc_info)
        shown.exc_text, shown.exc_info = discreet(trace, now.unsaid), None
    return shown


class Line(logging.Formatter):
    """One readable line, with the ids at its end."""

    def format(self, record: logging.LogRecord) -> str:
        shown = _shown(record)
        ids = (("request", "request_id"), ("generation", "generation_id"))
        said = [f"{word} {vars(shown)[name]}" for word, name in ids if name in vars(shown)]
        shown.about = f" [{', '.join(said)}]" if said else ""
        return super().format(shown)


class Json(JsonFormatter):
    """One JSON object a line; its time is UTC."""

    def __init__(self, fmt: str) -> None:
        names = {"levelname": "level", "name": "logger"}
        super().__init__(fmt, rename_fields=names, timestamp="time", json_ensure_ascii=False)

    def format(self, record: logging.LogRecord) -> str:
        return super().format(_shown(record))
