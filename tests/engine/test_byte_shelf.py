"""A shelf of bytes: what was used last stays, what is in use always does."""

import pytest

from generation.engine.byte_shelf import ByteShelf


@pytest.fixture
def shelf():
    return ByteShelf(10, len)


def take(shelf, *names, size=4):
    return shelf.take({name: lambda name=name: name * size for name in names})


def test_it_makes_a_thing_once(shelf):
    first = take(shelf, "a")
    assert take(shelf, "a", size=9) == first == ["aaaa"]
    assert (shelf.counts.hits, shelf.counts.misses) == (1, 1)


def test_it_drops_the_least_recently_used(shelf):
    for name in "abac":
        take(shelf, name)
    assert [name in shelf for name in "abc"] == [True, False, True]
    assert shelf.counts == (1, 3, 1, 8, 10)


def test_it_never_drops_what_is_in_use(shelf):
    assert take(shelf, "a", "b", "c") == ["aaaa", "bbbb", "cccc"]
    assert shelf.drop_idle() == 0
    assert shelf.held_bytes == 12
    take(shelf, "d")
    assert [name in shelf for name in "abcd"] == [False, False, True, True]


def test_it_does_not_count_a_look_as_use(shelf):
    take(shelf, "a")
    take(shelf, "b")
    assert shelf.peek("a") == "aaaa"
    assert shelf.peek("z") is None
    take(shelf, "c")
    assert "a" not in shelf


def test_it_stays_within_its_budget_when_one_cannot_be_made(shelf):
    take(shelf, "a")
    with pytest.raises(ZeroDivisionError):
        shelf.take({"b": lambda: "b" * 9, "c": lambda: 1 / 0})
    assert "a" not in shelf
    assert shelf.held_bytes == 9
