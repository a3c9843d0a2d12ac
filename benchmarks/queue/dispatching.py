"""From the commit of a row to the claim of an idle worker, over the broker.

Run in the environment of a house with one idle worker: python -m benchmarks.queue.dispatching
"""

import json
import statistics
import time
import uuid

from benchmarks.queue.rows import people, set_up

SAMPLES, PAUSE_SECONDS, PATIENCE_SECONDS = 150, 0.4, 30


def main() -> None:
    set_up()
    from generation import submission

    committed: list[float] = []
    announce = submission.announce

    def noted(queue: str) -> None:
        committed.append(time.time())
        announce(queue)

    submission.announce = noted
    rows = [_submitted(person) for person in people("visitor", SAMPLES)]
    pairs = zip(committed, (_claimed_at(row) for row in rows), strict=True)
    waits = [(claimed - commit) * 1000 for commit, claimed in pairs][10:]
    cuts = statistics.quantiles(waits, n=20)
    print(json.dumps({"dispatch_p50_ms": round(cuts[9], 1), "dispatch_p95_ms": round(cuts[18], 1)}))


def _submitted(person: object) -> uuid.UUID:
    from accounts.models import User
    from generation import submission
    from generation.wishes import Wish
    from stylepacks.models import StylePack

    assert isinstance(person, User)
    pack = StylePack.objects.filter(live_version__isnull=False).values_list("slug", flat=True)[0]
    row = submission.submit(person, Wish(pack, "a blue cat in a garden"), uuid.uuid4().hex)
    time.sleep(PAUSE_SECONDS)
    return row.pk


def _claimed_at(pk: uuid.UUID) -> float:
    from generation.models import Generation

    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        claimed = Generation.objects.values_list("claimed_at", flat=True).get(pk=pk)
        if claimed is not None:
            return claimed.timestamp()
        time.sleep(0.05)
    raise TimeoutError(f"{pk} was not claimed.")


if __name__ == "__main__":
    main()
