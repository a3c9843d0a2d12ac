"""The bucket's files as a folder, and back. Only what differs is carried.

    python docker/backup/bucket.py pull FOLDER     needs the rights of the web
    python docker/backup/bucket.py push FOLDER     needs the store's administrator

The S3_* variables name the bucket, as they do for the house. What is pushed gets the headers and
the encryption that the house gives its files. A pull deletes nothing from the folder, so that a
picture that was deleted by mistake is still there; empty the folder for a fresh copy.
"""

import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files import File

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from config.environment import Environment
from config.file_settings import storage
from config.file_storage import HouseFiles

AT_ONCE = 8


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in {"pull", "push"}:
        print(__doc__, file=sys.stderr)
        return 2
    settings.configure()
    carry, folder = (pull if arguments[0] == "pull" else push), Path(arguments[1])
    try:
        carried, all_of_them = carry(_files(), folder)
    except (ImproperlyConfigured, BotoCoreError, ClientError, OSError) as error:
        print(f"The files could not all be carried, run it again: {error}", file=sys.stderr)
        return 1
    print(f"{carried} files carried, {all_of_them} in all.")
    return 0


def _files() -> HouseFiles:
    options = storage(Environment())["OPTIONS"]
    if "bucket_name" not in options:
        raise ImproperlyConfigured("set S3_BUCKET and the other S3_* variables")
    return HouseFiles(**options)


def pull(files: HouseFiles, folder: Path) -> tuple[int, int]:
    """Copy what the folder lacks, or has in another size. Keys never get other content."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = dict(_sizes(files))
    missing = [key for key, size in sizes.items() if _size(folder / _safe(key)) != size]

    def one(key: str) -> None:
        kept = folder / key
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f"{kept.name}.part")
        with files.open(key) as remote, part.open("wb") as local:
            shutil.copyfileobj(remote, local)
        part.replace(kept)

    _each(one, missing)
    return len(missing), len(sizes)


def push(files: HouseFiles, folder: Path) -> tuple[int, int]:
    """Store what the bucket lacks, or has in another size."""
    here = {_key(path, folder): path for path in folder.rglob("*") if path.is_file()}
    if not here:
        raise OSError(f"{folder} holds no files")
    there = dict(_sizes(files))
    missing = [key for key, path in here.items() if there.get(key) != path.stat().st_size]

    def one(key: str) -> None:
        with here[key].open("rb") as local:
            files.save(key, File(local))

    _each(one, missing)
    return len(missing), len(here)


def _sizes(files: HouseFiles) -> Iterator[tuple[str, int]]:
    client = files.connection.meta.client
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=files.bucket_name):
        for entry in page.get("Contents", ()):
            yield entry["Key"], entry["Size"]


def _safe(key: str) -> str:
    path = PurePosixPath(key)
    if path.is_absolute() or ".." in path.parts:
        raise OSError(f"the bucket holds a key that is no file's name: {key}")
    return key


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _key(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _each(one: Callable[[str], None], keys: list[str]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(one, keys):
            pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
