"""The product's own Celery app with the stand-in where the engine would be.

celery -A benchmarks.standin.celery_app worker …
"""

import django

from benchmarks.standin.renderer import from_environment
from config.celery import app

__all__ = ["app"]

django.setup()

from generation import worker_process  # noqa: E402 - models exist only now

worker_process.open_renderer = from_environment  # type: ignore[assignment, attr-defined]
