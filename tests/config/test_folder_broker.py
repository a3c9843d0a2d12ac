"""Messages in a folder appear whole, whoever looks while they are written."""

import threading
from queue import Empty

import pytest
from kombu import Connection

MESSAGES = 400


@pytest.fixture
def channel(tmp_path):
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    folders = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
    }
    transport = "config.folder_broker:Transport"
    with Connection(transport=transport, transport_options=folders) as connection:
        yield connection.channel()


def test_a_reader_never_sees_half_a_message(channel):
    writer = threading.Thread(
        target=lambda: [channel._put("bells", {"at": at}) for at in range(MESSAGES)]
    )
    writer.start()
    seen = []
    while len(seen) < MESSAGES:
        try:
            seen.append(channel._get("bells")["at"])
        except Empty:
            assert writer.is_alive() or len(seen) == MESSAGES
    writer.join()
    assert sorted(seen) == list(range(MESSAGES))


def test_the_table_of_queues_may_be_written_by_another_at_that_moment(channel, tmp_path):
    table = tmp_path / "control" / "house.exchange"
    table.touch()
    threading.Timer(0.2, lambda: table.write_text("[]")).start()
    channel._queue_bind("house", "house", "", "house")
    assert "house" in table.read_text()
