"""The main job on PostgreSQL, Redis and S3: the same code, other environment variables."""

import time
import uuid

import psycopg
import pytest
import redis
import requests
from botocore.exceptions import ClientError

from tests.house import House
from tests.production import swift
from tests.production.conftest import BUCKET, s3_client

pytestmark = [pytest.mark.production, pytest.mark.model]
PICTURE_SECONDS = 180
PASSWORD = "a long passphrase"


@pytest.fixture
def alice(production_house: House) -> dict[str, str]:
    return person_of(production_house)


def person_of(house: House) -> dict[str, str]:
    """A program's headers with a token of a person made for this test."""
    name = uuid.uuid4().hex[:12]
    token = house.manage(
        "shell",
        "-v0",
        "-c",
        "from accounts.models import User; from accounts import tokens;"
        f"person = User.objects.create_user('{name}', '{name}@example.org', '{PASSWORD}');"
        "print(tokens.issue(person, 'tests'))",
    ).stdout.strip()
    return {"Authorization": f"Bearer {token}", "From": f"{name}@example.org"}


def submit(house: House, headers: dict[str, str], **wish: object) -> dict:
    packs = requests.get(f"{house.address}/api/packs", timeout=30).json()
    order = {"pack": packs[0]["slug"], "prompt": "a red boat by the sea", "seed": 7, **wish}
    answer = requests.post(
        f"{house.address}/api/generations",
        json=order,
        headers={**headers, "Idempotency-Key": uuid.uuid4().hex},
        timeout=30,
    )
    assert answer.status_code in {200, 201, 202}, answer.text
    return answer.json()


def wait_until_ended(house: House, headers: dict[str, str], generation: str) -> dict:
    deadline = time.monotonic() + PICTURE_SECONDS
    while time.monotonic() < deadline:
        found = requests.get(
            f"{house.address}/api/generations/{generation}", headers=headers, timeout=30
        ).json()
        if found["state"] in {"done", "failed", "cancelled", "blocked"}:
            return found
        time.sleep(0.3)
    raise TimeoutError(f"{generation} did not end:\n{house.log('worker.log')[-3000:]}")


def test_it_renders_into_the_bucket(production_house, alice, s3_server):
    generation = submit(production_house, alice)
    ended = wait_until_ended(production_house, alice, generation["id"])
    assert ended["state"] == "done", (ended, production_house.log("worker.log")[-4000:])
    originals, thumbnails = f"generations/{generation['id']}", f"thumbnails/{generation['id']}"
    assert keys(s3_server, originals) == [f"{originals}/0.png"]
    assert keys(s3_server, thumbnails) == [f"{thumbnails}/0.large.webp", f"{thumbnails}/0.webp"]


def keys(server, prefix: str) -> list[str]:
    stored = s3_client(server).list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for entry in stored["Contents"]]


def test_it_refuses_a_wrong_key(production_house, s3_server):
    stranger = s3_client(s3_server, secret_key="wrong")
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        stranger.list_objects_v2(Bucket=BUCKET)
    assert s3_server.secret_key == swift.SECRET_KEY


def test_it_hands_the_owner_a_link_and_a_stranger_nothing(production_house, alice):
    generation = submit(production_house, alice)
    wait_until_ended(production_house, alice, generation["id"])
    address = f"{production_house.address}/generations/{generation['id']}/0.png"
    assert requests.get(address, timeout=30).status_code == 404
    browser = signed_in(production_house, alice["From"])
    answer = browser.get(address, timeout=30, allow_redirects=False)
    assert answer.status_code == 302
    link = answer.headers["Location"]
    assert requests.get(link, timeout=30).content.startswith(b"\x89PNG")
    assert requests.get(link.replace("0.png", "1.png"), timeout=30).status_code == 403


def signed_in(house: House, email: str) -> requests.Session:
    browser = requests.Session()
    page = f"{house.address}/accounts/login/"
    browser.get(page, timeout=30)
    form = {
        "login": email,
        "password": PASSWORD,
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    answer = browser.post(page, data=form, headers={"Referer": page}, timeout=30)
    assert "/accounts/login" not in answer.url
    return browser


def test_it_survives_a_broker_that_forgot_everything(production_house, alice, redis_url):
    production_house.stop_worker()
    generation = submit(production_house, alice)
    redis.Redis.from_url(redis_url).flushdb()
    production_house.start_worker()
    assert wait_until_ended(production_house, alice, generation["id"])["state"] == "done"


def test_it_charges_once_after_kill_nine(production_house, alice, house_database):
    generation = submit(production_house, alice, count=4)
    wait_for_rendering(house_database, generation["id"])
    production_house.kill_worker()
    production_house.start_worker()
    ended = wait_until_ended(production_house, alice, generation["id"])
    assert ended["state"] == "done", (ended, production_house.log("worker.log")[-4000:])
    assert holds_of(house_database, generation["id"]) == [("settled", 4)]


def wait_for_rendering(database_url: str, generation: str) -> None:
    deadline = time.monotonic() + PICTURE_SECONDS
    with psycopg.connect(database_url, autocommit=True) as database:
        while time.monotonic() < deadline:
            row = database.execute(
                "SELECT step FROM generation_generation WHERE id = %s AND state = 'rendering'",
                [generation],
            ).fetchone()
            if row and row[0] >= 1:
                return
            time.sleep(0.05)
    raise TimeoutError("The generation never started to render.")


def holds_of(database_url: str, generation: str) -> list[tuple[str, int]]:
    """How many of its holds are in which state."""
    asked = "SELECT state, count(*) FROM accounts_allowancehold WHERE reference = %s GROUP BY state"
    with psycopg.connect(database_url) as database:
        return database.execute(asked, [generation]).fetchall()
