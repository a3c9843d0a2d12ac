"""The rehearsal: pictures are made, everything is lost, the backup brings back the same bytes."""

import os
import shutil
import subprocess
import sys

import psycopg
import pytest
import requests

from tests.house import ROOT, House
from tests.production import seaweed
from tests.production.test_main_job import PASSWORD, signed_in, submit, wait_until_ended
from tests.services import REDIS, leave_out, process_number, scratch_database

pytestmark = [pytest.mark.production, pytest.mark.model]
BUCKET_TOOL = f"{sys.executable} {ROOT}/docker/backup/bucket.py"
LEDGER = "SELECT reference, index, state FROM accounts_allowancehold ORDER BY 1, 2"


class HouseOfRoles(House):
    """Web and worker with the keys that docker/compose.yaml gives each."""

    def __init__(self, folder, store: seaweed.Seaweed, **environment: str) -> None:
        super().__init__(folder, S3_BUCKET=seaweed.BUCKET, **keys(store, "web"), **environment)
        self.store = store

    def start_worker(self, queues: str = "render.sd15.cpu,house") -> None:
        as_web = self.environment
        self.environment = {**as_web, **keys(self.store, "worker")}
        super().start_worker(queues)
        self.environment = as_web


def keys(store: seaweed.Seaweed, role: str) -> dict[str, str]:
    server = store.as_role(role)
    return {
        "S3_ENDPOINT_URL": server.endpoint,
        "S3_ACCESS_KEY": server.access_key,
        "S3_SECRET_KEY": server.secret_key,
    }


@pytest.fixture
def house(tmp_path, seaweed_server):
    if not shutil.which("pg_dump"):
        leave_out("No pg_dump: install PostgreSQL's client programs")
    # A Redis database that no other house of these tests listens on.
    server, number = REDIS.rsplit("/", 1)
    with scratch_database() as url:
        apart = f"{server}/{int(number) + 2 + process_number()}"
        built = HouseOfRoles(tmp_path, seaweed_server, DATABASE_URL=url, REDIS_URL=apart)
        with built:
            built.start_worker()
            yield built


def script(name: str, house: House, backup, role: str) -> None:
    """docker/backup's script on this installation instead of Compose."""
    url = house.environment["DATABASE_URL"]
    told = subprocess.run(
        ["sh", str(ROOT / "docker/backup" / name), str(backup)],
        env={
            **os.environ,
            **keys(house.store, role),
            "S3_BUCKET": seaweed.BUCKET,
            "PG_DUMP": f"pg_dump {url}",
            "PG_RESTORE": f"pg_restore --dbname={url}",
            "BUCKET": BUCKET_TOOL,
            "FILES": str(backup / "files"),
            "KEYS": f"tar -C {house.folder} {'-cf - provenance' if role == 'web' else '-xf -'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr


def lose_everything(house: HouseOfRoles) -> None:
    url = house.environment["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("DROP SCHEMA public CASCADE")
        database.execute("CREATE SCHEMA public")
    client = seaweed.client_of(house.store.as_role("admin"))
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=seaweed.BUCKET):
        for entry in page.get("Contents", ()):
            client.delete_object(Bucket=seaweed.BUCKET, Key=entry["Key"])
    for folder in ("provenance", "cache"):
        shutil.rmtree(house.folder / folder, ignore_errors=True)


def ledger(house: House) -> list[tuple]:
    with psycopg.connect(house.environment["DATABASE_URL"]) as database:
        return database.execute(LEDGER).fetchall()


def person(house: House) -> dict[str, str]:
    ask = (
        "from accounts.models import User; from accounts import tokens;"
        f"alice = User.objects.create_user('alice', 'alice@example.org', '{PASSWORD}');"
        "print(tokens.issue(alice, 'tests'))"
    )
    token = house.manage("shell", "-v0", "-c", ask).stdout.strip()
    return {"Authorization": f"Bearer {token}", "From": "alice@example.org"}


def pictures(browser: requests.Session, house: House, made: list[str]) -> dict[str, bytes]:
    """What her pages show, fetched as a browser does: by the links they redirect to."""
    found = {}
    for generation in made:
        for ending in ("png", "webp", "large.webp"):
            address = f"{house.address}/generations/{generation}/0.{ending}"
            answer = browser.get(address, timeout=30)
            assert answer.status_code == 200, address
            found[address] = answer.content
    return found


def test_a_backup_brings_back_the_same_pictures_and_the_same_ledger(house, tmp_path):
    alice = person(house)
    made = [submit(house, alice, seed=seed)["id"] for seed in (7, 8)]
    for generation in made:
        ended = wait_until_ended(house, alice, generation)
        assert ended["state"] == "done", (ended, house.log("worker.log")[-3000:])
    before, held = pictures(signed_in(house, alice["From"]), house, made), ledger(house)
    assert [state for *_, state in held] == ["settled", "settled"]

    backup = tmp_path / "backup"
    script("backup.sh", house, backup, "web")
    house.stop_worker()
    house.stop_web()
    lose_everything(house)
    script("restore.sh", house, backup, "admin")
    house.start_web()

    browser = signed_in(house, alice["From"])
    assert pictures(browser, house, made) == before
    assert ledger(house) == held
    assert all(generation in browser.get(f"{house.address}/images/").text for generation in made)
    picture = tmp_path / "restored.png"
    picture.write_bytes(next(iter(before.values())))
    assert "trusted" in house.manage("verify_image", str(picture), "--json").stdout

    house.start_worker()
    after = submit(house, alice, seed=9)["id"]
    assert wait_until_ended(house, alice, after)["state"] == "done", "it does not go on"


def test_half_a_backup_is_not_restored(tmp_path):
    (tmp_path / "files").mkdir()
    command = ["sh", str(ROOT / "docker/backup/restore.sh"), str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "holds no database.dump: it is no whole backup." in told.stderr
