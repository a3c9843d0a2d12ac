"""Compiled code on disk, so that the next start of a worker compiles nothing.

One file for each torch, device and architecture. It holds code that is run: the folder belongs to
the worker alone. A file that is damaged, or of something else, is left aside with a log line.
"""

import hashlib
import json
import logging
import os
import re
from pathlib import Path
from typing import Any

import torch

from generation.engine.compiling import OPTIONS
from generation.engine.kernel_choices import LONGEST_ROW

logger = logging.getLogger(__name__)

MAGIC = b"housestyle compiled 1\n"
DIGEST_BYTES = 32


class CompileStore:
    """The file of one model's compiled code; `folder` None keeps nothing."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self.path = folder / name if folder else None
        self._is_loaded = False

    def load(self) -> bool:
        """Give the compiler what it made before; whether there was anything."""
        kept = _read(self.path) if self.path else None
        if kept is None:
            return False
        try:
            self._is_loaded = torch.compiler.load_cache_artifacts(kept) is not None
        except Exception as error:  # whatever it stumbles over, compiling anew is right
            logger.warning("The compiled code in %s could not be used: %s", self.path, error)
        return self._is_loaded

    def save(self, compiled_anything: bool) -> None:
        """Keep what was compiled, unless it all came from here. Never raises: it is a cache."""
        if self.path is None or (self._is_loaded and not compiled_anything):
            return
        try:
            made = torch.compiler.save_cache_artifacts()
            if made is not None:
                _write(self.path, made[0])
        except Exception as error:  # a full disk, or an artefact that cannot be pickled
            logger.warning("The compiled code could not be kept in %s: %s", self.path, error)


def keep_kernels(folder: Path | None) -> None:
    """Let Triton keep there what it compiles, unless an operator has named another place."""
    if folder is None or "TRITON_CACHE_DIR" in os.environ:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["TRITON_CACHE_DIR"] = str(folder / "triton")


def file_name(device: str, architecture: dict[str, Any]) -> str:
    """Named by all that compiled code depends on; `architecture` is plain JSON."""
    told = json.dumps([architecture, OPTIONS, LONGEST_ROW], sort_keys=True, default=str)
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    return "-".join((_plain(torch.__version__), _plain(device), digest)) + ".compiled"


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "_", text)


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        logger.warning("The compiled code in %s could not be read: %s", path, error)
        return None
    start = len(MAGIC) + DIGEST_BYTES
    kept = content[start:]
    if content[:start] != MAGIC + hashlib.sha256(kept).digest():
        logger.warning("The compiled code in %s is damaged; it is compiled again.", path)
        return None
    return kept


def _write(path: Path, made: bytes) -> None:
    # Beside its place first: a worker that dies half-way leaves no half file, and two that write
    # at the same time leave one whole one.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.incomplete")
    try:
        beside.write_bytes(MAGIC + hashlib.sha256(made).digest() + made)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
