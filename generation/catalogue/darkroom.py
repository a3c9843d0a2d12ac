"""Renders the pictures of a plan, and keeps what an interrupted run has made already.

A kept picture is known by everything that decides it: its recipe with the digests of checkpoint,
pack and LoRAs, and the release of torch. The next run starts from there; a finished run clears it.
"""

import hashlib
import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from generation.catalogue.plan import PlanError, Shot
from generation.engine.contract import EngineError
from generation.orders import ImageOfRecipe, request_for
from generation.recipes import Recipe, Wish, build, versions_of
from generation.wishes import SubmissionError

if TYPE_CHECKING:
    from generation.engine.renderer import Renderer


class Darkroom:
    """Shots to pictures, each rendered once. `folder` None keeps nothing."""

    def __init__(self, renderer: "Renderer", folder: Path | None = None) -> None:
        self._renderer = renderer
        self._folder = folder
        self.rendered = 0
        self.kept = 0

    def picture(self, shot: Shot) -> Image.Image:
        """The shot in the pack's full size; PlanError when it cannot be rendered."""
        try:
            recipe = _recipe(shot)
            path = self._path(recipe)
            if path and path.is_file():
                self.kept += 1
                return Image.open(path).convert("RGB")
            return _stored(self._render(recipe), path)
        except (EngineError, SubmissionError) as error:
            raise PlanError(f"{shot.pack} could not render “{shot.prompt}”: {error}") from error

    def clear(self) -> None:
        """Forget what is kept: the run is finished, or is to begin anew."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, recipe: Recipe) -> Path | None:
        if self._folder is None:
            return None
        decided = json.dumps([recipe, version("torch")], sort_keys=True)
        return self._folder / f"{hashlib.sha256(decided.encode()).hexdigest()}.png"

    def _render(self, recipe: Recipe) -> Image.Image:
        request = request_for([ImageOfRecipe("picture", recipe, 0)])
        result = self._renderer.render(request)
        if result.failures:
            raise EngineError(" ".join(result.failures.values()))
        self.rendered += 1
        image = result.images[0]
        return Image.frombytes("RGB", (image.width, image.height), image.rgb)


def _recipe(shot: Shot) -> Recipe:
    wish = Wish(shot.pack, shot.prompt, shot.strength, seed=shot.seed)
    return build(wish, versions_of(wish))


def _stored(picture: Image.Image, path: Path | None) -> Image.Image:
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: half a file would end up on a sheet.
        unfinished = path.with_suffix(".part")
        picture.save(unfinished, "PNG")
        unfinished.replace(path)
    return picture
