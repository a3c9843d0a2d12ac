"""Services that may be broken: PostgreSQL, Redis and S3 of our own, each on a free port."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import redis
from botocore.config import Config

from benchmarks.chaos.proxy import Proxy
from tests.house import free_port
from tests.production import swift

BUCKET = "house-images"
STORE_MIB = 1500
READY_SECONDS = 60


@dataclass
class Postgres:
    """A cluster in `folder`. PostgreSQL refuses to run as root, so there it runs as `postgres`."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._control("initdb", "-D", str(self.folder), "-U", "postgres", "-A", "trust")
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -k /tmp -c listen_addresses=127.0.0.1 -c max_connections=300"
        self._control(
            "pg_ctl", "-D", str(self.folder), "-w", "-l", "/dev/null", "-o", options, "start"
        )

    def restart(self, how: str) -> None:
        """`fast` ends every session, `immediate` is what a power cut leaves behind."""
        self._control("pg_ctl", "-D", str(self.folder), "-w", "-m", how, "stop")
        time.sleep(2)
        self.start()

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._control("pg_ctl", "-D", str(self.folder), "-w", "-m", "immediate", "stop")

    def _control(self, program: str, *arguments: str) -> None:
        command = [str(_postgres_programs() / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, cwd="/tmp", stdout=subprocess.DEVNULL)


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise FileNotFoundError("Install PostgreSQL's server (Debian: postgresql) for this run.")
    return found[-1]


@dataclass
class Redis:
    """A server without files: after a restart it knows nothing."""

    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        quiet = ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", *quiet]
        self.process = subprocess.Popen(command)
        client, deadline = redis.Redis.from_url(self.url), time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(redis.RedisError):
                client.ping()
                return
            time.sleep(0.1)
        raise TimeoutError("Redis did not answer.")

    def restart(self) -> None:
        with contextlib.suppress(redis.RedisError):
            redis.Redis.from_url(self.url).flushall()
        self.stop()
        time.sleep(2)
        self.start()

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@dataclass
class Store:
    """The S3 server behind a proxy that can refuse and stall, on a disk that can be filled."""

    server: swift.S3Server
    proxy: Proxy
    folder: Path
    is_own_disk: bool

    def client(self) -> Any:
        """Straight to the server, past the proxy: for the checker."""
        return boto3.client(
            "s3",
            endpoint_url=self.server.endpoint,
            aws_access_key_id=self.server.access_key,
            aws_secret_access_key=self.server.secret_key,
            region_name="us-east-1",
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )

    def fill(self) -> None:
        """Take all that is left of its disk."""
        free = shutil.disk_usage(self.folder).free
        with contextlib.suppress(OSError), (self.folder / "filler").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free)
        with contextlib.suppress(OSError), (self.folder / "filler-rest").open("wb") as file:
            for _ in range(4096):
                file.write(b"\0" * 4096)

    def empty(self) -> None:
        for file in self.folder.glob("filler*"):
            file.unlink()


@dataclass
class Ground:
    postgres: Postgres
    redis: Redis
    store: Store

    def environment(self) -> dict[str, str]:
        server = self.store.server
        return {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT_URL": self.store.proxy.endpoint,
            "S3_ACCESS_KEY": server.access_key,
            "S3_SECRET_KEY": server.secret_key,
        }


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Ground]:
    """All three, running; gone afterwards."""
    with contextlib.ExitStack() as until_end:
        postgres = Postgres(folder / "postgres", free_port())
        until_end.callback(postgres.stop)
        postgres.create()
        memory = Redis(free_port())
        until_end.callback(memory.stop)
        memory.start()
        disk, is_own_disk = until_end.enter_context(_disk(folder / "swift"))
        server = until_end.enter_context(swift.running(disk))
        proxy = until_end.enter_context(Proxy(int(server.endpoint.rsplit(":", 1)[1])))
        store = Store(server, proxy, disk, is_own_disk)
        store.client().create_bucket(Bucket=BUCKET)
        yield Ground(postgres, memory, store)


@contextlib.contextmanager
def _disk(folder: Path) -> Iterator[tuple[Path, bool]]:
    """A small disk of its own where this user may mount one; else a folder that is not filled."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={STORE_MIB}m", "tmpfs", str(folder)]
    is_own = subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0
    try:
        yield folder, is_own
    finally:
        if is_own:
            subprocess.run(["umount", "-l", str(folder)], check=False)
