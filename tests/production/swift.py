"""A real S3 server for tests: OpenStack Swift with its S3 door, on 127.0.0.1 alone.

It checks signatures and refuses wrong keys, which is why no imitation is used in its place.
Needs the Debian packages swift-proxy, swift-account, swift-container, swift-object, memcached.
"""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ACCESS_KEY, SECRET_KEY = "test:tester", "testing"
PROGRAMS = ("memcached", "swift-ring-builder", "swift-proxy-server", "swift-object-server")
SERVERS = ("account", "container", "object")
READY_SECONDS = 60
# As it ships, a proxy that waits half a second for a connection takes the server for dead; where
# that is the bucket's, it answers "no such bucket", and after ten such it asks none for a minute.
PATIENT = "conn_timeout = 30\nnode_timeout = 60\nerror_suppression_limit = 100000"


@dataclass(frozen=True)
class S3Server:
    endpoint: str
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY


def missing_programs() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[S3Server]:
    """Start memcached and the four Swift servers in `folder`; stop them at the end."""
    ports = {name: _free_port() for name in (*SERVERS, "proxy", "memcached")}
    _write_configuration(folder, ports)
    _build_rings(folder / "etc", ports)
    processes = [_start_memcached(ports["memcached"])]
    processes += [_start_server(folder, name) for name in (*SERVERS, "proxy")]
    try:
        # All of them: a proxy whose servers do not listen yet answers "service unavailable".
        for port in ports.values():
            _wait_for(port, processes)
        yield S3Server(f"http://127.0.0.1:{ports['proxy']}")
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_configuration(folder: Path, ports: dict[str, int]) -> None:
    etc = folder / "etc"
    (folder / "srv" / "d1").mkdir(parents=True)
    etc.mkdir()
    (etc / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = house\nswift_hash_path_prefix = style\n"
        "[storage-policy:0]\nname = gold\ndefault = yes\n"
    )
    for name in SERVERS:
        (etc / f"{name}-server.conf").write_text(_storage_conf(folder, name, ports[name]))
    (etc / "proxy-server.conf").write_text(_proxy_conf(folder, ports))


def _common(folder: Path, port: int) -> str:
    return (
        f"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {port}\nswift_dir = {folder}/etc\n"
        f"devices = {folder}/srv\nmount_check = false\nworkers = 0\nuser = {getpass.getuser()}\n"
        "log_level = ERROR\n"
    )


def _storage_conf(folder: Path, name: str, port: int) -> str:
    return (
        f"{_common(folder, port)}[pipeline:main]\npipeline = {name}-server\n"
        f"[app:{name}-server]\nuse = egg:swift#{name}\n"
    )


def _proxy_conf(folder: Path, ports: dict[str, int]) -> str:
    middlewares = "catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth"
    pipeline = f"{middlewares} slo dlo versioned_writes copy proxy-server"
    cache = f"127.0.0.1:{ports['memcached']}"
    sections = {
        "app:proxy-server": f"use = egg:swift#proxy\naccount_autocreate = true\n{PATIENT}",
        "filter:cache": f"use = egg:swift#memcache\nmemcache_servers = {cache}",
        "filter:s3api": (
            "use = egg:swift#s3api\ns3_acl = false\nlocation = us-east-1\n"
            "allow_multipart_uploads = true\ncheck_bucket_owner = false"
        ),
        "filter:tempauth": "use = egg:swift#tempauth\nuser_test_tester = testing .admin",
        "filter:versioned_writes": (
            "use = egg:swift#versioned_writes\nallow_object_versioning = false"
        ),
    }
    for name in ("catch_errors", "gatekeeper", "healthcheck", "listing_formats", "bulk", "slo"):
        sections[f"filter:{name}"] = f"use = egg:swift#{name}"
    for name in ("dlo", "copy"):
        sections[f"filter:{name}"] = f"use = egg:swift#{name}"
    body = "\n".join(f"[{name}]\n{text}\n" for name, text in sections.items())
    return f"{_common(folder, ports['proxy'])}[pipeline:main]\npipeline = {pipeline}\n{body}"


def _build_rings(etc: Path, ports: dict[str, int]) -> None:
    for name in SERVERS:
        ring = [("create", "4", "1", "1"), ("add", f"r1z1-127.0.0.1:{ports[name]}/d1", "1")]
        for arguments in [*ring, ("rebalance",)]:
            command = ["swift-ring-builder", f"{name}.builder", *arguments]
            subprocess.run(command, cwd=etc, check=True, stdout=subprocess.DEVNULL)


def _start_memcached(port: int) -> subprocess.Popen[bytes]:
    command = ["memcached", "-l", "127.0.0.1", "-p", str(port), "-m", "16", "-U", "0"]
    return subprocess.Popen([*command, "-u", getpass.getuser()])


def _start_server(folder: Path, name: str) -> subprocess.Popen[bytes]:
    log = (folder / f"{name}.log").open("wb")
    # Swift is Debian's Python, not this environment's: keep ours out of its way.
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.Popen(
        [f"swift-{name}-server", str(folder / "etc" / f"{name}-server.conf")],
        stdout=log,
        stderr=log,
        env=clean,
    )


def _wait_for(port: int, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"Swift did not answer on port {port}; its logs lie beside its etc folder.")
