"""What delivering beside the render loop brings: the real loop, database, signatures and storage.

    python -m benchmarks.delivery            # about five minutes; the starter, packs in turn

Every arm serves the same queue with one worker, once with deliveries in the loop and once beside
it, in turn in one process. `slow` puts SLOW_SECONDS on top of every file that is stored.

NAME_inline, NAME_beside   images a second
NAME_ratio                 beside over inline, median of the rounds' own ratios
NAME_busy                  device-seconds of the renders over the wall-clock, beside
NAME_*_peak_mib            peak resident memory while that arm ran
"""

import argparse
import os
import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation.worker_process import WorkerProcess

SLOW_SECONDS = 0.3
PEOPLE = 1
# What one person may have waiting at a time.
EACH = 8
QUEUE = "render.sd15.cpu"
Figures = dict[str, float]


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="housestyle-bench-") as scratch:
        os.environ["HOUSESTYLE_DATA"] = scratch
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.slow_storage"
        figures = _measured(arguments.rounds, arguments.quality)
    from benchmarks import results_file

    command = f"python -m benchmarks.delivery --rounds {arguments.rounds}"
    command += f" --quality {arguments.quality}"
    name = f"delivery-{arguments.quality}"
    print(results_file.write(name, command, figures).with_suffix(".md").read_text())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="times every arm is run")
    parser.add_argument("--quality", choices=("draft", "final"), default="draft")
    return parser.parse_args()


def _measured(rounds: int, quality: str) -> Figures:
    process = _open_house()
    _serve(process, quality, 0.0, beside=False)
    seen: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for name, seconds in (("fast", 0.0), ("slow", SLOW_SECONDS)):
            for beside in (False, True):
                _note(seen, name, _serve(process, quality, seconds, beside=beside), beside=beside)
    for name in ("fast", "slow"):
        pairs = zip(seen[f"{name}_beside"], seen[f"{name}_inline"], strict=True)
        # Within a round, because a shared machine's speed changes from one to the next.
        seen[f"{name}_ratio"] = [beside / inline for beside, inline in pairs]
    figures = {name: statistics.median(values) for name, values in seen.items()}
    return {name: round(value, 3) for name, value in sorted(figures.items())}


def _note(
    seen: dict[str, list[float]], name: str, run: tuple[float, float, float], *, beside: bool
) -> None:
    arm = f"{name}_{'beside' if beside else 'inline'}"
    rate, busy, peak = run
    seen[arm].append(rate)
    seen[f"{arm}_peak_mib"].append(peak)
    seen[f"{arm}_busy"].append(busy)
    print(f"{arm}: {rate:.3f} images/s, busy {busy:.3f}, peak {peak:.0f} MiB", flush=True)


def _open_house() -> "WorkerProcess":
    import django

    django.setup()
    from django.core.management import call_command

    from accounts.models import User
    from generation.worker_process import WorkerProcess

    call_command("migrate", verbosity=0)
    call_command("install_starter", verbosity=0)
    for number in range(PEOPLE):
        User.objects.create(username=f"person-{number}", daily_allowance=1_000_000)
    return WorkerProcess("benchmark", (QUEUE,))


def _serve(
    process: "WorkerProcess",
    quality: str,
    seconds: float,
    *,
    beside: bool,
) -> tuple[float, float, float]:
    """Images a second, share of the time the device was busy, peak MiB."""
    from django.db.models import Sum

    from generation import render_worker
    from generation.delivery_desk import DeliveryDesk
    from generation.models import Generation
    from generation.worker_process import close_connection, is_stopping
    from tests.slow_storage import SlowStorage

    SlowStorage.seconds = seconds
    process.desk = DeliveryDesk(is_stopping, close_connection, beside=beside)
    rows = Generation.objects.filter(pk__in=_queue(quality))
    read_peak, started = _peak_reader(), time.perf_counter()
    render_worker.serve(process)
    elapsed = time.perf_counter() - started
    assert rows.filter(state="done").count() == PEOPLE * EACH
    busy = rows.aggregate(busy=Sum("device_seconds"))["busy"]
    return PEOPLE * EACH / elapsed, busy / elapsed, read_peak()


def _queue(quality: str) -> list[uuid.UUID]:
    """One image of every pack in turn, until everybody has as many waiting as is allowed."""
    from accounts.models import User
    from generation.submission import Wish, submit
    from stylepacks.models import StylePack

    packs = list(StylePack.objects.order_by("slug").values_list("slug", flat=True))
    made: list[uuid.UUID] = []
    for person in User.objects.filter(username__startswith="person-"):
        for _ in range(EACH):
            wish = Wish(packs[len(made) % len(packs)], "a red boat", seed=7, quality=quality)
            made.append(submit(person, wish, uuid.uuid4().hex).pk)
    return made


def _peak_reader() -> Callable[[], float]:
    """From now on: the peak resident memory of this process in MiB (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")

    def read() -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))

    return read


if __name__ == "__main__":
    main()
