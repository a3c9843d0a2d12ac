"""Celery's messages in a folder: kombu's transport, with messages that appear whole.

kombu 5.7 opens a message under its final name and writes it then. A worker that looks in between
reads nothing, takes that for JSON and ends; with two busy cores that is once in some ten minutes.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

BIND_TRIES, BIND_PAUSE_SECONDS = 20, 0.05


class Channel(filesystem.Channel):  # type: ignore[misc]
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        part = Path(self.data_folder_out) / f"{name}.part"
        try:
            part.write_text(dumps(payload))
            part.rename(part.with_name(name))
        except OSError as error:
            raise ChannelError(f"Cannot add {name!r} to {self.data_folder_out}") from error

    def _queue_bind(self, *binding: Any) -> None:
        for tries in range(1, BIND_TRIES + 1):
            try:
                super()._queue_bind(*binding)
                return
            except ValueError:  # another process has only just opened the table to write it
                if tries == BIND_TRIES:
                    raise
                time.sleep(BIND_PAUSE_SECONDS)


class Transport(filesystem.Transport):  # type: ignore[misc]
    Channel = Channel
