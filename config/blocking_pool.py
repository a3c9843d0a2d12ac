"""The pool of a worker whose broker has no event loop, as the folder of the embedded profile.

billiard 4.3 lets a child wait for its next task with the queue's lock in its hands. Killed then,
as by a system that is out of memory, it takes the lock along, and its successor waits for ever.
"""

from typing import Any

from billiard import pool, queues

# Their stubs leave out what is overridden here.
_BlockingPool: Any = pool.Pool
_SimpleQueue: Any = queues.SimpleQueue


class PatientQueue(_SimpleQueue):  # type: ignore[misc]
    """Takes its lock only once there is something to read."""

    def get_payload(self) -> Any:
        while True:
            self._reader.poll(None)
            with self._rlock:
                if self._reader.poll(0):
                    return self._reader.recv_bytes()


class Pool(_BlockingPool):  # type: ignore[misc]
    def _setup_queues(self) -> None:
        super()._setup_queues()
        self._inqueue = PatientQueue(ctx=self._ctx)
        self._quick_put = self._inqueue._writer.send
