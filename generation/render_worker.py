"""The render loop of one worker: claim, render, hand over, until nothing waits.

What is rendered is delivered beside the loop, in order, so that the device never waits for it.
"""

import itertools
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from generation import delivery, fair_share, parcels, progress, recovery, scheduler, trials
from generation.claimed_work import Piece, Work, works_of
from generation.devices import EngineUnopened
from generation.engine.contract import DeviceLost, EngineError, RenderResult, StepProgress
from generation.leftovers import Leftovers
from generation.models import Generation
from generation.moving import move
from generation.orders import request_for
from generation.parcels import Parcel
from generation.states import State
from generation.step_reports import StepReports
from generation.worker_process import WorkerProcess, is_stopping

logger = logging.getLogger(__name__)

Ending = Callable[[], None]

RECOVER_SECONDS = 5.0
# How often the queue is looked at while nothing is left to do but the last deliveries.
LOOK_SECONDS = 0.2


def serve(process: WorkerProcess) -> int:
    """Work until nothing is claimable or the worker is asked to stop; returns batches made.

    The process's queues take turns, so that a busy family keeps no other one waiting. With one
    child the sweep task waits behind this loop, so the loop recovers rows itself.
    """
    batches = empty = 0
    queues = itertools.cycle(process.queues)
    recovered_at = time.monotonic()
    try:
        while process.is_sound and not is_stopping():
            claimed = scheduler.claim(process.name, next(queues), process.loaded_batch_key)
            if claimed:
                render_batch(process, claimed)
                batches += 1
            empty = 0 if claimed else empty + 1
            if empty >= len(process.queues) and _is_all_delivered(process):
                break
            if time.monotonic() - recovered_at > RECOVER_SECONDS:
                recovery.recover()
                recovered_at = time.monotonic()
    finally:
        _stop_delivering(process)
    return batches


def _is_all_delivered(process: WorkerProcess) -> bool:
    if process.desk.is_idle():
        return True
    # Rows may come in meanwhile: the queue is looked at again before this is the end.
    process.desk.is_idle(within=LOOK_SECONDS)
    return False


def _stop_delivering(process: WorkerProcess) -> None:
    # What is being delivered may still arrive; what does not in time is somebody else's.
    if is_stopping() and not process.desk.is_idle(within=process.desk.seconds_left()):
        process.let_go()


def render_batch(process: WorkerProcess, claimed: Sequence[Generation]) -> None:
    """Render one claimed batch and hand it over; every row of it ends, or goes back to the queue.

    Its lease is kept until the last of it is delivered, which may be after this returns.
    """
    token = claimed[0].claim_token
    assert token is not None
    with ExitStack() as until_delivered, process.at_work_on(claimed):
        until_delivered.enter_context(process.holding(token))
        works = [Work(row, delivery.missing_indices(row)) for row in claimed]
        batch = _Batch(process, token, works)
        ending = batch.run()
        process.desk.follow_up(partial(batch.close, ending, until_delivered.pop_all()))


@dataclass
class _Batch:
    process: WorkerProcess
    token: UUID
    works: list[Work]
    _pieces: list[Piece] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reports = StepReports(self.token)

    def run(self) -> Ending:
        """Render all of it; returns what to do for its rows once what came out is delivered."""
        leftovers = Leftovers(self.token, self.works)
        try:
            self._run()
        except DeviceLost:
            self.process.break_off("The device answers no more.")
            return leftovers.leave_behind
        except EngineError as error:
            logger.warning("The engine refused: %s", error)
            return partial(leftovers.refuse, error)
        except EngineUnopened:
            return leftovers.give_back
        except Exception:  # the loop records whatever it is and gives the rows another try
            logger.exception("A batch failed")
            return leftovers.try_again
        return leftovers.end

    def close(self, ending: Ending, lease: ExitStack) -> None:
        """After the last delivery: end the rows that are still ours, then let go of the lease."""
        with lease:
            ending()
        if any(work.row.is_trial for work in self.works):
            trials.answer_ended()

    def _run(self) -> None:
        """Start the rows, render in pieces of what the device takes at once, hand each over."""
        for work in self.works:
            self._start(work)
        pieces = [Piece(work, index) for work in self.works for index in work.indices]
        size = scheduler.images_at_once()
        for start in range(0, len(pieces), size):
            self._pieces = [piece for piece in pieces[start : start + size] if piece.work.is_ours]
            if self._pieces and not is_stopping():
                self._render()

    def _start(self, work: Work) -> None:
        steps = work.row.recipe["steps"] * self._calls_for(work)
        work.is_ours = move(
            work.row.pk, State.RENDERING, claim_token=self.token, step=0, total_steps=steps
        )
        self._tell(work)
        if work.is_ours and not work.indices:
            # An earlier try was killed between its last image and its last word.
            move(work.row.pk, State.DELIVERING, claim_token=self.token)
            parcels.finish(work, self.token)

    def _calls_for(self, work: Work) -> int:
        size = scheduler.images_at_once()
        return -(-len(work.indices) // size)

    def _render(self) -> None:
        request = request_for([piece.as_ordered() for piece in self._pieces])
        renderer = self.process.renderer()
        self.process.show_life()
        result = renderer.render(request, self._on_step)
        self.process.desk.step_aside()
        self.process.loaded(self._pieces[0].work.row.batch_key)
        self.process.rendered(self._pieces[0].work.row.queue, result)
        self._charge(result)
        self._hand_over(result)
        for work in works_of(self._pieces):
            work.steps_before += request.steps

    def _on_step(self, step: StepProgress) -> frozenset[str]:
        self.process.show_life()
        if is_stopping():
            return frozenset(piece.key for piece in self._pieces)
        if step.step == 1:
            self.process.desk.carry_on()
            self.process.look_ahead(self._pieces[0].work.row)
        self._reports.report(self._pieces, step)
        return frozenset(piece.key for piece in self._pieces if not piece.work.is_ours)

    def _charge(self, result: RenderResult) -> None:
        seconds = result.switch_seconds + result.denoise_seconds + result.decode_seconds
        share = seconds / len(self._pieces)
        for piece in self._pieces:
            piece.work.device_seconds += share
            fair_share.charge(piece.work.row.person_id, share)

    def _hand_over(self, result: RenderResult) -> None:
        """To the delivery thread; a complete row shows that it is delivered from now on."""
        came_out = {image.key for image in result.images}
        for piece in self._pieces:
            piece.work.rendered += piece.key in came_out
        for work in works_of(self._pieces):
            if work.is_ours and work.is_rendered:
                self._show_delivering(work)
        parcel = Parcel(self.process, self.token, tuple(self._pieces), result)
        self.process.desk.hand_over(parcel.deliver)

    def _show_delivering(self, work: Work) -> None:
        if not move(work.row.pk, State.DELIVERING, claim_token=self.token):
            work.is_ours = False
        self._tell(work)

    def _tell(self, work: Work) -> None:
        progress.publish(work.row.pk)
