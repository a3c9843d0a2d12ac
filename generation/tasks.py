"""Celery's doors. Producers send these by name; only a worker imports this module."""

from typing import Any

from billiard.process import current_process
from celery import current_app, shared_task, signals

from generation import archiving, popularity, recovery, render_worker, worker_process

# Every five minutes: more than a million a day.
ARCHIVED_AT_ONCE = 5000


@shared_task(name="generation.render", bind=True)
def render(self: Any, queue: str) -> int:
    """Serve this worker's queues until they are empty; `queue` is the one that was rung for."""
    queues = _render_queues() or (queue,)
    process = worker_process.open_once(_name(self.request.hostname), queues)
    # While it warms up its rows are left to others; it rings for them itself when it is ready.
    return render_worker.serve(process) if process.takes_work else 0


@shared_task(name="generation.sweep")
def sweep() -> int:
    """Take back what dead workers held; ring for what waits."""
    return recovery.sweep()


@shared_task(name="generation.count_popularity")
def count_popularity() -> int:
    """Count what each pack is used."""
    return popularity.count_again()


@shared_task(name="generation.archive")
def archive() -> int:
    """Move some of what ended long ago out of the way; rendering waits for seconds at most."""
    return archiving.archive(ARCHIVED_AT_ONCE)


@signals.worker_init.connect
def open_after_celery(**_: Any) -> None:
    """A child opens its things only after Celery's own receiver, which is connected by now.

    That one closes the descriptor under the main thread's connection, then the connection, which
    closes the same number again: a file or socket that another thread has opened meanwhile.
    """
    signals.worker_process_init.connect(open_process)


def open_process(sender: object, **_: Any) -> None:
    if queues := _render_queues():
        worker_process.open_once(_name(sender), queues)


@signals.worker_process_shutdown.connect
def close_process(**_: Any) -> None:
    worker_process.close()


@signals.worker_shutting_down.connect
def stop_children(**_: Any) -> None:
    worker_process.ask_to_stop()


def _render_queues() -> tuple[str, ...]:
    names = current_app.amqp.queues.consume_from
    return tuple(sorted(name for name in names if name.startswith("render.")))


def _name(host: object) -> str:
    # The child's place in the pool is part of the name: it stays the same over restarts, so a
    # new process knows which rows its killed predecessor held.
    return f"{host}/{getattr(current_process(), 'index', 0)}"
