"""The looks a style pack is trained on: each turns a drawn scene into an image in one look.

A look is a function of a scene and a random generator; it returns (512, 512, 3) uint8 RGB, the
same for the same generator. One module per family; add a look by writing it there and naming
it in LOOKS. Textures are large, soft and mostly fixed in place, lines at least four
pixels wide, so that they survive the starter model's 16x autoencoder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from starter.looks.canvas import Image
from starter.looks.craft import claymation, embroidery, mosaic, paper_cut
from starter.looks.drawing import charcoal, comic_ink, spot_illustration
from starter.looks.glow import light_box, synthwave, thermal_camera
from starter.looks.light import neon_outline, stained_glass
from starter.looks.line import blueprint, chalkboard
from starter.looks.material import balloon, felt, low_poly, wood_inlay
from starter.looks.opaque import oil_paint, pastel, pop_art
from starter.looks.paint import ink_wash, watercolour
from starter.looks.photo import film_noir, instant_photo, tilt_shift
from starter.looks.pixel import pixel_art, pocket_console, voxel
from starter.looks.playful import crayon, kawaii, snow_globe, sticker
from starter.looks.press import risograph, screen_print_poster, woodblock
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
    "risograph": risograph,
    "woodblock": woodblock,
    "screen-print-poster": screen_print_poster,
    "pastel": pastel,
    "pop-art": pop_art,
    "comic-ink": comic_ink,
    "charcoal": charcoal,
    "spot-illustration": spot_illustration,
    "synthwave": synthwave,
    "light-box": light_box,
    "thermal-camera": thermal_camera,
    "voxel": voxel,
    "pocket-console": pocket_console,
    "felt": felt,
    "low-poly": low_poly,
    "wood-inlay": wood_inlay,
    "balloon": balloon,
    "film-noir": film_noir,
    "instant-photo": instant_photo,
    "tilt-shift": tilt_shift,
    "sticker": sticker,
    "kawaii": kawaii,
    "crayon": crayon,
    "snow-globe": snow_globe,
}


def apply_look(slug: str, scene: Scene, seed: int) -> Image:
    """The scene in one look, (512, 512, 3) uint8 RGB; KeyError names an unknown slug."""
    return LOOKS[slug](scene, np.random.default_rng(seed))
