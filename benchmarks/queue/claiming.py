"""Claims of eight workers and submissions beside them, at a million rows.

Run in the environment of a house: python -m benchmarks.queue.claiming
"""

import json
import multiprocessing
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

from benchmarks.queue.rows import QUEUE, fill, people, set_up

WORKERS, SUBMITTERS = 8, 2
# A fast device: one 1024 px picture of SDXL takes an H200 a second.
RENDER_SECONDS, CLAIMS = 0.5, 60
SUBMISSIONS, PAUSE_SECONDS = 150, 0.15


def main() -> None:
    set_up()
    figures: dict[str, float] = {"rows": fill(), "claiming_workers": WORKERS}
    print(json.dumps(figures | worked()))


def worked() -> dict[str, float]:
    """Median and 95th percentile of what the workers' claims and the submissions took."""
    with multiprocessing.get_context("spawn").Pool(WORKERS + SUBMITTERS) as pool:
        claims = [pool.apply_async(_claims, (number,)) for number in range(WORKERS)]
        submits = [pool.apply_async(_submissions, (number,)) for number in range(SUBMITTERS)]
        figures = _told("claim", [ms for each in claims for ms in each.get()])
        return figures | _told("submit", [ms for each in submits for ms in each.get()])


def _told(what: str, values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=20)
    return {f"{what}_p50_ms": round(cuts[9], 2), f"{what}_p95_ms": round(cuts[18], 2)}


def _claims(number: int) -> list[float]:
    set_up()
    from generation import scheduler

    time.sleep(RENDER_SECONDS * number / WORKERS)
    taken = []
    for _ in range(CLAIMS + 1):
        rows, ms = _timed(lambda: scheduler.claim(f"bench-{number}", QUEUE))
        taken.append(ms)
        time.sleep(RENDER_SECONDS)
        _end(rows)
    return taken[1:]  # the first one opens the connection


def _end(rows: Any) -> None:
    from generation import endings, fair_share
    from generation.moving import move
    from generation.states import State

    for row in rows:
        for state in (State.RENDERING, State.DELIVERING):
            move(row.pk, state, claim_token=row.claim_token)
        fair_share.charge(row.person_id, RENDER_SECONDS)
        endings.done(row.pk, row.claim_token, RENDER_SECONDS)


def _submissions(number: int) -> list[float]:
    set_up()
    from generation import submission
    from generation.wishes import Wish
    from stylepacks.models import StylePack

    pack = StylePack.objects.filter(live_version__isnull=False).values_list("slug", flat=True)[0]
    taken = []
    for person in people(f"newcomer-{number}", SUBMISSIONS + 1):
        wish = Wish(pack, "a blue cat in a garden")
        key = uuid.uuid4().hex
        taken.append(_timed(lambda: submission.submit(person, wish, key))[1])  # noqa: B023
        time.sleep(PAUSE_SECONDS)
    return taken[1:]


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = call()
    return answer, (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
