"""Archiving beside eight workers and submissions, at a million rows and as many ledger entries.

Run in the environment of a house: python -m benchmarks.queue.archiving
"""

import json
import multiprocessing
import time

from benchmarks.queue.claiming import worked
from benchmarks.queue.rows import bytes_a_row, fill, fill_beside, set_up

DAYS, CANCELLED_ONE_IN = 90, 10
# Of each kind: some minutes of it tell the rate.
MOST = 50_000
# A LIKE pattern each: the archive's rows lie in its parts.
TABLES = {
    "generation": "generation_generation",
    "image": "generation_generatedimage",
    "ledger": "accounts_allowancehold",
}
ARCHIVE = "generation_archived_%"


def main() -> None:
    set_up()
    fill(CANCELLED_ONE_IN)
    fill_beside()
    figures = _sizes(TABLES)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        archived = pool.apply_async(_archive)
        figures |= {f"{name}_while_archiving": ms for name, ms in worked().items()}
        rows, seconds = archived.get()
    figures |= {"archived_rows": rows, "archived_rows_per_second": round(rows / seconds)}
    print(json.dumps(figures | _sizes({"archived": ARCHIVE})))


def _sizes(tables: dict[str, str]) -> dict[str, float]:
    return {
        f"{name}_{what}_bytes": size
        for name, table in tables.items()
        for what, size in bytes_a_row(table).items()
    }


def _archive() -> tuple[int, float]:
    """As the periodic task does it, one batch after the other while the workers work."""
    set_up()
    from django.conf import settings

    from generation import archiving

    settings.ARCHIVE_DAYS = DAYS
    began, rows = time.monotonic(), archiving.archive(MOST)
    return rows, time.monotonic() - began


if __name__ == "__main__":
    main()
