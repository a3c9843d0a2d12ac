"""The product on PostgreSQL, Redis and a real S3 server. Closed after the last of these tests."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config

from tests.house import House
from tests.production import seaweed, swift
from tests.services import leave_out, scratch_database

BUCKET = "house-images"


@pytest.fixture(scope="package")
def house_database() -> Iterator[str]:
    with scratch_database() as url:
        yield url


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def production_house(tmp_path_factory, house_database, redis_url, s3_server) -> Iterator[House]:
    house = House(
        tmp_path_factory.mktemp("production"),
        DATABASE_URL=house_database,
        REDIS_URL=redis_url,
        S3_BUCKET=BUCKET,
        S3_ENDPOINT_URL=s3_server.endpoint,
        S3_ACCESS_KEY=s3_server.access_key,
        S3_SECRET_KEY=s3_server.secret_key,
    )
    with house:
        house.start_worker()
        yield house


@pytest.fixture(scope="package")
def seaweed_server(tmp_path_factory) -> Iterator[seaweed.Seaweed]:
    """The store of docker/compose.yaml with its bucket made as there."""
    if not seaweed.PROGRAM.exists():
        leave_out("No SeaweedFS: install requirements-dev.txt")
        return
    with seaweed.running(tmp_path_factory.mktemp("seaweed")) as server:
        prepared = seaweed.prepare(server)
        assert prepared.returncode == 0, prepared.stderr
        yield server
