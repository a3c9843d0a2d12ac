"""A generation's progress as server-sent events, each an HTML fragment ready to be shown."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.template.loader import render_to_string

from generation import progress
from generation.models import Generation
from generation.wording import moment

HEARTBEAT_SECONDS = 15
HEARTBEAT = ": still here\n\n"
ENDED = "event: ended\ndata: ended\n\n"


async def fragments(generation: Generation, context: dict[str, Any]) -> AsyncIterator[str]:
    """One event per change, a comment when nothing happens, `ended` at the end."""
    changes = cast(AsyncGenerator[progress.Snapshot, None], progress.watch(generation.pk))
    waiting: asyncio.Task[progress.Snapshot] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(changes))
            done, _ = await asyncio.wait({waiting}, timeout=HEARTBEAT_SECONDS)
            if not done:
                yield HEARTBEAT
                continue
            change, waiting = waiting, None
            try:
                yield await _event(change.result(), context)
            except StopAsyncIteration:
                break
        yield ENDED
    finally:
        await _stop(waiting)
        await changes.aclose()


async def _event(snapshot: progress.Snapshot, context: dict[str, Any]) -> str:
    shown = {**context, **moment(snapshot)}
    html = await sync_to_async(render_to_string)("generation/_progress.html", shown)
    lines = "".join(f"data: {line}\n" for line in html.splitlines() if line.strip())
    return f"{lines}\n"


async def _stop(waiting: asyncio.Task[progress.Snapshot] | None) -> None:
    if waiting is None:
        return
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
        await waiting
