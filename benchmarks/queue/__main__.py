"""The queue's figures, on PostgreSQL and Redis with the stand-in for the engine.

    python -m benchmarks.queue            # about fifty minutes on two idle cores

claim_p95_ms         the scheduler's claim, eight workers, a million rows, 2,400 of them waiting
submit_p95_ms        one submission beside them: checks, hold, row, bell
dispatch_p95_ms      from commit to the claim of an idle worker, over Redis
wait_over_mdc_max    the worst of nine: p95 of waiting over that of an ideal queue with the same
                     arrivals (loads .5, .7, .9 on 1, 2 and 4 workers)
service_gap_jobs     two people who always wait: the largest difference of what they were served
flood_slows_by_jobs  one person beside another with thirty rows waiting: the longest wait, less
                     the usual one alone, in jobs as they keep the worker busy
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from benchmarks import results_file
from benchmarks.queue import fairness, waiting
from benchmarks.standin.fleet import Fleet, wait_for_workers
from tests.house import ROOT, House
from tests.services import REDIS, scratch_database

PARTS = ("claiming", "archiving", "dispatching", "fairness", "waiting")
NOTES = {
    "rows": "generations in the database while claims and submissions are measured",
    "claim_p95_ms": "8 workers that take 0.5 s a picture, 2,400 rows of 300 people waiting",
    "submit_p95_ms": "beside those workers, each by another person",
    "claim_p95_ms_while_archiving": "the same while 50,000 of each kind are archived",
    "archived_rows_per_second": "generations without a picture and entries of the ledger",
    "generation_row_bytes": "pg_table_size over a million rows, recipe included",
    "archived_row_bytes": "half of them generations, half entries of the ledger",
    "dispatch_p95_ms": "one idle worker, Redis, from commit to claim",
    "wait_over_mdc_max": "the worst of the nine below",
    "service_gap_jobs": "in jobs of two images, one person asking for one, the other for two",
    "flood_slows_by_jobs": "longest wait less that of somebody alone, over the median job",
    "flood_job_seconds": "from one claim of a busy worker to its next, median",
    **{
        f"wait_over_mdc_{round(load.share * 100)}_{load.servers}": (
            f"load {load.share:g}, {load.servers} workers, {waiting.SERVICE_SECONDS:g} s a picture"
        )
        for load in waiting.GRID
    },
}


def main(parts: list[str]) -> None:
    for part in parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="housestyle-queue-") as folder:
            figures = _measured(part, Path(folder))
        command = "python -m benchmarks.queue"
        print(results_file.merge("queue", command, figures, NOTES).read_text())


def _measured(part: str, folder: Path) -> dict[str, float]:
    with _house(folder) as (house, database_url), Fleet(house.environment, folder) as fleet:
        workers = _workers(part)
        for number, (name, seconds) in enumerate(workers):
            fleet.start(f"w{number}", f"{name},house", STANDIN_SECONDS=str(seconds))
        wait_for_workers(database_url, len(workers))
        command = [sys.executable, "-m", f"benchmarks.queue.{part}"]
        told = subprocess.run(
            command, cwd=ROOT, env=house.environment, check=True, stdout=subprocess.PIPE, text=True
        )
    return dict(json.loads(told.stdout.splitlines()[-1]))


def _workers(part: str) -> list[tuple[str, float]]:
    if part in ("claiming", "archiving"):
        return []
    if part == "dispatching":
        return [("render.sd15.cpu", 0.05)]
    queues = fairness.QUEUES if part == "fairness" else waiting.QUEUES
    seconds = waiting.SERVICE_SECONDS
    return [(name, seconds) for name, count in queues.items() for _ in range(count)]


@contextmanager
def _house(folder: Path) -> Iterator[tuple[House, str]]:
    redis.Redis.from_url(REDIS).flushdb()
    with scratch_database() as url:
        house = House(folder, DATABASE_URL=url, REDIS_URL=REDIS, HOUSESTYLE_DEBUG="0")
        house.install()
        yield house, url


if __name__ == "__main__":
    main(sys.argv[1:])
