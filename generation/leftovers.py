"""What is left of a claimed batch once everything that came out of it is delivered."""

from dataclasses import dataclass
from uuid import UUID

from generation import endings, parcels
from generation.claimed_work import Work
from generation.engine.contract import EngineError
from generation.parcels import STORAGE_TRIES
from generation.watching import worker_metrics
from generation.weight_files import StorageAway
from generation.worker_process import is_stopping


@dataclass(frozen=True)
class Leftovers:
    """The works of one claim; each method ends those that are still ours."""

    token: UUID
    works: list[Work]

    def refuse(self, error: EngineError) -> None:
        """The engine said no: for good, or with a chance later.

        In a batch of several rows one may be the cause: each is tried again by itself, and only
        the one that is refused then fails.
        """
        worker_metrics.erred(error)
        if error.retryable or len(self._ours()) > 1:
            self.try_again(str(error), STORAGE_TRIES if isinstance(error, StorageAway) else None)
            return
        for work in self._ours():
            endings.failed(work.row.pk, str(error), self.token)

    def try_again(self, sentence: str = parcels.WENT_WRONG, tries: int | None = None) -> None:
        if sentence == parcels.WENT_WRONG and self._ours():
            worker_metrics.erred("unexpected")
        for work in self._ours():
            endings.tried_again(work.row, self.token, sentence, tries)

    def end(self) -> None:
        """After a whole render: only a stop, or a delivery that broke off, leaves any."""
        if is_stopping():
            self.give_back()
        else:
            self.try_again()

    def leave_behind(self) -> None:
        """As after the death of their worker: what was worked on may be the cause of it."""
        worker_metrics.erred("device_lost")
        for work in self._ours():
            endings.left_behind(work.row, self.token)

    def give_back(self) -> None:
        """It was not their fault: back into the queue, and the try does not count."""
        for work in self._ours():
            endings.given_back(work.row, self.token)

    def _ours(self) -> list[Work]:
        return [work for work in self.works if work.is_ours]
