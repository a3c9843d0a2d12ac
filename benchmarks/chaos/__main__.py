"""Nothing lost, nothing twice: thousands of submissions while everything breaks.

    python -m benchmarks.chaos                                       # about half an hour
    python -m benchmarks.chaos --engine starter --submissions 500    # true pictures
    python -m benchmarks.chaos --submissions 300 --clients 20 --keep LOGS  # to look at it

Needs PostgreSQL's server, Redis's and Swift's programs; starts its own of each. Full disks need
the right to mount one, stepped clocks libfaketime (Debian: faketime); without, they are left out
and the figures say 0.

lost                accepted and gone, or done without a picture or with a file missing
delivered_twice     two rows for one key, more pictures or files than asked for, one paid twice
allowance_wrong     holds left open, pictures unpaid, payments without a picture, sums that differ
wrong_owner         rows, pictures or answers that are somebody else's
stuck               not ended when everything was well again and for RECOVERY_SECONDS none had
failed              ended with a sentence and given back: no promise is broken, nobody is happy
"""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import psycopg

from benchmarks import results_file
from benchmarks.chaos import ground as grounds
from benchmarks.chaos.checker import Findings, check
from benchmarks.chaos.people import Client, Counts
from benchmarks.chaos.trouble import FAKETIME, QUEUE, Plan, Trouble
from benchmarks.standin.fleet import APP, Fleet, wait_for_workers
from tests.house import House

RECOVERY_SECONDS = 300
LOOK_SECONDS = 0.5
PEOPLE = """
import json
from accounts import tokens
from accounts.models import User
made = {}
for number in range(%d):
    person = User.objects.create_user(f"client-{number}", f"client-{number}@example.org", "x" * 20)
    person.daily_allowance = 1_000_000
    person.save()
    made[person.username] = tokens.issue(person, "chaos")
print(json.dumps(made))
"""


def main() -> None:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="housestyle-chaos-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        with grounds.opened(folder) as ground:
            figures, findings = _run(options, ground, folder)
    _tell(findings)
    name = "chaos" if options.engine == "standin" else "chaos-starter"
    print(results_file.write(name, _command(options), figures).with_suffix(".md").read_text())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--workers", type=int, default=4)
    for each in fields(Plan):
        name = each.name.replace("_", "-")
        parser.add_argument(f"--{name}", type=int, default=each.default, help="how often")
    parser.add_argument("--engine", choices=("standin", "starter"), default="standin")
    parser.add_argument("--keep", type=Path, help="copy the logs into this folder")
    parser.add_argument("--seconds", type=float, default=0.4, help="a picture of the stand-in")
    return parser


def _command(options: argparse.Namespace) -> str:
    plain = vars(_parser().parse_args([]))
    changed = {name: value for name, value in vars(options).items() if plain[name] != value}
    given = " ".join(
        f"--{name.replace('_', '-')} {value}" for name, value in changed.items() if name != "keep"
    )
    return f"python -m benchmarks.chaos {given}".strip()


def _run(
    options: argparse.Namespace, ground: grounds.Ground, folder: Path
) -> tuple[dict[str, float], Findings]:
    app = APP if options.engine == "standin" else "config"
    house = House(folder, **ground.environment(), HOUSESTYLE_DEBUG="0", WEB_CONCURRENCY="2")
    house.manage("collectstatic", "--noinput", "-v", "0")
    with house, Fleet(house.environment, folder, app) as fleet:
        clients, counts = _clients(house, options)
        trouble = _trouble(options, ground, fleet, folder)
        for name in trouble.workers:
            trouble.start(name)
        fleet.start_beat()
        wait_for_workers(ground.postgres.url, options.workers)
        began = time.monotonic()
        plan = Plan(**{each.name: getattr(options, each.name) for each in fields(Plan)})
        _live_through(trouble, plan, clients, counts, options.submissions)
        recovered = _until_quiet(ground)
        seconds = time.monotonic() - began
        if options.keep:
            shutil.copytree(folder, options.keep, ignore=_but_logs, dirs_exist_ok=True)
        for said in dict.fromkeys(said for client in clients for said in client.mistakes):
            print(f"answered: {said}")
        findings = check(ground, clients, house.address, drawn=options.engine == "standin")
    figures = {
        **_seen(counts),
        **dict(sorted(trouble.happened.items())),
        "clients": options.clients,
        "workers": options.workers,
        "seconds": round(seconds),
        "recovery_seconds": round(recovered),
        **findings.figures(),
    }
    return figures, findings


def _but_logs(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".log")]


def _seen(counts: Counts) -> dict[str, float]:
    return {
        "submissions": counts.accepted,
        "sent_twice": counts.repeated,
        "answered_503": counts.away,
        "answered_429": counts.asked_to_wait,
        "answered_otherwise": counts.broken,
        "unreachable": counts.unreachable,
    }


def _clients(house: House, options: argparse.Namespace) -> tuple[list[Client], Counts]:
    code = PEOPLE % options.clients
    tokens = json.loads(house.manage("shell", "-v", "0", "-c", code).stdout.splitlines()[-1])
    pack = json.loads(house.manage("list_packs", "--json").stdout)[0]["slug"]
    counts, (each, more) = Counts(), divmod(options.submissions, options.clients)
    made = [
        Client(name, token, house.address, pack, each + (number < more), counts)
        for number, (name, token) in enumerate(tokens.items())
    ]
    return made, counts


def _trouble(
    options: argparse.Namespace, ground: grounds.Ground, fleet: Fleet, folder: Path
) -> Trouble:
    clock = folder / "clock"
    clock.write_text("+0s\n")
    workers = [f"w{number}" for number in range(options.workers)]
    stepping = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }

    def start(name: str) -> None:
        steps = stepping if name == workers[0] and FAKETIME.exists() else {}
        fleet.start(name, f"{QUEUE},house", STANDIN_SECONDS=str(options.seconds), **steps)

    return Trouble(ground, fleet, workers, start, clock, _bell(ground))


def _bell(ground: grounds.Ground) -> Callable[[], None]:
    """Rings as the product does, through a Celery app of its own."""
    from celery import Celery

    app = Celery(broker=ground.redis.url)

    def ring() -> None:
        app.send_task("generation.render", kwargs={"queue": QUEUE}, queue=QUEUE, expires=30)

    return ring


def _live_through(
    trouble: Trouble, plan: Plan, clients: Sequence[Client], counts: Counts, submissions: int
) -> None:
    for client in clients:
        client.start()
    events = trouble.steps(plan)
    for number, event in enumerate(events, 1):
        due = submissions * number / (len(events) + 1)
        while counts.accepted < due and not all(client.is_done for client in clients):
            time.sleep(LOOK_SECONDS)
        event()
        print(f"{counts.accepted}/{submissions} accepted, {number}/{len(events)} done", flush=True)
    for client in clients:
        client.join()


def _until_quiet(ground: grounds.Ground) -> float:
    """Seconds from the last submission until nothing is unended, or until for RECOVERY_SECONDS
    nothing has ended: true pictures take longer than any recovery.
    """
    began = moved = time.monotonic()
    unended, waiting = -1, "SELECT count(*) FROM generation_generation WHERE finished_at IS NULL"
    with psycopg.connect(ground.postgres.url, autocommit=True) as database:
        while unended and time.monotonic() - moved < RECOVERY_SECONDS:
            before, unended = unended, (database.execute(waiting).fetchone() or (0,))[0]
            if unended != before:
                moved = time.monotonic()
            time.sleep(1)
    return time.monotonic() - began


def _tell(findings: Findings) -> None:
    for name, found in vars(findings).items():
        for line in found[:20]:
            print(f"{name}: {line}")


if __name__ == "__main__":
    main()
