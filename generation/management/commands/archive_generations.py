"""Moves what ended long ago without a picture out of the way of work, or shows what was moved."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from generation import archiving
from generation.models import Archived


class Command(BaseCommand):
    help = "Archive what ended HOUSESTYLE_ARCHIVE_DAYS ago and shows no picture."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--show", metavar="ID", help="print what was archived of a generation")

    def handle(self, *_: Any, show: str | None, **options: Any) -> None:
        if show is None:
            self.stdout.write(f"{archiving.archive()} rows moved")
            return
        found = list(Archived.objects.filter(reference=show).values("kind", "ended_at", "content"))
        if not found:
            raise CommandError(f"Nothing was archived of {show}: look for it in the admin.")
        self.stdout.write(json.dumps(found, cls=DjangoJSONEncoder, indent=2))
