"""The embedded profile's backup, rehearsed: the folder is lost and copied back."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import requests

from tests.house import House

ROOT = Path(__file__).resolve().parents[2]


def back_up(data: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "docker/backup/embedded.py"), str(data), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def shown(house: House) -> dict[str, bytes]:
    packs = requests.get(f"{house.address}/api/packs", timeout=30).json()
    addresses = [f"{house.address}/packs/{pack['slug']}/cover" for pack in packs[:5]]
    found = {address: requests.get(address, timeout=30) for address in addresses}
    assert all(answer.ok for answer in found.values())
    return {address: answer.content for address, answer in found.items()}


def test_the_house_comes_back_as_it_was(tmp_path):
    data, backup = tmp_path / "var", tmp_path / "backup"
    data.mkdir()
    with House(data) as house:
        before, key = shown(house), (data / "secret_key").read_text()
        told = back_up(data, backup)  # while the house is open
        assert told.returncode == 0, told.stderr
        again = back_up(data, backup)
        assert again.returncode == 0, again.stderr
    shutil.rmtree(data)
    shutil.copytree(backup, data)
    with house:
        assert shown(house) == before
        assert house.manage("check_pack", "pixel-art").returncode == 0
    assert (data / "secret_key").read_text() == key
    assert backup.stat().st_mode & 0o077 == 0


def test_what_is_being_written_is_in_it_or_not(tmp_path):
    data, backup = tmp_path / "var", tmp_path / "backup"
    data.mkdir()
    with sqlite3.connect(data / "housestyle.db", isolation_level=None) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE picture (id)")
        writer.execute("INSERT INTO picture VALUES (1)")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO picture VALUES (2)")
        assert back_up(data, backup).returncode == 0
        writer.execute("COMMIT")
    with sqlite3.connect(backup / "housestyle.db") as kept:
        assert kept.execute("SELECT id FROM picture").fetchall() == [(1,)]
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_another_folder_is_refused_with_what_to_do(tmp_path):
    told = back_up(tmp_path, tmp_path / "backup")
    assert told.returncode == 1
    assert "name the house's data folder" in told.stderr
    assert not os.listdir(tmp_path)
