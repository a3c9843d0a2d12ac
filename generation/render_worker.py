"""The render loop of one worker: claim, render, deliver, until nothing waits."""

import itertools
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from generation import delivery, endings, fair_share, progress, recovery, scheduler, trials
from generation.claimed_work import Piece, Work, works_of
from generation.engine.contract import EngineError, RenderedImage, RenderResult, StepProgress
from generation.models import Generation
from generation.moving import move
from generation.orders import request_for
from generation.states import State
from generation.step_reports import StepReports
from generation.worker_process import WorkerProcess, is_stopping

logger = logging.getLogger(__name__)

RECOVER_SECONDS = 5.0


def serve(process: WorkerProcess) -> int:
    """Work until nothing is claimable or the worker is asked to stop; returns batches made.

    The process's queues take turns, so that a busy family keeps no other one waiting. With one
    child the sweep task waits behind this loop, so the loop recovers rows itself.
    """
    batches = empty = 0
    queues = itertools.cycle(process.queues)
    recovered_at = time.monotonic()
    while empty < len(process.queues) and not is_stopping():
        claimed = scheduler.claim(process.name, next(queues), process.loaded_batch_key)
        if claimed:
            render_batch(process, claimed)
            batches += 1
        empty = 0 if claimed else empty + 1
        if time.monotonic() - recovered_at > RECOVER_SECONDS:
            recovery.recover()
            recovered_at = time.monotonic()
    return batches


def render_batch(process: WorkerProcess, claimed: Sequence[Generation]) -> None:
    """Render and deliver one claimed batch; every row of it ends, or is back in the queue."""
    token = claimed[0].claim_token
    assert token is not None
    batch = _Batch(process, token, [Work(row, delivery.missing_indices(row)) for row in claimed])
    with process.holding(token):
        try:
            batch.run()
        except EngineError as error:
            logger.warning("The engine refused: %s", error)
            batch.refuse(error)
        except Exception:  # the loop records whatever it is and gives the rows another try
            logger.exception("A batch failed")
            batch.try_again("Something went wrong while this was rendered. Please try again.")
    if any(row.is_trial for row in claimed):
        trials.answer_ended()


@dataclass
class _Batch:
    process: WorkerProcess
    token: UUID
    works: list[Work]
    _pieces: list[Piece] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reports = StepReports(self.token)

    def run(self) -> None:
        """Start the rows, render in pieces of what the device takes at once, deliver each."""
        for work in self.works:
            self._start(work)
        pieces = [Piece(work, index) for work in self.works for index in work.indices]
        size = scheduler.images_at_once()
        for start in range(0, len(pieces), size):
            self._pieces = [piece for piece in pieces[start : start + size] if piece.work.is_ours]
            if self._pieces and not is_stopping():
                self._render()
        if is_stopping():
            self._give_back()

    def refuse(self, error: EngineError) -> None:
        """The engine said no: for good, or with a chance later.

        In a batch of several rows one may be the cause: each is tried again by itself, and only
        the one that is refused then fails.
        """
        if error.retryable or len(self._ours()) > 1:
            self.try_again(str(error))
            return
        for work in self._ours():
            endings.failed(work.row.pk, str(error), self.token)

    def try_again(self, sentence: str) -> None:
        for work in self._ours():
            endings.tried_again(work.row, self.token, sentence)

    def _start(self, work: Work) -> None:
        steps = work.row.recipe["steps"] * self._calls_for(work)
        work.is_ours = move(
            work.row.pk, State.RENDERING, claim_token=self.token, step=0, total_steps=steps
        )
        self._tell(work)
        if work.is_ours and not work.indices:
            # An earlier try was killed between its last image and its last word.
            move(work.row.pk, State.DELIVERING, claim_token=self.token)
            self._finish(work)

    def _calls_for(self, work: Work) -> int:
        size = scheduler.images_at_once()
        return -(-len(work.indices) // size)

    def _render(self) -> None:
        request = request_for([piece.as_ordered() for piece in self._pieces])
        renderer = self.process.renderer()
        self.process.show_life()
        result = renderer.render(request, self._on_step)
        self.process.loaded(self._pieces[0].work.row.batch_key)
        self.process.short_of_memory(result.given_up)
        self._charge(result)
        self._deliver(result)
        for work in works_of(self._pieces):
            work.steps_before += request.steps

    def _on_step(self, step: StepProgress) -> frozenset[str]:
        self.process.show_life()
        if is_stopping():
            return frozenset(piece.key for piece in self._pieces)
        if step.step == 1:
            self.process.look_ahead(self._pieces[0].work.row)
        self._reports.report(self._pieces, step)
        return frozenset(piece.key for piece in self._pieces if not piece.work.is_ours)

    def _charge(self, result: RenderResult) -> None:
        seconds = result.switch_seconds + result.denoise_seconds + result.decode_seconds
        share = seconds / len(self._pieces)
        for piece in self._pieces:
            piece.work.device_seconds += share
            fair_share.charge(piece.work.row.person_id, share)

    def _deliver(self, result: RenderResult) -> None:
        images = {image.key: image for image in result.images}
        # What came out first: a row that goes back to the queue delivers nothing more.
        for piece in sorted(self._pieces, key=lambda piece: piece.key not in images):
            image = images.get(piece.key)
            if image is not None and piece.work.is_ours:
                piece.work.rendered += 1
                self._hand_over(piece, image)
            elif piece.work.is_ours and not is_stopping():
                sentence = result.failures.get(piece.key, "An image did not come out.")
                endings.tried_again(piece.work.row, self.token, sentence)
                piece.work.is_ours = False

    def _hand_over(self, piece: Piece, image: RenderedImage) -> None:
        work = piece.work
        if work.is_complete:
            work.is_ours = move(work.row.pk, State.DELIVERING, claim_token=self.token)
        try:
            work.is_ours = work.is_ours and delivery.deliver(
                work.row, self.token, piece.index, image
            )
        except delivery.DeliveryFailed as error:
            endings.tried_again(work.row, self.token, str(error))
            work.is_ours = False
        if work.is_ours and work.is_complete:
            self._finish(work)
        else:
            self._tell(work)

    def _finish(self, work: Work) -> None:
        endings.done(work.row.pk, self.token, work.device_seconds)
        work.is_ours = False

    def _give_back(self) -> None:
        for work in self._ours():
            endings.given_back(work.row, self.token)

    def _ours(self) -> list[Work]:
        return [work for work in self.works if work.is_ours]

    def _tell(self, work: Work) -> None:
        progress.publish(work.row.pk)
