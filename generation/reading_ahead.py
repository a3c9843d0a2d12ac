"""While one batch renders, the LoRAs of the next one are fetched and parsed beside it."""

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection

from generation import scheduler
from generation.models import Generation
from generation.orders import loras_of
from generation.recipes import Recipe
from generation.weight_files import checkpoint_location

if TYPE_CHECKING:
    from generation.engine.renderer import Renderer

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 1.0


class ReadAhead:
    """One thread at most, which asks no database and changes no row. A guess that proves wrong
    costs one read; a row that is cancelled meanwhile is simply not claimed.
    """

    def __init__(self, queues: Sequence[str]) -> None:
        self._queues = tuple(queues)
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def begin(self, renderer: "Renderer", rendering: Generation) -> None:
        """Called while `rendering` renders. Never raises, never waits for a file."""
        if self._closed.is_set() or (self._thread and self._thread.is_alive()):
            return
        following = self._following(rendering)
        if following is None or following.batch_key == rendering.batch_key:
            return
        self._thread = threading.Thread(
            target=self._read, args=(renderer, following.recipe), name="read-ahead", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Begin nothing more. What is being read has a moment to end well, then it is left."""
        self._closed.set()
        if self._thread:
            self._thread.join(CLOSING_SECONDS)

    def _following(self, rendering: Generation) -> Generation | None:
        turn = self._queues.index(rendering.queue) + 1
        queues = self._queues[turn:] + self._queues[:turn]
        try:
            return scheduler.upcoming(queues, rendering.batch_key)
        except DatabaseError as error:
            logger.warning("The next batch could not be looked up: %s", error)
            connection.close()
            return None

    def _read(self, renderer: "Renderer", recipe: Recipe) -> None:
        try:
            loras = loras_of(recipe)
            if not self._closed.is_set():
                place = checkpoint_location(recipe["checkpoint"]["location"])
                renderer.read_ahead(place, recipe["family"], loras)
        except Exception as error:  # whatever it is, the render itself will tell the person
            logger.info("Reading ahead ended early: %s", error)
