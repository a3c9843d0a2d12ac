"""`manage.py render_terms`: render the glossary's pictures again, from their recipes."""

import io
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from PIL import Image

from learn.shipped_pictures import FOLDER, SIDE, Recipe, file_of, recipes

WEBP_QUALITY = 82


class Command(BaseCommand):
    help = "Render the pictures that learn/pictures.toml names into learn/static/learn/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="default: every picture")
        parser.add_argument("--missing", action="store_true", help="only those without a file")

    def handle(self, *args: Any, names: list[str], missing: bool, **options: Any) -> None:
        if unknown := sorted(set(names) - recipes().keys()):
            raise CommandError(f"learn/pictures.toml has no picture '{unknown[0]}': add it there.")
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in names or recipes():
            if missing and file_of(name).is_file():
                continue
            file_of(name).write_bytes(_rendered(recipes()[name]))
            self.stdout.write(name)


def _rendered(recipe: Recipe) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        png = Path(folder) / "picture.png"
        call_command("render", out=png, stdout=io.StringIO(), **recipe.wish)
        return _as_webp(png)


def _as_webp(png: Path) -> bytes:
    with Image.open(png) as opened:
        picture = opened.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    picture.save(content, "WEBP", quality=WEBP_QUALITY, method=6)
    return content.getvalue()
