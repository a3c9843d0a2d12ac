"""Between the product and its S3 server: lets through, answers 503, or says nothing at all."""

import asyncio
import contextlib
import threading
from enum import StrEnum

from tests.house import free_port

REFUSAL = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: 59\r\n"
    b"Connection: close\r\n\r\n<Error><Code>SlowDown</Code><Message>Later</Message></Error>"
)
CHUNK = 1 << 16
READ_SECONDS = 0.5


class Mode(StrEnum):
    OPEN = "open"
    REFUSING = "refusing"
    SILENT = "silent"


class Proxy:
    """Runs its own loop in a thread. A change of `mode` cuts every connection there is."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._target = target
        self._mode = Mode.OPEN
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", self.port)
        asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        return self

    def __exit__(self, *failure: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def switch(self, mode: Mode) -> None:
        self._mode = mode
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._answer(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode is Mode.OPEN:
            await self._pass_on(reader, writer)
        elif self._mode is Mode.REFUSING:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.read(CHUNK), READ_SECONDS)
            writer.write(REFUSAL)
            await writer.drain()
        else:
            while await reader.read(CHUNK):
                pass  # until the other side has waited long enough

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.add(back)
        try:
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        finally:
            self._writers.discard(back)
            back.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
    finally:
        with contextlib.suppress(OSError):
            sink.write_eof()
