"""A hub on 127.0.0.1: as much of its HTTP as the hub's own library asks for to fetch a model.

It keeps what it was asked, and can hold or cut a connection in the middle of a file.
"""

import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "1234567890abcdef1234567890abcdef12345678"
INFO = re.compile(r"/api/models/([\w.-]+/[\w.-]+)(/revision/([\w.-]+))?")
TREE = re.compile(r"/api/models/([\w.-]+/[\w.-]+)/tree/(\w+)")
FILE = re.compile(r"/([\w.-]+/[\w.-]+)/resolve/(\w+)/(.+)")
HOLD, CUT = "hold", "cut"


@dataclass
class Trouble:
    """What happens to the next download of `path` after `after` bytes: HOLD or CUT."""

    path: str
    after: int
    kind: str


@dataclass
class Hub:
    """One repository, `owner/model`, with the files of `folder` at the revision COMMIT."""

    folder: Path
    license: str = "apache-2.0"
    is_gated: bool = False
    troubles: list[Trouble] = field(default_factory=list)
    fetched: list[tuple[str, str]] = field(default_factory=list)
    _sums: dict[Path, str] = field(default_factory=dict)

    def __enter__(self) -> "Hub":
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def ranges(self, path: str) -> list[str]:
        """Where each download of `path` began, "" for the beginning."""
        return [start for name, start in self.fetched if name == path]

    def names(self) -> list[str]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in files)

    def sum_of(self, name: str) -> str:
        path = self.folder / name
        if path not in self._sums:
            self._sums[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self._sums[path]

    def publish_sum(self, name: str, sha256: str) -> None:
        self._sums[self.folder / name] = sha256


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        if found := TREE.fullmatch(path):
            self._json([self._entry(name) for name in self.hub.names()])
        elif found := INFO.fullmatch(path):
            self._info(found[1], found[3])
        elif found := FILE.fullmatch(path):
            self._file(found[3])
        else:
            self._refuse(404, "EntryNotFound")

    def _info(self, name: str, revision: str | None) -> None:
        if name != "owner/model":
            self._refuse(404, "RepoNotFound")
        elif self.hub.is_gated:
            self._refuse(403, "GatedRepo")
        elif revision not in (None, "main", COMMIT):
            self._refuse(404, "RevisionNotFound")
        else:
            card = {"license": self.hub.license}
            siblings = [self._sibling(name) for name in self.hub.names()]
            self._json({"id": name, "sha": COMMIT, "siblings": siblings, "cardData": card})

    def _sibling(self, name: str) -> dict[str, object]:
        entry = self._entry(name)
        lfs = {"sha256": self.hub.sum_of(name), "size": entry["size"], "pointerSize": 130}
        found = {"rfilename": name, "size": entry["size"], "blobId": entry["oid"]}
        return {**found, "lfs": lfs} if "lfs" in entry else found

    def _entry(self, name: str) -> dict[str, object]:
        size = (self.hub.folder / name).stat().st_size
        entry = {"type": "file", "path": name, "size": size, "oid": self.hub.sum_of(name)[:40]}
        if name.endswith(".safetensors"):
            entry["lfs"] = {"oid": self.hub.sum_of(name), "size": size, "pointerSize": 130}
        return entry

    def _file(self, name: str) -> None:
        path = self.hub.folder / name
        if not path.is_file():
            self._refuse(404, "EntryNotFound")
            return
        content, asked = path.read_bytes(), self.headers.get("Range", "")
        start = int(re.sub(r"\D", "", asked) or 0)
        self.send_response(206 if asked else 200)
        self.send_header("ETag", f'"{self.hub.sum_of(name)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - start))
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if self.command == "GET":
            self.hub.fetched.append((name, asked))
            self._send(name, content[start:])

    def _send(self, name: str, content: bytes) -> None:
        trouble = next((each for each in self.hub.troubles if each.path == name), None)
        if trouble is None:
            self.wfile.write(content)
            return
        self.hub.troubles.remove(trouble)
        self.wfile.write(content[: trouble.after])
        self.wfile.flush()
        self.close_connection = True
        if trouble.kind == HOLD:
            self.rfile.read(1)  # until the other side is gone

    def _json(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()
