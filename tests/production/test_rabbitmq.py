"""The main job with RabbitMQ as the broker: rendered, stored, and finished after a kill -9."""

import os
import uuid

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError

from tests.house import House
from tests.production.conftest import BUCKET
from tests.production.test_main_job import (
    holds_of,
    person_of,
    submit,
    wait_for_rendering,
    wait_until_ended,
)
from tests.services import leave_out

pytestmark = [pytest.mark.production, pytest.mark.model]
RABBITMQ = os.environ.get("HOUSESTYLE_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//")


@pytest.fixture
def broker():
    """Queues of this test alone: a device class nobody else has."""
    own = f"cpu{uuid.uuid4().hex[:8]}"
    try:
        with Connection(RABBITMQ, connect_timeout=3) as connection:
            connection.ensure_connection(max_retries=1)
            yield own
            for queue in (f"render.sd15.{own}", f"house.{own}"):
                connection.default_channel.queue_delete(queue)
    except (OSError, OperationalError) as error:
        leave_out(f"No RabbitMQ at {RABBITMQ}: {error}")


@pytest.fixture
def rabbit_house(tmp_path, house_database, s3_server, redis_url, production_house, broker):
    """A second house beside the first: the same database and bucket, another broker."""
    house = House(
        tmp_path / "rabbit",
        DATABASE_URL=house_database,
        REDIS_URL=redis_url,
        CELERY_BROKER_URL=RABBITMQ,
        HOUSESTYLE_DEVICE_CLASS=broker,
        S3_BUCKET=BUCKET,
        S3_ENDPOINT_URL=s3_server.endpoint,
        S3_ACCESS_KEY=s3_server.access_key,
        S3_SECRET_KEY=s3_server.secret_key,
    )
    house.folder.mkdir()
    # Installed by the first house; both would sign with the same key.
    (house.folder / "secret_key").write_text((production_house.folder / "secret_key").read_text())
    production_house.stop_worker()
    house.start_web()
    house.start_worker(f"render.sd15.{broker},house.{broker}")
    yield house
    house.stop_worker()
    house.stop_web()
    production_house.start_worker()


def test_it_renders_and_charges_once_after_kill_nine(rabbit_house, house_database):
    alice = person_of(rabbit_house)
    first = submit(rabbit_house, alice)
    assert wait_until_ended(rabbit_house, alice, first["id"])["state"] == "done"
    second = submit(rabbit_house, alice, count=4)
    wait_for_rendering(house_database, second["id"])
    rabbit_house.kill_worker()
    queue = f"render.sd15.{rabbit_house.environment['HOUSESTYLE_DEVICE_CLASS']}"
    rabbit_house.start_worker(f"{queue},{queue.replace('render.sd15', 'house')}")
    ended = wait_until_ended(rabbit_house, alice, second["id"])
    assert ended["state"] == "done", (ended, rabbit_house.log("worker.log")[-4000:])
    assert holds_of(house_database, second["id"]) == [("settled", 4)]
