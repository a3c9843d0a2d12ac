"""`manage.py verify_image FILE [--json]`: what a file's credential is worth."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.engine.provenance import Signer, Verdict

# A copy twice as large of the largest picture stays well below.
MOST_BYTES = 128 << 20


class Command(BaseCommand):
    help = (
        "Say whether an image was made here and is unchanged (exit 0), or is tampered, foreign "
        "or unsigned (exit 1)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = Signer(Path(settings.DATA_DIR) / "provenance").verify(_content(options["file"]))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(verdict)))
        elif verdict.is_trusted:
            self._print(verdict)
        if not verdict.is_trusted:
            raise CommandError(f"{options['file'].name} is {verdict.state}: {verdict.reason}")

    def _print(self, verdict: Verdict) -> None:
        self.stdout.write(f"{verdict.state}: {verdict.reason}")
        for key, value in {"title": verdict.title, **verdict.summary}.items():
            self.stdout.write(f"  {key:<12} {value}")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read ({error.strerror}).") from error
    if len(content) > MOST_BYTES:
        raise CommandError(f"{path.name} has more than {MOST_BYTES >> 20} MiB: that is no picture.")
    return content
