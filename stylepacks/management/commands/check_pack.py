"""`manage.py check_pack SLUG`: does this pack still render as it was published?"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stylepacks.checking import Report, check_pack
from stylepacks.errors import PackError


class Command(BaseCommand):
    help = (
        "Check a pack's files, their digests, its template and limits, and that its LoRAs fit "
        "its checkpoint. Exit code 1 when something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = check_pack(options["slug"])
        except PackError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_as_json(report) if options["json"] else _as_text(report))
        if not report.is_sound:
            raise CommandError(" ".join(report.problems))


def _as_json(report: Report) -> str:
    return json.dumps({**asdict(report), "ok": report.is_sound}, indent=2, ensure_ascii=False)


def _as_text(report: Report) -> str:
    state = "sound" if report.is_sound else f"{len(report.problems)} problem(s)"
    told = report.digest[:12] or "not published"
    lines = [f"{report.slug} version {report.version} ({told}): {state}"]
    return "\n".join([*lines, *(f"  warning: {warning}" for warning in report.warnings)])
