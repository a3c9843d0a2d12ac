"""The images: what goes into them starts there, and nothing else goes in."""

import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "docker/Dockerfile"
BIN = Path(sys.executable).parent


def let_in() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def test_hadolint_finds_nothing():
    found = subprocess.run(
        [str(BIN / "hadolint"), str(DOCKERFILE)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout


def test_everything_is_shut_out_but_what_is_named():
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line]
    assert next(line for line in lines if not line.startswith("#")) == "*"
    assert all((ROOT / name).exists() for name in let_in())
    assert not {"tests", "docs", "docker", ".git", ".env", "var", "docker/secrets"} & {*let_in()}


def test_no_image_runs_as_root_or_from_a_moving_tag():
    text = DOCKERFILE.read_text()
    for target in ("web", "worker-cpu", "worker-gpu"):
        stage = re.split(r"^FROM ", text, flags=re.M)
        [own] = [part for part in stage if part.splitlines()[0].endswith(f" AS {target}")]
        assert re.search(r"^USER 10001:10001$", own, re.M), target
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.11\.\d+-slim-\w+$", text, re.M)
    assert "latest" not in text


@pytest.fixture
def image(tmp_path) -> Path:
    """/app as the build sees it. What looks for the others beside itself is copied."""
    app = tmp_path / "app"
    (app / "docker").mkdir(parents=True)
    for name in let_in():
        if name == "config":
            shutil.copytree(ROOT / name, app / name)
        elif name == "manage.py":
            shutil.copy(ROOT / name, app)
        else:
            (app / name).symlink_to(ROOT / name)
    return app


def run(app: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOUSESTYLE_DATA": str(app.parent / "data")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [sys.executable, *command],
        cwd=app,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_goes_in_is_enough(image):
    collected = run(image, "manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    assert collected.returncode == 0, collected.stderr
    assert (image / "staticfiles/staticfiles.json").exists()
    started = run(image, "-c", "import config.asgi, config.celery; print('started')")
    assert started.stdout.endswith("started\n"), started.stderr


class _Ready(BaseHTTPRequestHandler):
    answers = 200
    asked: list[tuple[str, str, str]] = []

    def do_GET(self):
        self.asked.append((self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"]))
        self.send_response(self.answers)
        self.end_headers()
        self.wfile.write(b"database: no")

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(("answers", "code", "said"), [(200, 0, ""), (503, 1, "database: no")])
def test_the_webs_health_is_what_readyz_says(answers, code, said):
    handler = type("Ready", (_Ready,), {"answers": answers, "asked": []})
    server = TCPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        told = ask_health(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
    assert (told.returncode, said in told.stdout) == (code, True)
    assert handler.asked == [("/readyz", "pictures.example.org", "https")]


def test_a_web_that_is_not_there_is_ill():
    with TCPServer(("127.0.0.1", 0), _Ready) as server:
        port = server.server_address[1]
    told = ask_health(port)
    assert told.returncode == 1
    assert "does not answer" in told.stdout


def ask_health(port: int) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "HOUSESTYLE_PORT": str(port),
        "HOUSESTYLE_HOSTS": ".pictures.example.org,localhost",
    }
    command = [sys.executable, str(ROOT / "docker/health/web.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
