"""Fills a lesson with latents as they are encoded, while training already goes on."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import torch

from starter.training.denoising import Lesson
from starter.training.encode import open_latents, open_marks
from starter.training.ranks import Rank
from starter.training.store import BLOCK, Section, Store


class Feed:
    """Copies a section's training rows into the lesson, in the order in which they come."""

    def __init__(self, store: Store, section: Section, out: Path, lesson: Lesson) -> None:
        self._store, self._start, self._lesson = store, section.training_rows.start, lesson
        self._marks, self._latents = open_marks(out), open_latents(store, out)
        self._waiting = list(range(self._start // BLOCK, section.training_rows.stop // BLOCK))
        self.rows = 0

    def start(self, rank: Rank, least: int) -> None:
        """Return once `least` rows (or all) are there; the rest follow from a thread."""
        while self._waiting and self.rows < least:
            self.take_ready()
            time.sleep(0.1)
        if self._waiting:
            threading.Thread(target=self._go_on, args=(rank,), daemon=True).start()

    def take_ready(self) -> None:
        """Copy every block that is encoded now."""
        ready = [block for block in self._waiting if self._marks[block]]
        for block in ready:
            self._take(block)
        self._waiting = [block for block in self._waiting if not self._marks[block]]
        self._lesson.ready.fill_(self.rows)

    def _take(self, block: int) -> None:
        lesson, rows = self._lesson, slice(block * BLOCK, (block + 1) * BLOCK)
        here = slice(rows.start - self._start, rows.stop - self._start)
        lesson.latents[here] = self._latents[rows].to(lesson.latents.device)
        lesson.tokens[here] = torch.from_numpy(self._store.tokens[rows]).to(lesson.tokens.device)
        places = torch.arange(here.start, here.stop, device=lesson.rows.device)
        lesson.rows[self.rows : self.rows + BLOCK] = places
        self.rows += BLOCK

    def _go_on(self, rank: Rank) -> None:
        # A stream of its own: copies on the training stream would stall every step.
        with torch.cuda.stream(torch.cuda.Stream() if rank.on_gpu else None):  # type: ignore
            while self._waiting:
                self.take_ready()
                time.sleep(1)
