"""The delivery thread stays for the next picture, and puts away what it held when none comes."""

import threading
import time

import pytest

from generation import delivery_desk
from generation.delivery_desk import DeliveryDesk
from tests.house import wait_until

PATIENCE = 20


@pytest.fixture
def seen():
    return []


@pytest.fixture
def desk(seen):
    return DeliveryDesk(lambda: False, lambda: seen.append("after"), lambda: seen.append("end"))


def noting(seen):
    return lambda: seen.append(threading.current_thread())


def test_one_thread_does_what_comes_soon_after(desk, seen):
    for _ in range(2):
        assert desk.hand_over(noting(seen))
        assert desk.is_idle(within=PATIENCE)
    first, _, second, _ = seen
    assert first is second is not threading.current_thread()
    assert "end" not in seen


def test_it_is_idle_while_its_thread_lingers_and_not_while_it_works(desk):
    may_end = threading.Event()
    desk.follow_up(lambda: may_end.wait(PATIENCE))
    assert not desk.is_idle(within=0.05)
    may_end.set()
    assert desk.is_idle(within=PATIENCE)


def test_what_it_holds_open_is_put_away_when_nothing_comes(desk, seen, monkeypatch):
    monkeypatch.setattr(delivery_desk, "LINGER_SECONDS", 0.05)
    for ends in (1, 2):
        desk.follow_up(lambda: None)
        wait_until(lambda ends=ends: seen.count("end") == ends, PATIENCE, "it keeps what it held")
    assert seen == ["after", "end"] * 2


def test_a_job_that_fails_ends_neither_the_thread_nor_its_care(desk, seen):
    desk.follow_up(lambda: 1 / 0)
    desk.follow_up(noting(seen))
    assert desk.is_idle(within=PATIENCE)
    assert seen.count("after") == 2


def test_what_is_no_mere_exception_is_raised_to_whoever_asks(desk):
    def die():
        raise KeyboardInterrupt

    desk.follow_up(die)
    with pytest.raises(KeyboardInterrupt):
        desk.is_idle(within=PATIENCE)
    assert desk.is_idle(within=PATIENCE)


def test_nothing_begins_while_the_loop_is_on_its_way_to_the_next_render(desk, seen, monkeypatch):
    monkeypatch.setattr(delivery_desk, "ASIDE_SECONDS", PATIENCE)
    desk.step_aside()
    assert desk.hand_over(noting(seen))
    time.sleep(0.05)
    assert not seen
    desk.carry_on()
    wait_until(lambda: "after" in seen, PATIENCE / 2, "it waits on")


def test_it_begins_by_itself_when_the_loop_takes_long(desk, seen):
    desk.step_aside()
    desk.follow_up(noting(seen))
    wait_until(lambda: "after" in seen, PATIENCE, "it waits for ever")


def test_a_full_desk_keeps_nobody_waiting_for_itself(desk, seen, monkeypatch):
    monkeypatch.setattr(delivery_desk, "ASIDE_SECONDS", PATIENCE)
    desk.step_aside()
    began = time.monotonic()
    for _ in range(delivery_desk.AT_ONCE + 1):
        assert desk.hand_over(noting(seen))
    assert desk.is_idle(within=PATIENCE)
    assert time.monotonic() - began < PATIENCE / 2
