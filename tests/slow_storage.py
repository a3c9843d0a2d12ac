"""The product's settings on a storage that takes its time, as a far or busy one does."""

import os
import time
from typing import IO, Any

from django.core.files.storage import FileSystemStorage

from config.settings import *  # noqa: F403
from config.settings import STORAGES


class SlowStorage(FileSystemStorage):
    """Every put takes `seconds` longer."""

    seconds = float(os.environ.get("SLOW_STORAGE_SECONDS", "0"))

    def save(self, name: str | None, content: IO[Any], max_length: int | None = None) -> str:
        time.sleep(self.seconds)
        return str(super().save(name, content, max_length))


STORAGES = {
    **STORAGES,
    "default": {
        "BACKEND": "tests.slow_storage.SlowStorage",
        "OPTIONS": {"allow_overwrite": True},
    },
}
