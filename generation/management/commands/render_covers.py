"""`manage.py render_covers`: covers, examples, dials and sample sheets, rendered by the packs.

The words and seeds stand in FOLDER/pictures.toml: the same weights give the same bytes again. A
run that was interrupted goes on where it stopped.
"""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.catalogue.checking import check_covers
from generation.catalogue.darkroom import Darkroom
from generation.catalogue.files import families_of, write_look, write_pictures, write_sheet
from generation.catalogue.plan import Plan, PlanError, read_plan
from stylepacks.library import published_packs
from stylepacks.models import StylePack

PLAN = "pictures.toml"
THREADS, PRECISION = 2, "float32"
CURE = "run `manage.py install_starter`, which says what each of them lacks"


class Command(BaseCommand):
    help = (
        "Render the covers, examples, strength dials and sample sheets of a starter folder's packs "
        "with their own weights. What an interrupted run has rendered is not rendered twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--into",
            type=Path,
            default=Path(settings.BASE_DIR) / "starter",
            metavar="FOLDER",
            help="holds packs/ and pictures.toml; gets the pictures (default: starter)",
        )
        parser.add_argument(
            "--sheets", type=Path, metavar="FOLDER", help="write sheet-FAMILY.webp there"
        )
        parser.add_argument("--only", nargs="+", metavar="SLUG", help="default: every pack")
        parser.add_argument(
            "--again", action="store_true", help="use nothing that an interrupted run has rendered"
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing: render two covers (or those of --only) again and compare bytes",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plan = read_plan(options["into"] / PLAN)
            packs = self._packs(options["into"], options["only"])
            if options["check"]:
                self._check(plan, packs, options)
            else:
                self._render(plan, packs, options)
        except PlanError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename} could not be written: {error.strerror}."
            ) from error

    def _packs(self, folder: Path, only: list[str] | None) -> list[StylePack]:
        """The folder's packs, or the chosen ones, in shelf order; names those that are missing."""
        wanted = set(only or (path.stem for path in (folder / "packs").glob("*.toml")))
        packs = list(published_packs().filter(slug__in=wanted))
        missing = ", ".join(sorted(wanted - {pack.slug for pack in packs}))
        if not packs or (only and missing):
            raise PlanError(f"Not installed: {missing or 'every pack'}; {CURE}.")
        if missing:
            self.stderr.write(f"Not installed, so left out: {missing}; {CURE}.")
        return packs

    def _check(self, plan: Plan, packs: list[StylePack], options: dict[str, Any]) -> None:
        chosen = packs if options["only"] else [packs[0], packs[-1]][: len(packs)]
        for line in check_covers(_darkroom(None), plan, chosen, options["into"]):
            self.stdout.write(line)

    def _render(self, plan: Plan, packs: list[StylePack], options: dict[str, Any]) -> None:
        darkroom = _darkroom(Path(settings.DATA_DIR) / "unfinished-covers")
        if options["again"]:
            darkroom.clear()
        for number, pack in enumerate(packs, start=1):
            started = time.perf_counter()
            write_pictures(darkroom, plan, pack, options["into"])
            write_look(darkroom, plan, pack, options["into"])
            self._tell(f"{number}/{len(packs)} {pack.slug}", started)
        if options["sheets"]:
            self._sheets(darkroom, plan, packs, options)
        self.stdout.write(
            f"{darkroom.rendered} pictures rendered, {darkroom.kept} taken from earlier"
        )
        darkroom.clear()

    def _sheets(
        self, darkroom: Darkroom, plan: Plan, packs: list[StylePack], options: dict[str, Any]
    ) -> None:
        if options["only"]:
            self.stderr.write("A sheet needs its whole family: none drawn, because of --only.")
            return
        for family, members in families_of(packs).items():
            started = time.perf_counter()
            path = options["sheets"] / f"sheet-{family}.webp"
            size = write_sheet(darkroom, plan, members, path)
            self._tell(f"{path.name}: {len(members)} packs, {size / 1024:.0f} KiB", started)

    def _tell(self, what: str, started: float) -> None:
        self.stdout.write(f"{what}: {time.perf_counter() - started:.1f} s")
        self.stdout.flush()


def _darkroom(folder: Path | None) -> Darkroom:
    # torch is imported only here, after every cheap refusal.
    from generation.engine.renderer import Renderer

    # One precision and one count of threads on every machine: both decide the last bits, and
    # covers are made again byte for byte.
    renderer = Renderer(settings.RENDER_DEVICE, THREADS, precision=PRECISION)
    return Darkroom(renderer, folder)
