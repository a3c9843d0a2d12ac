"""Deliveries beside the render loop: one thread, jobs in order, never many of them at once.

The desk knows nothing of images: a job is anything that is done after what was handed over
before it. The bound is on jobs handed over, which hold pixels and leases; a follow-up holds none.
No job begins while the render loop is on its way from one render to the next.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial

logger = logging.getLogger(__name__)

# One is being delivered, one waits: enough that neither the device nor storage waits for the other.
AT_ONCE = 2
# From the wish to stop until what is not delivered goes back: supervisors kill after ten or more.
STOP_SECONDS = 5.0
LOOK_SECONDS = 0.2
# The thread and what it holds open (a database connection takes as long as a delivery) stay for
# the next picture of a busy worker, not for that of tomorrow.
LINGER_SECONDS = 10.0
# How long a job waits for a loop on its way to the next render. Both would take turns in Python,
# five milliseconds a turn, while the device has nothing to do.
ASIDE_SECONDS = 0.05


@dataclass(frozen=True)
class _Job:
    do: Callable[[], None]
    takes_room: bool


class DeliveryDesk:
    """One per worker process; the thread lives while there is something to do, and a little longer.

    `is_stopping` says whether the worker was asked to stop; `after_each` puts away what a job
    left broken in the thread, `at_end` what it left open. `beside=False` does every job at once,
    in the caller's thread.
    """

    def __init__(
        self,
        is_stopping: Callable[[], bool],
        after_each: Callable[[], object] = lambda: None,
        at_end: Callable[[], object] = lambda: None,
        *,
        beside: bool = True,
    ) -> None:
        self._is_stopping = is_stopping
        self._after_each = after_each
        self._at_end = at_end
        self._beside = beside
        self._waiting: deque[_Job] = deque()
        self._is_doing = False
        self._room_taken = 0
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()
        self._raised: BaseException | None = None
        self._stop_by: float | None = None
        self._aside_until = 0.0

    def hand_over(self, do: Callable[[], None]) -> bool:
        """Have it done after all before it; waits while the desk is full.

        False, with nothing handed over, when the worker is asked to stop and no room came in time.
        Raises what an earlier job raised, if that was no mere Exception.
        """
        while not self._has_room(LOOK_SECONDS):
            if self.seconds_left() <= 0:
                return False
        self._add(_Job(do, takes_room=True))
        return True

    def follow_up(self, do: Callable[[], None]) -> None:
        """Have it done after all before it, without waiting."""
        self._add(_Job(do, takes_room=False))

    def step_aside(self) -> None:
        """Begin no job until the caller has something to wait for: ASIDE_SECONDS at most."""
        self._aside_until = time.monotonic() + ASIDE_SECONDS

    def carry_on(self) -> None:
        """Begin what waits."""
        with self._changed:
            self._aside_until = 0.0
            self._changed.notify_all()

    def is_idle(self, within: float = 0.0) -> bool:
        """Whether everything is done, after waiting for that for so many seconds at most."""
        self.carry_on()
        with self._changed:
            idle = self._changed.wait_for(self._has_nothing, max(0.0, within))
            self._raise_what_was_raised()
            return idle

    def seconds_left(self) -> float:
        """Until what is not done must be given up; endless unless the worker is asked to stop."""
        if not self._is_stopping():
            self._stop_by = None
            return float("inf")
        if self._stop_by is None:
            self._stop_by = time.monotonic() + STOP_SECONDS
        return self._stop_by - time.monotonic()

    def _has_nothing(self) -> bool:
        return not self._waiting and not self._is_doing

    def _has_room(self, within: float) -> bool:
        if self._room_taken >= AT_ONCE:
            self.carry_on()
        with self._changed:
            has_room = self._changed.wait_for(lambda: self._room_taken < AT_ONCE, within)
            self._raise_what_was_raised()
            return has_room

    def _add(self, job: _Job) -> None:
        if not self._beside:
            job.do()
            return
        with self._changed:
            # In its thread a job is still about what it was about where it was handed over.
            self._waiting.append(_Job(partial(copy_context().run, job.do), job.takes_room))
            self._room_taken += job.takes_room
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="delivery", daemon=True)
                self._thread.start()

    def _raise_what_was_raised(self) -> None:
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised

    def _work(self) -> None:
        try:
            while (job := self._next()) is not None:
                self._do(job)
        finally:
            self._at_end()

    def _next(self) -> _Job | None:
        with self._changed:
            if self._changed.wait_for(lambda: self._waiting, LINGER_SECONDS):
                while (left := self._aside_until - time.monotonic()) > 0:
                    self._changed.wait(left)
                self._is_doing = True
                return self._waiting.popleft()
            # In one step with the look: whoever adds a job from now on starts another thread.
            self._thread = None
            return None

    def _do(self, job: _Job) -> None:
        try:
            with ExitStack() as tidied:
                tidied.callback(self._after_each)
                job.do()
        except Exception:  # what a job could not end well, the lease of its rows does
            logger.exception("A delivery ended early; its rows return when their lease runs out")
        except BaseException as error:
            self._raised = error
        finally:
            with self._changed:
                self._is_doing = False
                self._room_taken -= job.takes_room
                self._changed.notify_all()
