"""The looks a style pack is trained on: each turns a drawn scene into an image in one look.

A look is a function of a scene and a random generator; it returns (512, 512, 3) uint8 RGB, the
same for the same generator. One module per family; add a look by writing it there and naming
it in LOOKS. Textures are four pixels or larger and structured, so that they survive the
starter model's 16x autoencoder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from starter.looks.canvas import Image
from starter.looks.craft import claymation, embroidery, mosaic, paper_cut
from starter.looks.light import neon_outline, stained_glass
from starter.looks.line import blueprint, chalkboard
from starter.looks.paint import ink_wash, oil_paint, watercolour
from starter.looks.pixel import pixel_art
from starter.looks.print import halftone_print, linocut

if TYPE_CHECKING:
    from starter.scenes import Scene

Look = Callable[["Scene", np.random.Generator], Image]

LOOKS: dict[str, Look] = {
    "pixel-art": pixel_art,
    "neon-outline": neon_outline,
    "watercolour": watercolour,
    "blueprint": blueprint,
    "halftone-print": halftone_print,
    "paper-cut": paper_cut,
    "linocut": linocut,
    "stained-glass": stained_glass,
    "claymation": claymation,
    "embroidery": embroidery,
    "chalkboard": chalkboard,
    "ink-wash": ink_wash,
    "oil-paint": oil_paint,
    "mosaic": mosaic,
}


def apply_look(slug: str, scene: Scene, seed: int) -> Image:
    """The scene in one look, (512, 512, 3) uint8 RGB; KeyError names an unknown slug."""
    return LOOKS[slug](scene, np.random.default_rng(seed))
