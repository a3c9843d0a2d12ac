"""The door for the ASGI server.

Django's own handler passes each request from thread to thread some twenty times on its way through
the middleware, and starts a thread with a database connection of its own for the signals at its
ends. Here one request is one task of a pool whose threads stay, and so do their connections, from
its first signal to its last. Streams alone are written by the event loop, as they come.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.db import close_old_connections
from django.http import FileResponse
from django.urls import set_script_prefix

from config import watchers
from config.body_limit import bounded

THREADS = 16
Gone = asyncio.Future[Any]


class HouseHandler(ASGIHandler):
    """Answers in a pool of threads; a waiting request waits for a free one."""

    def __init__(self) -> None:
        super().__init__()
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
        self._answered = sync_to_async(self._answer, thread_sensitive=False, executor=pool)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Django's, with one change of threads instead of four."""
        receive = bounded(scope, receive)
        try:
            body_file = await self.read_body(receive)
        except RequestAborted:
            return
        gone = asyncio.ensure_future(receive())
        try:
            response = await self._answered(scope, body_file, gone)
            if response.streaming:
                await self._stream(response, send, gone)
            else:
                await self.send_response(response, send)
        except RequestAborted:
            pass
        finally:
            gone.cancel()
            body_file.close()

    def _answer(self, scope: Any, body_file: Any, gone: Gone) -> Any:
        if gone.done():
            raise RequestAborted  # they left while this waited for its thread
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body_file)
        response: Any = self.get_response(request) if request else refusal
        response._handler_class = type(self)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        # Closing tells that the request has finished, which gives this thread's connection back.
        # The bytes of a page are kept beyond that; a stream is closed when it has ended.
        if response.streaming:
            close_old_connections()
        else:
            response.close()
        return response

    async def _stream(self, response: Any, send: Any, gone: Gone) -> None:
        sending = asyncio.ensure_future(self.send_response(response, send))
        gone.add_done_callback(lambda _: sending.cancel())
        try:
            await sending
        except asyncio.CancelledError:
            if not gone.done():
                raise  # the server stops
        finally:
            await sync_to_async(response.close)()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
watchers.begin("web")
application = HouseHandler()
