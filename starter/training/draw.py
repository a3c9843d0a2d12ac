"""Draw every training picture: scenes, each look, the character; all cores, resumable.

    python -m starter.training.draw DATA --scenes 240000 --looks 6000 --characters 8000

58 processes draw about 2,200 pictures a second (138,944 in 63 s, measured). A picture takes 0.79
MB: put DATA in memory. Blocks already drawn are skipped. What is kept is drawn first; the further
scenes wait while more than `--at-once` pictures lie there, until `encode` has given some back.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import time
from pathlib import Path

import cv2
import numpy as np
from tokenizers import Tokenizer

from starter.looks import LOOKS, apply_look
from starter.pack_files import read_packs
from starter.scenes import draw_scene
from starter.scenes.characters import CHARACTERS, draw_character_scene
from starter.tokenizer_encoder import load_fast_encoder
from starter.training.captions import character_captions, look_captions, scene_captions
from starter.training.store import BLOCK, DRAWN, Section, Store, create_store


def draw_row(section: Section, row: int) -> tuple[np.ndarray, list[str]]:
    """One picture and its captions; the row number is the seed, so no picture comes twice."""
    if section.kind == "character":
        scene = draw_character_scene(section.name, row)
        return scene.image, character_captions(scene, _TRIGGERS[section.name], row)
    scene = draw_scene(row)
    if section.kind == "scene":
        return scene.image, scene_captions(scene, row)
    captions = look_captions(scene, _TRIGGERS[section.name], row)
    return apply_look(section.name, scene, row), captions


def draw_block(block: int) -> int:
    section = _STORE.section_of(block * BLOCK)
    while _STORE.waiting * BLOCK > _AT_ONCE and not _STORE.is_kept(block):
        time.sleep(0.2)
    for row in range(block * BLOCK, (block + 1) * BLOCK):
        image, captions = draw_row(section, row)
        _STORE.pixels[row] = image
        _STORE.tokens[row] = [encoding.ids for encoding in _ENCODER.encode_batch(captions)]
    _STORE.done[block] = DRAWN
    return block


def main() -> None:
    given = _arguments()
    counts = [("scenes", "scene", given.scenes)]
    wanted = given.names or [*CHARACTERS, *LOOKS]
    counts += [(name, "character", given.characters) for name in CHARACTERS if name in wanted]
    counts += [(slug, "look", given.looks) for slug in LOOKS if slug in wanted]
    store = create_store(given.folder, counts)
    waiting = _order(store, given.mixed)
    began, drawn = time.monotonic(), 0
    with multiprocessing.get_context("fork").Pool(
        given.workers, _start, (given.folder, given.at_once)
    ) as pool:
        for _ in pool.imap_unordered(draw_block, waiting):
            drawn += 1
            if drawn % max(1, len(waiting) // 20) == 0:
                seconds = time.monotonic() - began
                print(f"drawn {drawn * BLOCK} of {store.rows}, {seconds:.0f} s", flush=True)


def _order(store: Store, mixed: bool) -> list[int]:
    """Held-out blocks, then what stays, shuffled, so that training can start early; then the rest.

    `mixed` shuffles all alike: for when `encode` already runs, and makes room.
    """
    first = [section.held_out_rows.start // BLOCK for section in store.sections]
    others = [block for block in range(store.rows // BLOCK) if block not in set(first)]
    random.Random(0).shuffle(others)
    if not mixed:
        others.sort(key=lambda block: not store.is_kept(block))
    return [block for block in first + others if not store.done[block]]


def _start(folder: Path, at_once: int) -> None:
    global _STORE, _ENCODER, _AT_ONCE
    _AT_ONCE = at_once
    cv2.setNumThreads(1)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    _STORE, _ENCODER = Store(folder), load_fast_encoder()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", type=int, default=240_000)
    parser.add_argument("--looks", type=int, default=6_000)
    parser.add_argument("--names", nargs="*", help="these looks and characters; default all")
    parser.add_argument("--characters", type=int, default=8_000)
    parser.add_argument("--at-once", type=int, default=120_000, help="pictures in memory")
    parser.add_argument("--mixed", action="store_true", help="when the autoencoder is finished")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    return parser.parse_args()


_STORE: Store
_AT_ONCE: int
_ENCODER: Tokenizer
_TRIGGERS = {pack.slug: pack.trigger for pack in read_packs()}

if __name__ == "__main__":
    main()
