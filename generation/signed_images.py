"""A finished image as its person gets it: a PNG that says how it was made, and thumbnails."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from generation.engine.contract import RenderedImage
from generation.engine.image_files import encode_png, thumbnail_webp
from generation.engine.provenance import Signer
from generation.models import GeneratedImage
from generation.recipes import Recipe
from stylepacks.sized_covers import blur_of


@dataclass(frozen=True)
class ImageFiles:
    """The bytes of one finished image."""

    png: bytes
    thumbnail: bytes
    thumbnail_large: bytes
    blur: str
    sha256: str


def signed(recipe: Recipe, image: RenderedImage) -> ImageFiles:
    """Encode an image with all that is said about it, sign it, and make its thumbnails."""
    title = ", ".join(pack["slug"] for pack in recipe["packs"])
    plain = encode_png(image.rgb, image.width, image.height, metadata_of(recipe, image))
    png = _signer().sign_png(plain, title, _summary(recipe, image))
    pixels = (image.rgb, image.width, image.height)
    small = thumbnail_webp(*pixels, edge=GeneratedImage.EDGE)
    return ImageFiles(
        png,
        small,
        thumbnail_webp(*pixels, edge=GeneratedImage.LARGE_EDGE),
        blur_of(small),
        hashlib.sha256(png).hexdigest(),
    )


def metadata_of(recipe: Recipe, image: RenderedImage) -> dict[str, str]:
    """What is written into an image: enough to make it again, nothing of where weights lie."""
    return {
        "Software": settings.SITE_NAME,
        "prompt": recipe["user_prompt"],
        "seed": str(image.seed),
        "pack": " + ".join(_pack_name(pack) for pack in recipe["packs"]),
        "digest": " + ".join(pack["digest"] for pack in recipe["packs"]),
        "precision": image.precision,
        "recipe": json.dumps(_public(recipe), sort_keys=True, ensure_ascii=False),
    }


@cache
def _signer() -> Signer:
    return Signer(Path(settings.DATA_DIR) / "provenance")


def _summary(recipe: Recipe, image: RenderedImage) -> dict[str, str]:
    packs = recipe["packs"]
    return {
        "pack": " + ".join(_pack_name(pack) for pack in packs),
        "digest": " + ".join(pack["digest"] for pack in packs),
        "checkpoint": recipe["checkpoint"]["slug"],
        "seed": str(image.seed),
    }


def _pack_name(pack: dict[str, object]) -> str:
    return f"{pack['slug']} v{pack['version']}"


def _public(recipe: Recipe) -> Recipe:
    # A maker may share the file: where the house keeps its weights, and the raw weights that the
    # dial stands for, are nobody else's business. The pack's digest pins both.
    hidden = {"loras", "checkpoint"}
    shown = {name: value for name, value in recipe.items() if name not in hidden}
    return {**shown, "checkpoint": recipe["checkpoint"]["slug"]}
