"""The product's settings on a storage that takes its time, as a far or busy one does."""

import os
import time

from django.core.files.storage import FileSystemStorage

from config.settings import *  # noqa: F403
from config.settings import STORAGES

SECONDS = float(os.environ.get("SLOW_STORAGE_SECONDS", "0.3"))


class SlowStorage(FileSystemStorage):
    """Every put takes SECONDS longer."""

    def save(self, name, content, max_length=None):
        time.sleep(SECONDS)
        return super().save(name, content, max_length)


STORAGES = {
    **STORAGES,
    "default": {
        "BACKEND": "tests.slow_storage.SlowStorage",
        "OPTIONS": {"allow_overwrite": True},
    },
}
