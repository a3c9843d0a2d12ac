"""python -m benchmarks.fuzz [--cases N] [--seed N] [--only KIND [--case N]]"""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

CASES = 100_000
NOTES = {
    "cases": "changed files, requests and words, each with a random source of its own",
    "crashes": "cases that ended in anything but the house's own refusal",
    "server_errors": "requests that were answered with a status of 500 or more",
    "peak_mib": "most memory of the one process that runs them all",
    "seconds": "on one core, other work beside it or not",
}


def main() -> int:
    """Run, write the results, and tell each finding; 1 when there was one."""
    asked = _asked()
    with house(asked.database):
        from benchmarks.fuzz import running

        if asked.case is not None:
            _again(asked)
            return 0
        running.keep_to_one_core()
        tallies = {
            kind.name: running.run(kind, range(round(asked.cases * kind.share)), asked.seed)
            for kind in _kinds(asked.only)
        }
        return _told(tallies, asked)


@contextmanager
def house(database: str) -> Iterator[None]:
    """Django on a scratch folder and an empty database; SQLite in that folder unless one is named.

    The folder goes afterwards. A database that was named keeps its tables.
    """
    folder = tempfile.mkdtemp(prefix="housestyle-fuzz-")
    os.environ.update(HOUSESTYLE_DATA=folder, DJANGO_SETTINGS_MODULE="tests.settings")
    os.environ["DATABASE_URL"] = database or f"sqlite:///{folder}/house.db"
    try:
        import django

        django.setup()
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        setup_test_environment()
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")  # of zip files and pictures that are odd on purpose
        call_command("migrate", verbosity=0)
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kinds(only: str = "") -> list[Any]:
    from benchmarks.fuzz import bundles, headers, images, prompts, requests

    requests.world()
    rooms = (headers, images, bundles, requests, prompts)
    found = [kind for room in rooms for kind in room.kinds()]
    return [kind for kind in found if only in ("", kind.name)]


def _again(asked: argparse.Namespace) -> None:
    from benchmarks.fuzz import running

    for kind in _kinds(asked.only):
        kind.case(running.random_of(kind.name, asked.case, asked.seed))


def _told(tallies: Mapping[str, Any], asked: argparse.Namespace) -> int:
    from benchmarks import results_file

    figures = _figures(tallies)
    for tally in tallies.values():
        for name, trace in tally.findings:
            print(f"--- {name}\n{trace}", file=sys.stderr)
    if asked.cases == CASES and not asked.only:
        print(results_file.write("fuzz", "python -m benchmarks.fuzz", figures, NOTES).read_text())
    else:
        print(figures)
    return 1 if figures["crashes"] or figures["server_errors"] else 0


def _figures(tallies: Mapping[str, Any]) -> dict[str, float]:
    from benchmarks.fuzz import running

    totals = ("cases", "crashes", "server_errors")
    figures: dict[str, float] = {
        name: sum(getattr(tally, name) for tally in tallies.values()) for name in totals
    }
    for kind, tally in tallies.items():
        figures[f"{kind}_cases"] = tally.cases
        figures[f"{kind}_refused"] = tally.refused
        figures[f"{kind}_seconds"] = round(tally.seconds, 1)
    seconds = sum(tally.seconds for tally in tallies.values())
    return figures | {"peak_mib": round(running.peak_mib()), "seconds": round(seconds, 1)}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=20261129)
    parser.add_argument("--only", default="", help="headers, images, bundles, api, pages, prompts")
    parser.add_argument("--case", type=int, help="run this one case of --only again")
    parser.add_argument("--database", default="", help="URL of an empty one, e.g. on PostgreSQL")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
