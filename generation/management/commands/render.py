"""`manage.py render`: one pack, one prompt, files on disk. No broker, no web, no allowance.

The same pack, prompt, strength and seed give the same bytes in the same precision, so these files
are not signed.
"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.devices import open_renderer
from generation.engine.contract import EngineError, RenderRequest, RenderResult
from generation.engine.image_files import encode_png
from generation.orders import ImageOfRecipe, request_for
from generation.recipes import Recipe, Wish, as_draft, build, versions_of
from generation.signed_images import metadata_of
from generation.wishes import DRAFT, FINAL, SubmissionError
from stylepacks.models import Checkpoint
from stylepacks.rules.aspects import ASPECTS

PNG = ".png"


class Command(BaseCommand):
    help = (
        "Render a pack to PNG files and print one JSON object: pack, version, digest, seed, "
        "seconds, files."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pack", required=True, metavar="SLUG")
        parser.add_argument("--prompt", required=True, metavar="TEXT")
        parser.add_argument("--strength", type=int, metavar="0-100", help="default: the pack's own")
        parser.add_argument("--seed", type=int, metavar="N", help="default: a fresh one")
        parser.add_argument("--count", type=int, default=1, metavar="N", help="images (default 1)")
        parser.add_argument("--with", dest="second", metavar="SLUG", help="a second pack to stack")
        parser.add_argument(
            "--quality",
            choices=(DRAFT, FINAL),
            default=FINAL,
            help="draft: the same picture in fewer steps (default final)",
        )
        parser.add_argument(
            "--aspect", choices=ASPECTS, help="the picture's shape (default: the pack's own)"
        )
        parser.add_argument("--checkpoint", metavar="SLUG", help="default: the pack's own")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE_OR_FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            recipe = _recipe(options)
            paths = _paths(options["out"], recipe)
            result = _rendered(_request(recipe))
            written = _write(paths, recipe, result)
        except (SubmissionError, EngineError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"The image could not be written to {options['out']}: {error.strerror or error}."
            ) from error
        self.stdout.write(json.dumps(_report(recipe, written, result)))


def _recipe(options: dict[str, Any]) -> Recipe:
    wish = Wish(
        pack=options["pack"],
        prompt=options["prompt"],
        strength=options["strength"],
        count=options["count"],
        seed=options["seed"],
        second=options["second"],
        aspect=options["aspect"],
        quality=FINAL if options["checkpoint"] else options["quality"],
    )
    recipe = build(wish, versions_of(wish))
    if not options["checkpoint"]:
        return recipe
    other = _other_checkpoint(options["checkpoint"], recipe["family"])
    named = {"slug": other.slug, "digest": other.digest, "location": other.location}
    recipe = {**recipe, "checkpoint": named}
    return as_draft(recipe, other) if options["quality"] == DRAFT else recipe


def _other_checkpoint(slug: str, family: str) -> Checkpoint:
    checkpoint = Checkpoint.objects.filter(slug=slug).first()
    if checkpoint is None:
        known = ", ".join(Checkpoint.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no checkpoint '{slug}'; installed: {known}.")
    if checkpoint.family != family:
        raise CommandError(
            f"The checkpoint '{slug}' is of the family {checkpoint.family}; "
            f"the pack needs {family}."
        )
    return checkpoint


def _paths(out: Path, recipe: Recipe) -> list[Path]:
    count = recipe["count"]
    if out.suffix.lower() == PNG and not out.is_dir():
        if count > 1:
            raise CommandError(f"{out} is one file for {count} images: name a folder instead.")
        out.parent.mkdir(parents=True, exist_ok=True)
        return [out]
    if out.suffix and not out.is_dir():
        raise CommandError(f"Images are written as PNG: end {out.name} in .png or name a folder.")
    out.mkdir(parents=True, exist_ok=True)
    name = "+".join(pack["slug"] for pack in recipe["packs"])
    return [out / f"{name}-{recipe['seed']}-{index}{PNG}" for index in range(count)]


def _request(recipe: Recipe) -> RenderRequest:
    images = [ImageOfRecipe(str(index), recipe, index) for index in range(recipe["count"])]
    return request_for(images)


def _rendered(request: RenderRequest) -> RenderResult:
    # torch is imported only here: --help and every refused wish answer at once.
    return open_renderer().render(request)


def _write(paths: list[Path], recipe: Recipe, result: RenderResult) -> list[Path]:
    """Keep every image that came out; when one did not, say so after the others are safe."""
    written = []
    for image in result.images:
        path = paths[int(image.key)]
        metadata = metadata_of(recipe, image)
        path.write_bytes(encode_png(image.rgb, image.width, image.height, metadata))
        written.append(path)
    if result.failures:
        raise CommandError(" ".join(sorted(set(result.failures.values()))))
    return written


def _report(recipe: Recipe, paths: list[Path], result: RenderResult) -> dict[str, Any]:
    first = recipe["packs"][0]
    # Without loading the model, which a worker does once.
    seconds = result.switch_seconds + result.denoise_seconds + result.decode_seconds
    return {
        "pack": first["slug"],
        "version": first["version"],
        "digest": first["digest"],
        "seed": recipe["seed"],
        "seconds": round(seconds, 3),
        "files": [str(path) for path in paths],
    }
