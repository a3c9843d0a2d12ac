"""The one Celery app. Tasks are sent by name, so that a producer never imports a worker."""

import logging.config
import os
import sys
from typing import Any

from billiard.util import get_logger
from celery import Celery, signals
from django.conf import settings
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# How long a worker keeps a database connection, unless it dies before.
KEPT_SECONDS = 300

app = Celery("housestyle")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery would close it before and after each task, and most of the way from a commit to its claim
# was a new connection with nothing planned on it yet. Django's own rule is asked instead.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_like_the_web(loglevel: int | None = None, **_: Any) -> None:
    """One format and one filter for every process; HOUSESTYLE_LOG_LEVEL wins over --loglevel."""
    # It tells of children that died, and cuts itself off from ours when it is made later.
    get_logger()
    logging.config.dictConfig(settings.LOGGING)
    if loglevel and not settings.LOG_LEVEL:
        logging.getLogger().setLevel(loglevel)


@signals.worker_init.connect
def watch_after_celery(**_: Any) -> None:
    """A child's watchers begin after Celery's own receiver: see generation.tasks."""
    signals.worker_process_init.connect(begin_watchers)


def begin_watchers(**_: Any) -> None:
    """In the child, which works; the parent only minds it."""
    from config import watchers

    watchers.begin("worker")


@signals.worker_init.connect
def outlive_killed_children(**_: Any) -> None:
    """In a worker without an event loop, which takes this class for its pool."""
    from celery.concurrency.prefork import TaskPool

    from config import blocking_pool

    TaskPool.BlockingPool = blocking_pool.Pool


@signals.worker_init.connect
def share_no_connections(**_: Any) -> None:
    """In a worker every thread has a database connection of its own, and keeps it.

    Celery closes a pool before and after each task, whoever waits for a connection of it: the
    pulse missed beats, and a model that was to be warmed up was not.
    """
    database = settings.DATABASES["default"]
    database.get("OPTIONS", {}).pop("pool", None)
    database["CONN_MAX_AGE"] = KEPT_SECONDS


@signals.task_prerun.connect
@signals.task_postrun.connect
def let_go_of_dead_connections(**_: Any) -> None:
    """One that is too old or has seen an error goes; another is checked before it is used again."""
    close_old_connections()
