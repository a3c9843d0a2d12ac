"""Weights on this machine's disk: LoRAs fetched from storage once, checked by their SHA-256."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from generation.engine.contract import EngineError


class StorageAway(EngineError):
    """Storage gives nothing now, whatever is asked for; it will be back."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=True)


def checkpoint_location(location: str) -> str:
    """A path under the project if there is one, else the location as it is (a path, a hub id)."""
    inside = Path(settings.BASE_DIR) / location
    return str(inside) if inside.exists() else location


def local_lora(storage_name: str, sha256: str) -> str:
    """Path of the LoRA on local disk, fetched if need be.

    StorageAway when storage does not give it; EngineError when its bytes are wrong.
    """
    kept = _folder() / f"{sha256}.safetensors"
    if not kept.exists():
        _fetch(storage_name, sha256, kept)
    return str(kept)


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "cache" / "loras"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fetch(storage_name: str, sha256: str, kept: Path) -> None:
    handle, part = tempfile.mkstemp(dir=kept.parent, prefix=f"{sha256}.")
    try:
        found = _copy(storage_name, handle)
        if found != sha256:
            raise EngineError(
                "A weights file of this pack is damaged: ask its curator to renew it."
            )
        # Renamed whole: a second worker on this machine never sees half a file.
        os.replace(part, kept)
    finally:
        Path(part).unlink(missing_ok=True)


def _copy(storage_name: str, handle: int) -> str:
    summed = hashlib.sha256()
    with os.fdopen(handle, "wb") as local:
        try:
            with default_storage.open(storage_name, "rb") as remote:
                for chunk in remote.chunks():
                    summed.update(chunk)
                    local.write(chunk)
        except FileNotFoundError as error:
            said = "A weights file of this pack is missing: ask its curator to renew it."
            raise EngineError(said) from error
        except Exception as error:  # each storage has its own kinds of failure
            said = "The pack's weights could not be fetched."
            raise StorageAway(said) from error
    return summed.hexdigest()
