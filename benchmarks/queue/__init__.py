"""What the queue costs and how fair it is, on PostgreSQL and Redis, with real Celery workers."""
