"""From frozen recipes to one engine request."""

from collections.abc import Sequence
from dataclasses import dataclass

from generation.engine.contract import ImageOrder, LoraUse, RenderRequest
from generation.recipes import Recipe, seed_of
from generation.weight_files import checkpoint_location, local_lora


@dataclass(frozen=True)
class ImageOfRecipe:
    """One image of one recipe; `key` names it in results."""

    key: str
    recipe: Recipe
    index: int


def request_for(images: Sequence[ImageOfRecipe]) -> RenderRequest:
    """One request for images whose recipes share a batch key. Fetches the LoRAs it names."""
    shared = images[0].recipe
    return RenderRequest(
        checkpoint=checkpoint_location(shared["checkpoint"]["location"]),
        family=shared["family"],
        images=tuple(_order(image) for image in images),
        loras=loras_of(shared),
        width=shared["width"],
        height=shared["height"],
        steps=shared["steps"],
        guidance=shared["guidance"],
        sampler=shared["sampler"],
    )


def loras_of(recipe: Recipe) -> tuple[LoraUse, ...]:
    """The recipe's LoRAs, each fetched to this machine's disk; raises EngineError."""
    return tuple(_use(lora) for lora in recipe["loras"])


def _order(image: ImageOfRecipe) -> ImageOrder:
    recipe = image.recipe
    return ImageOrder(
        key=image.key,
        prompt=recipe["prompt"],
        negative=recipe["negative"],
        seed=seed_of(recipe, image.index),
        turns=tuple((int(seed), float(share)) for seed, share in recipe.get("turns", ())),
    )


def _use(lora: dict[str, object]) -> LoraUse:
    sha256 = str(lora["sha256"])
    path = local_lora(str(lora["file"]), sha256)
    return LoraUse(str(lora["name"]), path, sha256, float(str(lora["weight"])))
