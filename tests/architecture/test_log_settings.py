"""Every process writes lines the same way: web, worker and commands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = """
import logging, uvicorn
uvicorn.Config("config.asgi:application", log_level="info").load()
"""
WORKER = """
import logging
from config.celery import app
app.log.setup(loglevel=logging.WARNING)
"""
SAY = """
logging.getLogger("uvicorn.error").info("started")
logging.getLogger("uvicorn.access").info("GET /create/?prompt=secret")
logging.getLogger("celery.worker").info("ready")
logging.getLogger("celery.beat").info("sending a due task")
logging.getLogger("django.request").error("broke", extra={"request": object()})
"""


def lines_of(process, tmp_path, **environment):
    said = subprocess.run(
        [sys.executable, "-c", process + SAY],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment}
        | {"HOUSESTYLE_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stderr.splitlines()


@pytest.mark.parametrize("process", [WEB, WORKER], ids=["web", "worker"])
def test_json_is_what_every_process_writes(tmp_path, process):
    environment = {"HOUSESTYLE_LOG_FORMAT": "json", "HOUSESTYLE_LOG_LEVEL": "INFO"}
    lines = [json.loads(line) for line in lines_of(process, tmp_path, **environment)]
    said = [line["message"] for line in lines if line["logger"] != "py.warnings"]
    assert said == ["started", "ready", "broke"]


def test_a_child_that_died_is_told_like_everything_else(tmp_path):
    dying = WORKER + "from billiard.util import error; error('Process %r died', 'one')\n"
    lines = lines_of(dying, tmp_path, HOUSESTYLE_LOG_FORMAT="json")
    assert json.loads(lines[0])["message"] == "Process 'one' died"


def test_a_worker_listens_to_its_own_option_where_nothing_else_is_said(tmp_path):
    (line,) = lines_of(WORKER, tmp_path)
    assert line.endswith("ERROR django.request broke")


def test_an_unknown_format_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(AssertionError, match="HOUSESTYLE_LOG_FORMAT must be one of"):
        lines_of(WEB, tmp_path, HOUSESTYLE_LOG_FORMAT="xml")
