"""The one Celery app. Tasks are sent by name, so that a producer never imports a worker."""

import logging.config
import os
from typing import Any

from billiard.util import get_logger
from celery import Celery, signals
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("housestyle")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_like_the_web(loglevel: int | None = None, **_: Any) -> None:
    """One format and one filter for every process; HOUSESTYLE_LOG_LEVEL wins over --loglevel."""
    # It tells of children that died, and cuts itself off from ours when it is made later.
    get_logger()
    logging.config.dictConfig(settings.LOGGING)
    if loglevel and not settings.LOG_LEVEL:
        logging.getLogger().setLevel(loglevel)


@signals.worker_process_init.connect
def begin_watchers(**_: Any) -> None:
    """In the child, which works; the parent only minds it."""
    from config import watchers

    watchers.begin("worker")


@signals.worker_init.connect
def share_no_connections(**_: Any) -> None:
    """In a worker every thread has a database connection of its own.

    Celery closes a pool before and after each task, whoever waits for a connection of it: the
    pulse missed beats, and a model that was to be warmed up was not.
    """
    settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
