"""Renders covers again and compares them, byte for byte, with those that were kept."""

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from generation.catalogue.darkroom import Darkroom
from generation.catalogue.files import cover_bytes, cover_path
from generation.catalogue.plan import Plan, PlanError
from stylepacks.models import StylePack


def check_covers(
    darkroom: Darkroom, plan: Plan, packs: Iterable[StylePack], folder: Path
) -> list[str]:
    """One line for each cover that came out the same; PlanError at the first that did not."""
    return [_check(darkroom, plan, pack, cover_path(folder, pack)) for pack in packs]


def _check(darkroom: Darkroom, plan: Plan, pack: StylePack, path: Path) -> str:
    if not path.is_file():
        raise PlanError(f"{path} is missing: run `make covers`.")
    kept, again = path.read_bytes(), cover_bytes(darkroom, plan, pack)
    if kept != again:
        raise PlanError(
            f"{path} came out differently ({_difference(kept, again)}). The same weights, packs, "
            "packages, threads and kind of processor give the same bytes: if one of them changed, "
            "run `make covers`."
        )
    return f"{pack.slug}: the same {len(kept):,} bytes"


def _difference(kept: bytes, again: bytes) -> str:
    try:
        pixels = [np.asarray(Image.open(io.BytesIO(each)), np.int16) for each in (kept, again)]
    except OSError:
        return "the file there is no picture"
    if pixels[0].shape != pixels[1].shape:
        return "in another size"
    return f"by up to {int(np.abs(pixels[0] - pixels[1]).max())} of 255 levels"
