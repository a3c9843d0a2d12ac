"""What breaks, in which order: spread evenly over the submissions, the same order every time."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chaos.ground import Ground
from benchmarks.chaos.proxy import Mode
from benchmarks.standin.fleet import Fleet

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
QUEUE = "render.sd15.cpu"
REFUSING_SECONDS, SILENT_SECONDS, FULL_SECONDS, STEPPED_SECONDS = 15, 20, 8, 30
BELLS = 40
STARTED_AGAIN_SECONDS = 2


@dataclass
class Plan:
    """How often each thing happens."""

    kills: int = 100
    redis_restarts: int = 10
    postgres_restarts: int = 5
    storage_refusals: int = 5
    storage_silences: int = 3
    full_disks: int = 3
    clock_steps: int = 3
    doubled_bells: int = 20


@dataclass
class Trouble:
    """Does the plan; `happened` counts what was really done."""

    ground: Ground
    fleet: Fleet
    workers: list[str]
    start: Callable[[str], None]
    clock: Path
    ring: Callable[[], None]
    happened: dict[str, int] = field(default_factory=dict)

    def steps(self, plan: Plan) -> list[Callable[[], None]]:
        """One call for each event, well mixed."""
        events: list[Callable[[], None]] = [
            *self._kills(plan.kills),
            *[self._redis] * plan.redis_restarts,
            *(self._postgres(at) for at in range(plan.postgres_restarts)),
            *[self._refusing] * plan.storage_refusals,
            *[self._silent] * plan.storage_silences,
            *[self._full] * plan.full_disks * self.ground.store.is_own_disk,
            *[self._clock] * plan.clock_steps * FAKETIME.exists(),
            *[self._bells] * plan.doubled_bells,
        ]
        random.Random(5).shuffle(events)
        return events

    def _count(self, name: str) -> None:
        self.happened[name] = self.happened.get(name, 0) + 1

    # --- Workers ---------------------------------------------------------------------------

    def _kills(self, count: int) -> "Iterator[Callable[[], None]]":
        for number in range(count):
            name = self.workers[number % len(self.workers)]
            yield self._kill_all_of(name) if number % 4 == 0 else self._kill_child_of(name)

    def _kill_child_of(self, name: str) -> Callable[[], None]:
        def kill() -> None:
            if self.fleet.kill_child(name):
                self._count("worker_kills")
            else:
                self._kill_all_of(name)()

        return kill

    def _kill_all_of(self, name: str) -> Callable[[], None]:
        def kill() -> None:
            self.fleet.kill(name)
            self._count("worker_kills")
            threading.Timer(STARTED_AGAIN_SECONDS, self.start, (name,)).start()
            time.sleep(STARTED_AGAIN_SECONDS + 1)

        return kill

    def _bells(self) -> None:
        for _ in range(BELLS):
            self.ring()
        self._count("doubled_bells")

    # --- Services --------------------------------------------------------------------------

    def _redis(self) -> None:
        self.ground.redis.restart()
        self._count("redis_restarts")

    def _postgres(self, number: int) -> Callable[[], None]:
        def restart() -> None:
            self.ground.postgres.restart("immediate" if number % 2 else "fast")
            self._count("postgres_restarts")

        return restart

    def _refusing(self) -> None:
        self._store(Mode.REFUSING, REFUSING_SECONDS)
        self._count("storage_refusals")

    def _silent(self) -> None:
        self._store(Mode.SILENT, SILENT_SECONDS)
        self._count("storage_silences")

    def _store(self, mode: Mode, seconds: float) -> None:
        self.ground.store.proxy.switch(mode)
        time.sleep(seconds)
        self.ground.store.proxy.switch(Mode.OPEN)

    def _full(self) -> None:
        self.ground.store.fill()
        time.sleep(FULL_SECONDS)
        self.ground.store.empty()
        self._count("full_disks")

    def _clock(self) -> None:
        """The first worker's clock is an hour ahead, then right again."""
        self.clock.write_text("+3600s\n")
        time.sleep(STEPPED_SECONDS)
        self.clock.write_text("+0s\n")
        self._count("clock_steps")
