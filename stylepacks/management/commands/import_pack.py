"""`manage.py import_pack FILE`: take in a pack that was exported elsewhere."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stylepacks.bundles import import_pack
from stylepacks.errors import PackError


class Command(BaseCommand):
    help = "Take in a bundle written by export_pack and publish it under the same digest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            imported = import_pack(options["file"])
        except PackError as error:
            raise CommandError(str(error)) from error
        version = imported.version
        said = "published" if imported.is_new else "was here already"
        self.stdout.write(
            f"{version.pack.slug}: version {version.number} {said} ({version.digest[:12]})"
        )
