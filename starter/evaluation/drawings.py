"""Drawings made for the evaluation, with seeds that training never uses, on all cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.pool import Pool
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from starter.looks import apply_look
from starter.scenes import Facts, Scene, draw_facts, draw_scene
from starter.scenes.characters import draw_character_scene
from starter.training.store import SIDE

FIRST_SEED = 100_000_000
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Drawing:
    """One picture to draw: of `facts`, or of a `character`, or (with neither) a training scene."""

    seed: int
    facts: Facts | None = None
    character: str | None = None
    look: str | None = None
    side: int = 192


def draw(drawing: Drawing) -> Pixels:
    """(side, side, 3) uint8."""
    scene = _scene(drawing)
    whole = apply_look(drawing.look, scene, drawing.seed) if drawing.look else scene.image
    return shrink(whole, drawing.side)


def shrink(picture: Pixels, side: int) -> Pixels:
    """(512, 512, 3) to (side, side, 3), each pixel the mean of what it covers."""
    if side == SIDE:
        return picture
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def draw_all(drawings: Sequence[Drawing], workers: int | None = None) -> Pixels:
    """(n, side, side, 3) uint8, in the order asked for; all must have the same side."""
    return np.stack(list(_drawn(drawings, workers or os.cpu_count() or 1)))


def draw_ahead(drawings: Sequence[Drawing]) -> Iterator[Pixels]:
    """Begin at once, in processes that give way to any other; each picture when it is asked for."""
    pool = _pool(os.cpu_count() or 1, os.nice, (19,))
    pictures = pool.imap(draw, drawings, chunksize=64)
    pool.close()
    # The pool ends with the last picture; until then somebody must hold it.
    return _held(pictures, pool)


def _held(pictures: Iterator[Pixels], pool: Pool) -> Iterator[Pixels]:
    yield from pictures
    pool.join()


def _scene(drawing: Drawing) -> Scene:
    if drawing.character:
        return draw_character_scene(drawing.character, drawing.seed)
    if drawing.facts:
        return draw_facts(drawing.facts, drawing.seed)
    return draw_scene(drawing.seed)


def _drawn(drawings: Sequence[Drawing], workers: int) -> Iterator[Pixels]:
    if workers == 1 or len(drawings) < 4 * workers:
        yield from map(draw, drawings)
        return
    with _pool(workers) as pool:
        yield from pool.imap(draw, drawings, chunksize=4)


def _pool(workers: int, *first: Any) -> Pool:
    threads = cv2.getNumThreads()
    # A forked process can neither use nor end the threads that OpenCV began in this one.
    cv2.setNumThreads(1)
    pool = multiprocessing.get_context("fork").Pool(workers, *first)
    cv2.setNumThreads(threads)
    return pool
