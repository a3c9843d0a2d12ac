"""A rendered batch on its way to its people: what came out is delivered, what did not is retried.

Runs in the delivery thread. A row says whose it is; every change here asks for the claim again.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from generation import delivery, endings, logs, progress
from generation.claimed_work import Piece, Work
from generation.engine.contract import RenderedImage, RenderResult
from generation.watching import worker_metrics
from generation.worker_process import WorkerProcess, is_stopping

logger = logging.getLogger(__name__)

# Storage that is away comes back: with the pauses between them these tries last five minutes.
STORAGE_TRIES = 8
WENT_WRONG = "Something went wrong while this was rendered. Please try again."


@dataclass(frozen=True)
class Parcel:
    """The pieces of one render with what became of them."""

    process: WorkerProcess
    token: UUID
    pieces: tuple[Piece, ...]
    result: RenderResult

    def deliver(self) -> None:
        """Every image in order, then another try for those that did not come out."""
        images = {image.key: image for image in self.result.images}
        # What came out first: a row that goes back to the queue delivers nothing more.
        for piece in sorted(self.pieces, key=lambda piece: piece.key not in images):
            self.process.show_life()
            if piece.work.is_ours:
                with logs.about([piece.work.row]):
                    self._settle(piece, images.get(piece.key))

    def _settle(self, piece: Piece, image: RenderedImage | None) -> None:
        try:
            if image is not None:
                self._deliver(piece.work, piece.index, image)
            elif not is_stopping():
                worker_metrics.erred("image_failed")
                said = self.result.failures.get(piece.key, "An image did not come out.")
                self._try_again(piece.work, said)
        except delivery.DeliveryFailed as error:
            worker_metrics.erred(error)
            self._try_again(piece.work, str(error), STORAGE_TRIES)
        except Exception:  # whatever it is, it costs the neighbours nothing
            logger.exception("An image could not be delivered")
            worker_metrics.erred("unexpected")
            self._try_again(piece.work, WENT_WRONG)

    def _deliver(self, work: Work, index: int, image: RenderedImage) -> None:
        with worker_metrics.delivering(work.row.queue):
            accepted = delivery.deliver(work.row, self.token, index, image)
        if not accepted:
            work.is_ours = False
            return
        work.delivered += 1
        if work.is_delivered:
            finish(work, self.token)
        else:
            progress.publish(work.row.pk)

    def _try_again(self, work: Work, sentence: str, tries: int | None = None) -> None:
        endings.tried_again(work.row, self.token, sentence, tries)
        work.is_ours = False


def finish(work: Work, token: UUID) -> None:
    """Every image is with its person."""
    if endings.done(work.row.pk, token, work.device_seconds):
        worker_metrics.arrived(work.row)
    work.is_ours = False
