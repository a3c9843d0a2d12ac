"""Celery workers with the stand-in, each a process group of its own, and one beat."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
CELERY = str(Path(sys.executable).parent / "celery")
APP = "benchmarks.standin.celery_app"
READY_SECONDS = 180


@dataclass
class Fleet:
    """`start` as often as you like; everything ends when the block does."""

    environment: dict[str, str]
    folder: Path
    app: str = APP
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> "Fleet":
        return self

    def __exit__(self, *failure: object) -> None:
        for name in list(self.processes):
            self.kill(name)

    def start(self, name: str, queues: str, **environment: str) -> None:
        """A worker `name` that listens to these queues."""
        flags = ["-n", f"{name}@fleet", "-Q", queues, "-P", "prefork", "-c", "1"]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        self._run(name, ["-A", self.app, "worker", *flags, *quiet], environment)

    def start_beat(self) -> None:
        schedule = str(self.folder / "fleet-beat")
        self._run("beat", ["-A", self.app, "beat", "-s", schedule, "--pidfile="], {})

    def kill(self, name: str) -> None:
        """kill -9 the worker and its child."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_child(self, name: str) -> bool:
        """kill -9 only the process that renders; its parent starts another. False: none was."""
        children = Path(f"/proc/{self.processes[name].pid}/task").glob("*/children")
        pids = [int(pid) for file in children for pid in file.read_text().split()]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return bool(pids)

    def is_running(self, name: str) -> bool:
        return name in self.processes and self.processes[name].poll() is None

    def _run(self, name: str, arguments: list[str], more: dict[str, str]) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [CELERY, *arguments],
            cwd=ROOT,
            env={**self.environment, **more},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_for_workers(database_url: str, count: int) -> None:
    """Until so many rows of workers are ready; raises TimeoutError."""
    deadline = time.monotonic() + READY_SECONDS
    asked = "SELECT count(*) FROM generation_worker WHERE is_ready"
    with psycopg.connect(database_url, autocommit=True) as database:
        while time.monotonic() < deadline:
            found = database.execute(asked).fetchone()
            if found and found[0] >= count:
                return
            time.sleep(0.5)
    raise TimeoutError(f"{count} workers were not ready in {READY_SECONDS} s; see their logs.")
