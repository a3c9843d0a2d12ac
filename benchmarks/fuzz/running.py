"""Runs the cases of one kind and keeps count. Each case has a random source of its own."""

import os
import random
import resource
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

SEED = 20261129
KEPT_FINDINGS = 50
KIBIBYTE = 1024

# One case: changes something, hands it in, and raises only what the house says on purpose.
Case = Callable[[random.Random], None]


class ServerError(Exception):
    """A page or the API answered with a status of 500 or more."""


@dataclass(frozen=True)
class Kind:
    """What is changed, the house's own refusals of it, and its share of all cases."""

    name: str
    case: Case
    refusals: tuple[type[Exception], ...]
    share: float


@dataclass
class Tally:
    """What became of the cases of one kind. A finding is "kind/number" and its trace."""

    cases: int = 0
    refused: int = 0
    crashes: int = 0
    server_errors: int = 0
    seconds: float = 0
    findings: list[tuple[str, str]] = field(default_factory=list)


def run(kind: Kind, numbers: Sequence[int], seed: int = SEED) -> Tally:
    """Run these cases of a kind, one after the other; none stops those that follow."""
    tally, started = Tally(), time.perf_counter()
    for number in numbers:
        _run_one(kind, number, seed, tally)
    tally.seconds = time.perf_counter() - started
    return tally


def random_of(kind: str, number: int, seed: int = SEED) -> random.Random:
    """The same for the same case, whatever ran before it."""
    return random.Random(f"{seed}/{kind}/{number}")


def peak_mib() -> float:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTE


def keep_to_one_core() -> None:
    """Bind this process to one of the cores it may use."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _run_one(kind: Kind, number: int, seed: int, tally: Tally) -> None:
    tally.cases += 1
    try:
        kind.case(random_of(kind.name, number, seed))
    except kind.refusals:
        tally.refused += 1
    except ServerError as error:
        tally.server_errors += 1
        _keep(tally, kind, number, str(error))
    except Exception:
        tally.crashes += 1
        _keep(tally, kind, number, traceback.format_exc())


def _keep(tally: Tally, kind: Kind, number: int, trace: str) -> None:
    if len(tally.findings) < KEPT_FINDINGS:
        tally.findings.append((f"{kind.name}/{number}", trace))
