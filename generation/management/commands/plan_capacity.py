"""`manage.py plan_capacity`: how many workers so many people need, how long they wait, the cost."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.planning import simulation
from generation.planning.measured import seconds_of_requests
from generation.planning.simulation import Day

# Weights of the 24 hours, UTC or whatever clock the people live by.
CURVES: dict[str, list[float]] = {
    "flat": [1.0] * 24,
    "evening": [2, 1, 1, 1, 1, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 8, 10, 12, 12, 10, 7, 4],
    "office": [1, 1, 1, 1, 1, 1, 2, 4, 8, 12, 12, 11, 9, 11, 12, 12, 10, 7, 4, 3, 2, 2, 1, 1],
}
SEED = 5


@dataclass(frozen=True)
class Plan:
    """A day with the fewest workers that keep the wait, and what it costs."""

    day: Day
    mean_seconds: float
    cost_a_day: float
    cost_of_a_thousand: float


class Command(BaseCommand):
    help = (
        "Simulate a day: how many workers are needed so that 95 of 100 requests wait no longer "
        "than --wait seconds. Times are this house's own unless --seconds gives one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, required=True, help="who come on that day")
        parser.add_argument("--requests", type=float, default=10, help="of each (default 10)")
        parser.add_argument("--curve", choices=sorted(CURVES), default="evening")
        parser.add_argument("--wait", type=float, default=10, help="seconds at the 95th percentile")
        parser.add_argument("--workers", type=int, help="look at so many instead of the fewest")
        parser.add_argument("--seconds", type=float, help="of the device, a request")
        parser.add_argument("--queue", default="", help="measure this queue alone")
        parser.add_argument("--hourly", type=float, default=0, help="price of a worker's hour")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: object, **options: Any) -> None:
        _refuse_nonsense(options)
        seconds = [options["seconds"]] if options["seconds"] else _measured(options["queue"])
        try:
            plan = _plan(options, seconds)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(_flat(plan)) if options["json"] else _sentences(plan, options))


def _refuse_nonsense(options: dict[str, Any]) -> None:
    for name in ("people", "requests", "wait"):
        if options[name] <= 0:
            raise CommandError(f"--{name} must be more than 0.")
    for name in ("workers", "seconds"):
        if options[name] is not None and options[name] <= 0:
            raise CommandError(f"--{name} must be more than 0.")
    if options["people"] * options["requests"] > 5_000_000:
        raise CommandError("That is more than five million requests: plan one queue at a time.")


def _measured(queue: str) -> list[float]:
    found = seconds_of_requests(queue)
    if not found:
        of = f" of {queue}" if queue else ""
        raise CommandError(f"No finished generation{of} to measure: give --seconds.")
    return found


def _plan(options: dict[str, Any], seconds: Sequence[float]) -> Plan:
    requests = options["people"] * options["requests"]
    chance = random.Random(SEED)
    arrivals = simulation.arrivals_of_a_day(requests, CURVES[options["curve"]], chance)
    days: dict[int, Day] = {}

    def day(workers: int) -> Day:
        if workers not in days:
            days[workers] = simulation.day_with(workers, arrivals, seconds, random.Random(SEED))
        return days[workers]

    mean = sum(seconds) / len(seconds)
    least = max(1, int(requests * mean / simulation.DAY_SECONDS))
    chosen = options["workers"] or simulation.fewest(
        lambda workers: day(workers).wait_p95 <= options["wait"], least
    )
    cost = chosen * 24 * options["hourly"]
    return Plan(day(chosen), mean, cost, cost / max(1, len(arrivals)) * 1000)


def _flat(plan: Plan) -> dict[str, Any]:
    fields = asdict(plan)
    return {**fields.pop("day"), **fields}


def _sentences(plan: Plan, options: dict[str, Any]) -> str:
    day = plan.day
    said = [
        f"{day.workers} workers for {day.requests:,} requests a day ({options['curve']} curve), "
        f"{plan.mean_seconds:.2f} device-seconds each on average.",
        f"Half wait {day.wait_p50:.1f} s or less, 95 of 100 {day.wait_p95:.1f} s or less; "
        f"the workers are busy {day.busy_share:.0%} of the day.",
    ]
    if options["hourly"]:
        said.append(
            f"{plan.cost_a_day:,.2f} a day, {plan.cost_of_a_thousand:,.2f} a thousand requests."
        )
    return "\n".join(said)
