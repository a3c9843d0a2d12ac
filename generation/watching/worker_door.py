"""Where Prometheus reads one worker's figures: a port of its own, for the worker has no web."""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from generation.watching.access import REFUSAL, may_read
from generation.watching.worker_metrics import REGISTRY

logger = logging.getLogger(__name__)

Answer = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def open_on(port: int) -> WSGIServer | None:
    """Answer on this port in a thread; 0 is no port. Never raises: rendering goes on without.

    Without a token it listens on loopback alone; with one, on every address.
    """
    if not port:
        return None
    host = "0.0.0.0" if settings.METRICS_TOKEN else "127.0.0.1"  # noqa: S104 - for bearers only
    try:
        guarded = _guarded(make_wsgi_app(REGISTRY))
        server = make_server(host, port, guarded, ThreadingWSGIServer, _Quiet)
    except (OSError, OverflowError) as error:
        logger.warning(
            "No figures of this worker: port %s is not free (%s). Give each worker of a machine "
            "a HOUSESTYLE_METRICS_PORT of its own.", port, error,
        )  # fmt: skip
        return None
    threading.Thread(target=server.serve_forever, name="figures", daemon=True).start()
    return server


class _Quiet(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: object) -> None:
        """A scrape every few seconds is no news."""


def _guarded(app: Any) -> Answer:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if may_read(environ):
            return app(environ, start)  # type: ignore[no-any-return]
        kind = [("Content-Type", "text/plain; charset=utf-8"), ("WWW-Authenticate", "Bearer")]
        start("401 Unauthorized", kind)
        return [REFUSAL.encode()]

    return answer
