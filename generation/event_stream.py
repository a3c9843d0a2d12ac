"""Progress as server-sent events, each an HTML fragment ready to be shown."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, TypeVar, cast

from asgiref.sync import sync_to_async
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from generation import progress
from generation.models import Generation
from generation.wording import moment

M = TypeVar("M")
HEARTBEAT_SECONDS = 15
HEARTBEAT = ": still here\n\n"
ENDED = "event: ended\ndata: ended\n\n"


def fragments(generation: Generation, context: dict[str, Any]) -> AsyncIterator[str]:
    """The progress fragment of a generation, again whenever something changed."""

    def shown(snapshot: progress.Snapshot) -> str:
        return render_to_string("generation/_progress.html", {**context, **moment(snapshot)})

    return events(progress.watch(generation.pk), in_this_language(shown))


def in_this_language(shown: Callable[[M], str]) -> Callable[[M], str]:
    """`shown` in the language active now, since the stream is written after its request."""
    language = get_language()

    def told(now: M) -> str:
        with override(language):
            return shown(now)

    return told


async def events(moments: AsyncIterator[M], shown: Callable[[M], str]) -> AsyncIterator[str]:
    """One event per moment, a comment when nothing happens, `ended` at the end."""
    changes = cast(AsyncGenerator[M, None], moments)
    waiting: asyncio.Task[M] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(changes))
            done, _ = await asyncio.wait({waiting}, timeout=HEARTBEAT_SECONDS)
            if not done:
                yield HEARTBEAT
                continue
            change, waiting = waiting, None
            try:
                yield await _event(change.result(), shown)
            except StopAsyncIteration:
                break
        yield ENDED
    finally:
        await _stop(waiting)
        await changes.aclose()


async def _event(now: M, shown: Callable[[M], str]) -> str:
    html = await sync_to_async(shown)(now)
    lines = "".join(f"data: {line}\n" for line in html.splitlines() if line.strip())
    return f"{lines}\n"


async def _stop(waiting: asyncio.Task[M] | None) -> None:
    if waiting is None:
        return
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
        await waiting
