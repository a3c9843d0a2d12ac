"""The one process that owns a device: its model, its pulse, its row in the list of workers.

Nothing here may touch torch before the fork: the model is made in the child, on first need.
"""

import logging
import mmap
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from generation import logs, recovery, wakeups
from generation.delivery_desk import DeliveryDesk
from generation.devices import (
    EngineUnopened,
    compiles,
    guidances_to_compile,
    open_renderer,
    sizes_to_compile,
)
from generation.engine.contract import DeviceLost, RenderResult
from generation.models import Generation, Worker
from generation.moving import lease_end
from generation.reading_ahead import ReadAhead
from generation.states import ACTIVE
from generation.watching import spans, worker_door, worker_metrics
from generation.weight_files import checkpoint_location
from stylepacks.models import Checkpoint

if TYPE_CHECKING:
    from generation.engine.renderer import Renderer

logger = logging.getLogger(__name__)

# A render that shows no sign of life for this long has hung: its leases are let go, so that
# another worker can take the rows. Longer than the slowest load of a checkpoint.
HUNG_SECONDS = 900
# A machine whose clock is further from the database's takes no work: storage refuses what it
# signs, and what it writes would carry false times.
CLOCK_SECONDS = 60
# A process without an engine ends after this long: on a machine that truly lacks torch the pool
# would otherwise make new ones without rest.
BROKEN_SECONDS = 30.0

# Shared with the forked children: the parent writes it when it is asked to stop.
_stop_flag = mmap.mmap(-1, 1)


def ask_to_stop() -> None:
    """Called in the parent: children give their work back at the next step and end."""
    _stop_flag[0] = 1


def is_stopping() -> bool:
    return _stop_flag[0] == 1


def close_connection() -> None:
    """This thread's: none keeps one while it waits, and none keeps a broken one."""
    connection.close()


class WorkerProcess:
    """One per process. `renderer` is made once; the pulse renews every lease in `holding`.

    `desk` delivers beside the render loop, so that several claims may be held at once.
    """

    def __init__(self, name: str, queues: tuple[str, ...]) -> None:
        self.name = name
        self.queues = queues
        self.loaded_batch_key = ""
        self.desk = DeliveryDesk(
            is_stopping,
            close_old_connections,
            close_connection,
            beside=bool(settings.DELIVER_BESIDE),
        )
        self._held: set[UUID] = set()
        self._alive_at = time.monotonic()
        self._renderer: Renderer | None = None
        self._loading = threading.Lock()
        self._closed = threading.Event()
        self._read_ahead = ReadAhead(queues)
        self._memory_note = ""
        self._is_warm = threading.Event()
        self._is_broken = False
        self.clock_is_right = True

    def open(self) -> None:
        """Announce, start the pulse, and warm up in the background.

        In the background because Celery ends a child that is not up within four seconds.
        """
        recovery.recover_held_by(self.name)
        self._announce(is_ready=False)
        worker_door.open_on(settings.METRICS_PORT)
        threading.Thread(target=self._beat, name="pulse", daemon=True).start()
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()
        for queue in self.queues:
            wakeups.ring(queue)

    @property
    def is_sound(self) -> bool:
        """Its clock is right, and nothing is known to be wrong with its engine or its device."""
        return self.clock_is_right and not self._is_broken

    @property
    def takes_work(self) -> bool:
        """Sound, and not while it compiles, for somebody would wait for that."""
        return self.is_sound and (self._is_warm.is_set() or not compiles())

    def close(self) -> None:
        """The process ends on purpose: take the rows down, so that nobody waits for it."""
        self._closed.set()
        self._read_ahead.close()
        self._rows().delete()

    def renderer(self) -> "Renderer":
        """The engine with its model; the first call imports torch and takes seconds.

        Raises EngineUnopened, after which the process takes no work and soon ends: an import that
        broke off once fails for good in that process, and perhaps not in the next one.
        """
        with self._loading:
            if self._renderer is None and not self._is_broken:
                self._open_renderer()
            if self._renderer is None:
                raise EngineUnopened
            return self._renderer

    def _open_renderer(self) -> None:
        try:
            self._renderer = open_renderer()
        except Exception:  # whatever it is, no picture comes out of this process
            self.break_off("The engine could not be opened.")

    def break_off(self, reason: str) -> None:
        """No picture comes out of this process any more; called where the error is handled.

        It steps down at once, and ends when it has had time to deliver what it has rendered.
        """
        if self._is_broken:
            return
        said = "%s This process takes no work and ends in %d s."
        logger.exception(said, reason, BROKEN_SECONDS)
        self._is_broken = True
        # Not by a signal: billiard answers one's last word with another, which may come while the
        # lock of its pipe is held.
        threading.Timer(BROKEN_SECONDS, os._exit, [os.EX_UNAVAILABLE]).start()
        self.close()

    @contextmanager
    def holding(self, claim_token: UUID) -> Iterator[None]:
        """Keep the leases of a claim alive while the block runs."""
        self._held.add(claim_token)
        self.show_life()
        try:
            yield
        finally:
            self._held.discard(claim_token)

    @contextmanager
    def at_work_on(self, rows: Sequence[Generation]) -> Iterator[None]:
        """Log lines, figures and traces within are about these rows, which were just claimed."""
        worker_metrics.claimed(rows)
        with logs.about(rows), spans.span("render"):
            yield

    def let_go(self) -> None:
        """Every row still held goes back to the queue untouched; its claim is lost to us."""
        for claim_token in set(self._held):
            recovery.give_back(claim_token)

    def show_life(self) -> None:
        """The work moved on; without this for HUNG_SECONDS the leases are let go."""
        self._alive_at = time.monotonic()

    def loaded(self, batch_key: str) -> None:
        """Note what the device holds now: the scheduler prefers more of the same."""
        checkpoint = (self._renderer and self._renderer.loaded) or ""
        if batch_key == self.loaded_batch_key:
            return
        self.loaded_batch_key = batch_key
        self._rows().update(
            is_ready=True, loaded_batch_key=batch_key, loaded_checkpoint=checkpoint[:200]
        )

    def rendered(self, queue: str, result: RenderResult) -> None:
        """Count what a render took, and note for staff what it gave up to fit into memory."""
        worker_metrics.rendered(queue, result)
        note = ", ".join(result.given_up)
        if note == self._memory_note:
            return
        self._memory_note = note
        if note:
            logger.warning("The device's memory ran short; given up to go on: %s", note)
        self._rows().update(memory_note=note[:200])

    def look_ahead(self, rendering: Generation) -> None:
        """Read the LoRAs of the batch after this one, while this one renders."""
        self._read_ahead.begin(self.renderer(), rendering)

    def _announce(self, *, is_ready: bool) -> None:
        now = timezone.now()
        for queue in self.queues:
            fresh = {
                "queue": queue,
                "device": settings.RENDER_DEVICE,
                "is_ready": is_ready,
                "loaded_checkpoint": "",
                "loaded_batch_key": "",
                "memory_note": "",
                "started_at": now,
                "last_seen_at": Now(),
            }
            Worker.objects.update_or_create(name=self._row_name(queue), defaults=fresh)

    def _row_name(self, queue: str) -> str:
        return f"{self.name} {queue}"

    def _rows(self) -> QuerySet[Worker]:
        return Worker.objects.filter(name__in=[self._row_name(queue) for queue in self.queues])

    def _warm_up(self) -> None:
        try:
            first = self._first_checkpoint()
            if first is not None:
                self._load(first)
        except EngineUnopened:
            pass  # said already
        except DeviceLost:
            self.break_off("The device answers no more.")
        except Exception:  # the thread must not end in silence; the first task tries again
            logger.exception("The default checkpoint could not be loaded")
        finally:
            self._begin_work()
            connection.close()

    def _first_checkpoint(self) -> Checkpoint | None:
        """The default one, unless all this process is asked for is of other families."""
        default = Checkpoint.objects.filter(is_default=True).first()
        if not compiles():
            return default
        served = {queue.split(".")[1] for queue in self.queues}
        if default is not None and default.family in served:
            return default
        return Checkpoint.objects.filter(family__in=served).order_by("-pk").first() or default

    def _load(self, checkpoint: Checkpoint) -> None:
        sizes = sizes_to_compile(checkpoint.default_width, checkpoint.default_height)
        place = checkpoint_location(checkpoint.location)
        guidances = guidances_to_compile(checkpoint)
        warm = self.renderer().warm_up(place, checkpoint.family, sizes, guidances)
        # Only now: who is ready has compiled all that its first picture needs.
        self._rows().update(is_ready=True, loaded_checkpoint=checkpoint.location[:200])
        if warm.passes:
            origin = "kept from before" if warm.from_disk else "compiled now"
            logger.info("Warm after %.1f s (%s)", warm.seconds, origin)
        for failure in warm.failures:
            logger.warning("Rendered without being compiled: %s", failure)

    def _begin_work(self) -> None:
        if self.takes_work or self._is_broken:
            return
        self._is_warm.set()
        for queue in self.queues:
            wakeups.ring(queue)

    def _beat(self) -> None:
        while not self._closed.wait(settings.PULSE_SECONDS):
            try:
                self._renew()
            except Exception as error:  # a pulse that ended would cost every claim its lease
                logger.warning("The pulse missed a beat: %s", error)
                connection.close()
        connection.close()

    def _renew(self) -> None:
        if not self._rows().update(last_seen_at=Now()):
            # Forgotten, as after a night's sleep of the machine: announce again.
            self._announce(is_ready=self._renderer is not None and self.takes_work)
        self._compare_clocks()
        if self._held and time.monotonic() - self._alive_at < HUNG_SECONDS:
            active = [state.value for state in ACTIVE]
            rows = Generation.objects.filter(claim_token__in=set(self._held), state__in=active)
            rows.update(lease_expires_at=lease_end())

    def _compare_clocks(self) -> None:
        seen = self._rows().values_list("last_seen_at", flat=True).first() or timezone.now()
        ahead = (timezone.now() - seen).total_seconds()
        is_right = abs(ahead) <= CLOCK_SECONDS
        if is_right != self.clock_is_right:
            said = "This machine's clock is %+.0f s from the database's; it %s work."
            logger.warning(said, ahead, "takes" if is_right else "takes no")
        self.clock_is_right = is_right


_current: WorkerProcess | None = None
_opening = threading.Lock()


def open_once(name: str, queues: tuple[str, ...]) -> WorkerProcess:
    """This process's WorkerProcess; the first call opens it."""
    global _current
    with _opening:
        if _current is None:
            process = WorkerProcess(name, queues)
            process.open()
            _current = process
        return _current


def close() -> None:
    if _current is not None:
        _current.close()
