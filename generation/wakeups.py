"""Ringing the workers' bell. The row is the work; a lost bell is rung again by the sweeper."""

import logging

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# A bell nobody heard in this time is dropped: the sweeper rings for whatever still waits, and
# without a limit the bells would pile up behind one long render.
BELL_SECONDS = 30


def queue_for(family: str) -> str:
    """The Celery queue of a checkpoint family on this house's device class."""
    return f"render.{family}.{settings.RENDER_DEVICE_CLASS}"


def ring(queue: str) -> None:
    """Tell one worker of `queue` that rows wait. Call after commit; never raises."""
    try:
        current_app.send_task(
            "generation.render", kwargs={"queue": queue}, queue=queue, expires=BELL_SECONDS
        )
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take the bell for %s: %s", queue, error)
