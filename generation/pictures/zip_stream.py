"""Many files as one ZIP that is written while it is sent: memory holds one file at a time."""

from collections.abc import AsyncIterator, Sequence
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from asgiref.sync import sync_to_async
from django.db.models.fields.files import FieldFile

MISSING = "missing.txt"


async def zipped(entries: Sequence[tuple[str, FieldFile]]) -> AsyncIterator[bytes]:
    """The archive's bytes. A file that storage cannot give is named in `missing.txt` inside."""
    pipe, missing = _Pipe(), []
    with ZipFile(pipe, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, file in entries:
            content = await sync_to_async(_content, thread_sensitive=False)(file)
            if content is None:
                missing.append(name)
                continue
            archive.writestr(ZipInfo(name), content)
            yield pipe.taken()
        if missing:
            said = "These files could not be read; try again later:\n" + "\n".join(missing) + "\n"
            archive.writestr(ZipInfo(MISSING), said)
    yield pipe.taken()


def named_apart(names: Sequence[str]) -> list[str]:
    """The names with a number where two are the same: ink-7.png, ink-7 (2).png."""
    seen: dict[str, int] = {}
    apart = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        stem, dot, ending = name.rpartition(".")
        apart.append(name if seen[name] == 1 else f"{stem} ({seen[name]}){dot}{ending}")
    return apart


class _Pipe:
    """What a ZipFile writes into: no seeking, so that it writes sizes after each file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _content(file: FieldFile) -> bytes | None:
    try:
        with file.open("rb") as opened:
            return bytes(opened.read())
    except Exception:  # each storage has its own kinds of failure
        return None
