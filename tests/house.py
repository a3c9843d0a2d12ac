"""The whole product as real processes: web, worker, a scratch data folder. For tests and benches.

with House(folder) as house:
    house.start_worker()
    ... house.address ...
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

# One process instead of three: most of what each does is to start.
INSTALL = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("install_starter", verbosity=0)
call_command("install_terms", verbosity=0)
"""
ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
WEB_SECONDS = 30


class House:
    """Web and worker on 127.0.0.1, with everything they write under `folder`."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "HOUSESTYLE_DATA": str(folder),
            "HOUSESTYLE_DEBUG": "1",
            "HOUSESTYLE_ORIGINS": self.address,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **environment,
        }
        self._web: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "House":
        if not self._is_installed:
            self.install()
        self.start_web()
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop_worker()
        self.stop_web()

    @property
    def _is_installed(self) -> bool:
        """A folder copied from an installed one is."""
        return (self.folder / "housestyle.db").exists()

    def install(self) -> None:
        """Tables, the starter's packs and the glossary."""
        self._run(["-c", INSTALL])

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run(["manage.py", *arguments], check=check)

    def _run(self, arguments: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=check,
        )

    def start_web(self) -> None:
        command = [str(BIN / "uvicorn"), "config.asgi:application", "--port", str(self.port)]
        self._web = self._start([*command, "--log-level", "warning"], "web.log")
        wait_until(self._answers, WEB_SECONDS, f"{self.address} did not answer; see web.log")

    def stop_web(self) -> None:
        if self._web:
            _end(self._web, signal.SIGINT)
        self._web = None

    def start_worker(self, queues: str = "render.sd15.cpu,house") -> None:
        command = [str(BIN / "celery"), "-A", "config", "worker", "-B", "-P", "prefork", "-c", "1"]
        flags = ["-Q", queues, "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        self._worker = self._start([*command, *flags], "worker.log")

    def kill_worker(self) -> None:
        """kill -9 the worker and every child it has."""
        if self._worker:
            os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait()
        self._worker = None

    def stop_worker(self) -> None:
        if self._worker:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait()
        self._worker = None

    @property
    def worker_pid(self) -> int:
        assert self._worker is not None
        return self._worker.pid

    def log(self, name: str) -> str:
        return (self.folder / name).read_text(errors="replace")

    def _start(self, command: list[str], log: str) -> subprocess.Popen[bytes]:
        output = (self.folder / log).open("ab")
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self.address, timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float, complaint: str) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError(complaint)


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
