"""PostgreSQL, Redis and a real S3 server, each with a scratch corner of its own.

Where CI asks for them (HOUSESTYLE_REQUIRE_SERVICES=1) a missing service fails the run; on a
newcomer's machine these tests are left out with the reason.
"""

import os
import uuid
from collections.abc import Iterator

import boto3
import psycopg
import pytest
import redis
from botocore.config import Config

from tests.house import House
from tests.production import swift

POSTGRES = os.environ.get("HOUSESTYLE_TEST_POSTGRES", "postgresql://127.0.0.1:5432/postgres")
REDIS = os.environ.get("HOUSESTYLE_TEST_REDIS", "redis://127.0.0.1:6379/11")
BUCKET = "house-images"


def leave_out(reason: str) -> None:
    if os.environ.get("HOUSESTYLE_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason} (required here: HOUSESTYLE_REQUIRE_SERVICES=1)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    name = f"house_{uuid.uuid4().hex[:10]}"
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        leave_out(f"No PostgreSQL at {POSTGRES}: {error}")
        return
    server.execute(f'CREATE DATABASE "{name}"')
    yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
    server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    server.close()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=3)
    try:
        client.flushdb()
    except redis.RedisError as error:
        leave_out(f"No Redis at {REDIS}: {error}")
        return
    yield REDIS
    client.flushdb()
    client.close()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory) -> Iterator[swift.S3Server]:
    if missing := swift.missing_programs():
        leave_out(f"No S3 server: {', '.join(missing)} not installed")
        return
    with swift.running(tmp_path_factory.mktemp("swift")) as server:
        s3_client(server).create_bucket(Bucket=BUCKET)
        yield server


def s3_client(server: swift.S3Server, secret_key: str = swift.SECRET_KEY):
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=secret_key,
        region_name="us-east-1",
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@pytest.fixture(scope="session")
def production_house(tmp_path_factory, postgres_url, redis_url, s3_server) -> Iterator[House]:
    house = House(
        tmp_path_factory.mktemp("production"),
        DATABASE_URL=postgres_url,
        REDIS_URL=redis_url,
        S3_BUCKET=BUCKET,
        S3_ENDPOINT_URL=s3_server.endpoint,
        S3_ACCESS_KEY=s3_server.access_key,
        S3_SECRET_KEY=s3_server.secret_key,
    )
    with house:
        house.start_worker()
        yield house
