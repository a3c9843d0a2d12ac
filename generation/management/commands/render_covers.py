"""`manage.py render_covers`: every published pack's cover, rendered by the pack itself.

One example prompt, one seed: the same weights give the same bytes again.
"""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.engine.contract import EngineError
from generation.engine.image_files import thumbnail_webp
from generation.orders import ImageOfRecipe, request_for
from generation.recipes import Wish, build, versions_of
from stylepacks.library import published_packs
from stylepacks.models import StylePack

COVER_EDGE = 512
COVER_SEED = 11
FALLBACK_PROMPT = "a red boat by the sea at sunset"


class Command(BaseCommand):
    help = "Render the covers of the published packs with their own weights."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", nargs="+", metavar="SLUG", help="default: every pack")
        parser.add_argument("--seed", type=int, default=COVER_SEED, metavar="N")
        parser.add_argument(
            "--into", type=Path, metavar="FOLDER", help="write SLUG.webp there; change no pack"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        packs = published_packs()
        if options["only"]:
            packs = packs.filter(slug__in=options["only"])
        if not packs:
            raise CommandError("No published pack to render; run `manage.py install_starter`.")
        # torch is imported only here, after every cheap refusal.
        from generation.engine.renderer import Renderer

        # Single precision on every machine: covers are made again byte for byte.
        renderer = Renderer(settings.RENDER_DEVICE, settings.RENDER_THREADS, precision="float32")
        for pack in packs:
            self._cover(renderer, pack, options)

    def _cover(self, renderer: Any, pack: StylePack, options: dict[str, Any]) -> None:
        started = time.perf_counter()
        webp = _rendered(renderer, pack, options["seed"])
        if folder := options["into"]:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{pack.slug}.webp").write_bytes(webp)
        else:
            pack.cover.save(f"{pack.slug}.webp", ContentFile(webp), save=False)
            pack.save(update_fields=["cover"])
        self.stdout.write(f"{pack.slug}: {time.perf_counter() - started:.1f} s")


def _rendered(renderer: Any, pack: StylePack, seed: int) -> bytes:
    version = pack.live_version
    assert version is not None
    prompt = version.examples[0] if version.examples else FALLBACK_PROMPT
    wish = Wish(pack=pack.slug, prompt=prompt, seed=seed)
    recipe = build(wish, versions_of(wish))
    try:
        image = renderer.render(request_for([ImageOfRecipe("cover", recipe, 0)])).images[0]
    except EngineError as error:
        raise CommandError(f"The cover of {pack.slug} could not be rendered: {error}") from error
    return thumbnail_webp(image.rgb, image.width, image.height, edge=COVER_EDGE)
