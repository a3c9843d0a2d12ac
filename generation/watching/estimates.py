"""Whether what people were told came true: the first estimate a waiting picture was given.

Kept in the cache that web and workers share; without Redis they share none, and nothing is known.
"""

import time
from uuid import UUID

from django.conf import settings
from django.core.cache import cache

KEPT_SECONDS = 24 * 60 * 60


def told(generation_id: UUID, seconds: float) -> None:
    """Somebody was told it takes so long at most (p90). Only the first time counts."""
    if settings.REDIS_URL:
        cache.add(_key(generation_id), time.time() + seconds, timeout=KEPT_SECONDS)


def came_in_time(generation_id: UUID) -> bool | None:
    """Called when it arrived; None when nobody was told anything, or nobody knows."""
    promised = cache.get(_key(generation_id)) if settings.REDIS_URL else None
    return None if promised is None else time.time() <= promised


def _key(generation_id: UUID) -> str:
    return f"told:{generation_id}"
