"""How far a render is, written down for those who watch it; lost claims are noticed on the way."""

import logging
import time
from collections.abc import Sequence
from uuid import UUID

from django.db import DatabaseError, connection

from generation import progress
from generation.claimed_work import Piece, works_of
from generation.engine.contract import StepProgress
from generation.models import StepPreview
from generation.moving import touch

logger = logging.getLogger(__name__)

# Steps of a fast device come faster than anyone can watch.
REPORT_SECONDS = 0.2


class StepReports:
    """The reports of one claimed batch."""

    def __init__(self, claim_token: UUID) -> None:
        self._token = claim_token
        self._reported_at = 0.0

    def report(self, pieces: Sequence[Piece], step: StepProgress) -> None:
        """Write this step down, unless one was a moment ago; previews and the end always are.

        Works whose claim is lost are no longer ours afterwards. Never raises DatabaseError.
        """
        now = time.monotonic()
        if step.previews or step.step >= step.total or now - self._reported_at >= REPORT_SECONDS:
            self._reported_at = now
            self._write(pieces, step)

    def _write(self, pieces: Sequence[Piece], step: StepProgress) -> None:
        try:
            for work in works_of(pieces):
                if not touch(work.row.pk, self._token, step=work.steps_before + step.step):
                    work.is_ours = False
            _keep_previews(pieces, step)
        except DatabaseError as error:
            # Progress is for watching; a database that is away for a moment costs no render.
            logger.warning("Progress could not be written: %s", error)
            connection.close()
        for work in works_of(pieces):
            progress.publish(work.row.pk)


def _keep_previews(pieces: Sequence[Piece], step: StepProgress) -> None:
    for piece in pieces:
        webp = step.previews.get(piece.key)
        if webp is not None and piece.work.is_ours:
            StepPreview.objects.update_or_create(
                generation_id=piece.work.row.pk,
                index=piece.index,
                defaults={"step": step.step, "webp": webp},
            )
