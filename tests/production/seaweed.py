"""The S3 server that docker/compose.yaml starts: SeaweedFS, on 127.0.0.1, with our own policies.

Unlike Swift it knows policies, lifecycles and encryption at rest. Its program comes from PyPI.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import requests
from botocore.config import Config

from tests.house import ROOT, free_port
from tests.production.swift import S3Server

PROGRAM = Path(sys.executable).with_name("weed")
BUCKET = "house-images"
PARTS = ("master", "volume", "filer", "s3")
READY_SECONDS = 60


class Seaweed:
    """A running server with the secrets of a fresh installation.

    `as_role` gives the keys of admin, web or worker.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {part: (free_port(), free_port()) for part in PARTS}
        self.endpoint = f"http://127.0.0.1:{self.ports['s3'][0]}"
        self.secrets = _make_secrets(folder)

    def as_role(self, role: str) -> S3Server:
        key = (self.secrets / f"s3_{role}_key").read_text()
        return S3Server(self.endpoint, role, key)

    def start(self) -> subprocess.Popen[bytes]:
        (self.folder / "data").mkdir()
        shutil.copy(self.secrets / "s3_security.toml", self.folder / "security.toml")
        command = [str(PROGRAM), "server", f"-dir={self.folder}/data", "-filer", "-s3"]
        command += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.config={self.secrets}/s3.json"]
        command += ["-s3.autoCreateBucket=false", "-master.telemetry=false"]
        command += ["-volume.max=30", "-master.volumeSizeLimitMB=64"]
        for part, (port, grpc) in self.ports.items():
            command += [f"-{part}.port={port}", f"-{part}.port.grpc={grpc}"]
        log = (self.folder / "weed.log").open("wb")
        return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.endpoint}/healthz", timeout=2).ok:
                    return
            time.sleep(0.2)
        raise RuntimeError(f"SeaweedFS did not answer; see {self.folder}/weed.log")


def _make_secrets(folder: Path) -> Path:
    """docker/secrets.sh, run beside a copy of the policies."""
    shutil.copytree(ROOT / "docker/s3", folder / "docker/s3")
    shutil.copy(ROOT / "docker/secrets.sh", folder / "docker")
    subprocess.run(["sh", str(folder / "docker/secrets.sh")], check=True, capture_output=True)
    return folder / "docker/secrets"


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Seaweed]:
    """Start it in `folder`; stop it at the end."""
    server = Seaweed(folder)
    process = server.start()
    try:
        server.wait(process)
        yield server
    finally:
        # Asked to stop it waits for others to notice; nothing here is kept.
        process.kill()
        process.wait()


def client_of(server: S3Server):
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        region_name="us-east-1",
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "max_attempts": 8},
        ),
    )


def prepare(server: Seaweed, role: str = "admin") -> subprocess.CompletedProcess[str]:
    """Make the bucket as docker/compose.yaml does."""
    keys = server.as_role(role)
    environment = {
        **os.environ,
        "S3_BUCKET": BUCKET,
        "S3_ENDPOINT_URL": keys.endpoint,
        "S3_ACCESS_KEY": keys.access_key,
        "S3_SECRET_KEY": keys.secret_key,
    }
    command = [sys.executable, str(ROOT / "docker/s3/prepare_bucket.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
