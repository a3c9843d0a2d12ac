"""PostgreSQL and Redis for tests, each with a scratch corner of its own in every test process.

Where CI asks for them (HOUSESTYLE_REQUIRE_SERVICES=1) a missing service fails the run; on a
newcomer's machine the tests that need one are left out with the reason.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import redis

POSTGRES = os.environ.get("HOUSESTYLE_TEST_POSTGRES", "postgresql://127.0.0.1:5432/postgres")
REDIS = os.environ.get("HOUSESTYLE_TEST_REDIS", "redis://127.0.0.1:6379/11")


def leave_out(reason: str) -> None:
    if os.environ.get("HOUSESTYLE_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason} (required here: HOUSESTYLE_REQUIRE_SERVICES=1)")
    pytest.skip(reason)


def process_number() -> int:
    """0 for the only test process or the first of several, 1 for the second, …"""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@contextmanager
def scratch_database() -> Iterator[str]:
    """The URL of an empty database on PostgreSQL, gone afterwards."""
    name = f"house_{uuid.uuid4().hex[:10]}"
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        leave_out(f"No PostgreSQL at {POSTGRES}: {error}")
        return
    with server:
        server.execute(f'CREATE DATABASE "{name}"')
        # Nobody needs these rows after a power cut.
        server.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        try:
            yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One database for all tests of this process whose threads share it."""
    with scratch_database() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """This process's own numbered database, emptied."""
    server, number = REDIS.rsplit("/", 1)
    url = f"{server}/{int(number) + process_number()}"
    client = redis.Redis.from_url(url, socket_connect_timeout=3)
    try:
        client.flushdb()
    except redis.RedisError as error:
        leave_out(f"No Redis at {url}: {error}")
        return
    yield url
    client.flushdb()
    client.close()
