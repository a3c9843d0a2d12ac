"""`manage.py list_packs`: the packs on offer."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from stylepacks.library import identity_of, published_packs
from stylepacks.models import StylePack

COLUMNS = ("slug", "name", "kind", "family", "version", "digest", "license")


class Command(BaseCommand):
    help = "List the published packs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON list instead")

    def handle(self, *args: Any, **options: Any) -> None:
        packs = [_row(pack) for pack in published_packs()]
        if options["json"]:
            self.stdout.write(json.dumps(packs, indent=2, ensure_ascii=False))
        elif packs:
            self.stdout.write(_table(packs))
        else:
            self.stdout.write("No pack is published yet: run install_starter or publish one.")


def _row(pack: StylePack) -> dict[str, Any]:
    version = pack.live_version
    assert version is not None, "published_packs gives packs with a live version only"
    return identity_of(version)


def _table(packs: list[dict[str, Any]]) -> str:
    rows = [COLUMNS, *(tuple(_shown(pack, column) for column in COLUMNS) for pack in packs)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _shown(pack: dict[str, Any], column: str) -> str:
    return str(pack[column])[:12] if column == "digest" else str(pack[column])
