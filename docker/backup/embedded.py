"""Back the embedded profile up while it runs: python docker/backup/embedded.py var FOLDER

The folder then holds what cannot be made again: database, files, base models, keys. To bring it
back, stop the house, move what is left of `var` away and copy the folder there.
"""

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

DATABASE = "housestyle.db"
# Queue, caches and compiled code are made again.
FOLDERS = ("media", "provenance", "checkpoints")
KEY = "secret_key"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    data, folder = map(Path, arguments)
    if not (data / DATABASE).is_file():
        print(f"{data} holds no {DATABASE}: name the house's data folder.", file=sys.stderr)
        return 1
    try:
        back_up(data, folder)
    except (OSError, sqlite3.Error) as error:
        print(f"The backup could not be written: {error}", file=sys.stderr)
        return 1
    print(f"Backed up into {folder}.")
    return 0


def back_up(data: Path, folder: Path) -> None:
    """First the database, then the files: each row in the copy has its files in the copy."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{DATABASE}.part"
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(data / DATABASE, timeout=60)) as database:
        database.execute("VACUUM INTO ?", [str(part)])
    part.replace(folder / DATABASE)
    for name in FOLDERS:
        if (data / name).is_dir():
            shutil.copytree(data / name, folder / name, copy_function=_copy, dirs_exist_ok=True)
    if (data / KEY).is_file():
        shutil.copy2(data / KEY, folder / KEY)


def _copy(source: str, target: str) -> None:
    """Unless it is there; a file that was deleted in between belongs to no row that is shown."""
    here, there = Path(source), Path(target)
    try:
        if not there.exists() or there.stat().st_size != here.stat().st_size:
            shutil.copy2(here, there)
    except FileNotFoundError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
