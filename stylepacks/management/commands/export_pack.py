"""`manage.py export_pack SLUG FILE`: one pack as one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stylepacks.bundles import export_pack
from stylepacks.errors import PackError


class Command(BaseCommand):
    help = "Write a pack's published version with its LoRA files and cover to one zip file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = export_pack(options["slug"], options["file"])
        except PackError as error:
            raise CommandError(str(error)) from error
        size = options["file"].stat().st_size / (1 << 20)
        self.stdout.write(
            f"{manifest.slug} ({manifest.digest[:12]}) written to {options['file']}, {size:.1f} MiB"
        )
