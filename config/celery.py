"""The one Celery app. Tasks are sent by name, so that a producer never imports a worker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("housestyle")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
