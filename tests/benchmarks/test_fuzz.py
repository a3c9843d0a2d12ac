"""Some hundred of the fuzz benchmark's cases, and that it counts what it finds."""

import logging

import pytest

from benchmarks.fuzz import bundles, headers, images, prompts, requests, running
from benchmarks.fuzz.running import Kind, ServerError

CASES = {"headers": 300, "images": 60, "bundles": 40, "api": 60, "pages": 60, "prompts": 300}
KINDS = {
    kind.name: kind
    for room in (headers, images, bundles, requests, prompts)
    for kind in room.kinds()
}


@pytest.fixture
def house(db, media_folder):
    """What `python -m benchmarks.fuzz` furnishes once, here for each test."""
    for kept in (requests.world, bundles._sound):
        kept.cache_clear()
    requests.world()
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    for kept in (requests.world, bundles._sound):
        kept.cache_clear()


def test_the_kinds_make_up_all_cases():
    assert set(KINDS) == set(CASES)
    assert round(sum(kind.share for kind in KINDS.values()), 6) == 1


@pytest.mark.parametrize("name", sorted(CASES))
def test_nothing_breaks(house, name):
    tally = running.run(KINDS[name], range(CASES[name]))
    assert tally.findings == []
    assert tally.cases == CASES[name]


def test_a_case_is_the_same_whatever_ran_before_it():
    made = [headers._changed(running.random_of("headers", 7)) for _ in range(2)]
    other = headers._changed(running.random_of("headers", 8))
    assert made[0] == made[1] != other


def test_it_counts_what_it_finds():
    def case(chance):
        raise chance.choice((ValueError("on purpose"), KeyError("a crash"), ServerError("500")))

    tally = running.run(Kind("mixed", case, (ValueError,), 1.0), range(60))
    assert tally.refused + tally.crashes + tally.server_errors == tally.cases == 60
    assert tally.crashes > 0 < tally.server_errors
    assert len(tally.findings) == min(running.KEPT_FINDINGS, tally.crashes + tally.server_errors)
    assert any("a crash" in trace for _, trace in tally.findings)
