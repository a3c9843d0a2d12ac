"""Fetch a published model from the Hugging Face hub: pinned, resumable, checked, kept whole.

The hub's own library does the fetching and obeys its own variables: HF_ENDPOINT, HF_TOKEN,
HF_HUB_OFFLINE. A fetched model is a folder like any other, so that rendering never asks the hub.
"""

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.hf_api import ModelInfo
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]
from tqdm import tqdm

from stylepacks.errors import CheckpointUnreadable
from stylepacks.rules import hub_files
from stylepacks.rules.digests import file_digest

HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
COMMIT = re.compile(r"[0-9a-f]{40}")
GIBIBYTE = 1 << 30
SECONDS_BETWEEN_LINES = 5
Say = Callable[[str], None]


@dataclass(frozen=True)
class Snapshot:
    """A model brought here: its folder, its source (`owner/name@commit`), the licence it names."""

    folder: Path
    source: str
    license: str = ""


def fetch(
    hub_id: str, revision: str, root: Path, accept: Callable[[str], None], say: Say
) -> Snapshot:
    """Bring `hub_id` at `revision` (a commit, a branch, a tag or "") into a folder under `root`.

    `accept` is told the pipeline's name before any weights are fetched, and raises to refuse it.
    What was fetched before is not fetched again: a complete folder not at all, a file that was cut
    from where it was cut. CheckpointUnreadable, in one sentence, when it cannot be had.
    """
    if COMMIT.fullmatch(revision) and (kept := _folder(root, hub_id, revision)).is_dir():
        return Snapshot(kept, f"{hub_id}@{revision}")
    with _refusals(hub_id, revision):
        info = HfApi().model_info(hub_id, revision=revision or None, files_metadata=True)
    commit = str(info.sha)
    kept = _folder(root, hub_id, commit)
    if commit != revision:
        say(f"{hub_id}{f' at {revision}' if revision else ''} is the revision {commit}.")
    if not kept.is_dir():
        _fetch(info, kept, accept, say)
    return Snapshot(kept, f"{hub_id}@{commit}", _license(info))


def _folder(root: Path, hub_id: str, commit: str) -> Path:
    return root / f"{hub_id.replace('/', '--')}@{commit[:12]}"


def _fetch(info: ModelInfo, kept: Path, accept: Callable[[str], None], say: Say) -> None:
    part = kept.with_name(f"{kept.name}.part")
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    index = _index(info, part, sizes)
    accept(str(index.get("_class_name", "")))
    names = _wanted(info, index)
    missing = sum(sizes.get(name, 0) for name in names) - _bytes_in(part)
    _require_room(info, missing, part)
    say(f"Fetching {len(names)} files, {max(0, missing) / GIBIBYTE:.2f} GiB, into {kept}.")
    for name in names:
        _fetch_file(info, name, sizes[name], part, say)
    _check(info, part)
    part.rename(kept)


def _fetch_file(info: ModelInfo, name: str, size: int, part: Path, say: Say) -> None:
    # The library's own download throws half a file away when its process ends; this one keeps it.
    whole, begun = part / name, part / f"{name}.incomplete"
    if whole.is_file():
        return
    whole.parent.mkdir(parents=True, exist_ok=True)
    if begun.exists() and begun.stat().st_size > size:
        begun.unlink()  # two commands at once have written to it
    with _refusals(info.id, str(info.sha)), begun.open("ab") as stream:
        http_get(
            hf_hub_url(info.id, name, revision=info.sha),
            stream,
            resume_size=stream.tell(),
            headers=build_hf_headers(),
            expected_size=size,
            displayed_filename=name,
            tqdm_class=_lines(say),
        )
    begun.rename(whole)


def _index(info: ModelInfo, part: Path, sizes: dict[str, int]) -> dict[str, Any]:
    if hub_files.INDEX not in sizes:
        raise CheckpointUnreadable(
            f"{info.id} is not published as a diffusers folder, it has no model_index.json: "
            "download its .safetensors file and give that."
        )
    _fetch_file(info, hub_files.INDEX, sizes[hub_files.INDEX], part, lambda _: None)
    try:
        index = json.loads((part / hub_files.INDEX).read_text(encoding="utf-8"))
    except ValueError:
        index = {}
    return index if isinstance(index, dict) else {}


def _wanted(info: ModelInfo, index: dict[str, Any]) -> list[str]:
    names = [file.rfilename for file in info.siblings or ()]
    try:
        return hub_files.wanted(names, index)
    except hub_files.FilesUnfit as error:
        raise CheckpointUnreadable(f"{info.id} cannot be used. {error}") from error


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _require_room(info: ModelInfo, missing: int, part: Path) -> None:
    free = shutil.disk_usage(part).free
    if missing > free:
        raise CheckpointUnreadable(
            f"{info.id} needs {missing / GIBIBYTE:.1f} GiB and {part.parent} has "
            f"{free / GIBIBYTE:.1f}: make room, or set HOUSESTYLE_DATA to a larger disk."
        )


def _check(info: ModelInfo, part: Path) -> None:
    for file in info.siblings or ():
        path = part / file.rfilename
        if file.lfs is None or not path.is_file():
            continue
        with path.open("rb") as stream:
            is_sound = file_digest(stream) == file.lfs.sha256
        if not is_sound:
            path.unlink()
            raise CheckpointUnreadable(
                f"{file.rfilename} arrived with other bytes than {info.id} published: run the "
                "same command again, it fetches that file anew."
            )


def _license(info: ModelInfo) -> str:
    named = getattr(info.card_data, "license", None)
    return named if isinstance(named, str) else ""


@contextmanager
def _refusals(hub_id: str, revision: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # below the hub's own errors lie those of HTTP, TLS and the disk
        raise CheckpointUnreadable(_sentence(error, hub_id, revision)) from error


def _sentence(error: Exception, hub_id: str, revision: str) -> str:
    if _is_caused_by(error, OfflineModeIsEnabled):
        return (
            f"HF_HUB_OFFLINE is set, so {hub_id} cannot be fetched: unset it for this command, or "
            "give the folder of a model that is on this machine."
        )
    for kind, said in _SENTENCES:
        if isinstance(error, kind):
            return said.format(hub_id=hub_id, revision=revision or "main")
    lines = str(error).strip().splitlines()
    cause = lines[0][:200] if lines else type(error).__name__
    return (
        f"{hub_id} could not be fetched ({cause}): run the same command again when the network is "
        "there, it goes on where it stopped."
    )


def _is_caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__
    return error is not None


_SENTENCES: tuple[tuple[type[Exception], str], ...] = (
    (
        GatedRepoError,
        "{hub_id} is given to those who accept its terms: accept them on its page, then set "
        "HF_TOKEN to a token of that account.",
    ),
    (
        RepositoryNotFoundError,
        "The hub has no model {hub_id} for you: check the spelling, or set HF_TOKEN if it is "
        "private.",
    ),
    (RevisionNotFoundError, "{hub_id} has no revision {revision}: copy one from its history."),
    (HFValidationError, "{hub_id} is no name that a model on the hub can have."),
)


def _lines(say: Say) -> type[tqdm]:  # type: ignore[type-arg]
    """A progress bar that speaks in lines, one every few seconds, as logs can keep them."""

    class Lines(tqdm):  # type: ignore[misc, type-arg]
        def __init__(self, *args: Any, **options: Any) -> None:
            between = {"file": io.StringIO(), "mininterval": SECONDS_BETWEEN_LINES}
            super().__init__(*args, **{**options, **between})

        def display(self, *args: Any, **options: Any) -> bool:
            if self.total and self.n > self.initial:
                done, total = self.n / GIBIBYTE, self.total / GIBIBYTE
                say(f"{self.desc}: {done:.2f} of {total:.2f} GiB")
            return True

    return Lines
