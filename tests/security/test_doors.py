"""The whole URLconf, asked in every role and way, against the table in doors.txt."""

import logging
from pathlib import Path

import pytest

from tests.security.addresses import OTHERS, patterns
from tests.security.probe import WAYS, answers
from tests.security.world import ROLES, furnish

TABLE = Path(__file__).with_name("doors.txt")
HOME = "(home)"
AT_HOME = "200"


def table() -> dict[str, dict[str, str]]:
    """By pattern and way, the status that each role is to get, in the order of ROLES."""
    lines = TABLE.read_text().splitlines()
    rows = [line.rsplit(" | ", len(WAYS)) for line in lines if line and not line.startswith("#")]
    return {
        name.strip().replace(HOME, ""): dict(
            zip(WAYS, (each.strip() for each in said), strict=True)
        )
        for name, *said in rows
    }


def statuses(pattern, way):
    return dict(zip(ROLES, table()[pattern][way].split(), strict=True))


def test_every_address_has_a_line():
    """A new address needs a line in doors.txt that says who may do what there."""
    known, there = set(table()), {*patterns(), *OTHERS}
    assert sorted(there - known) == [], "addresses without a line in doors.txt"
    assert sorted(known - there) == [], "lines of doors.txt without an address"


@pytest.mark.timeout(600)
def test_every_door_opens_to_whom_the_table_says(db, media_folder):
    house, wrong = furnish(), []
    logging.disable(logging.WARNING)  # a line for each of some thousand refusals
    try:
        for pattern, told in table().items():
            found = answers(pattern, house)
            wrong += [f"{pattern} | {way}: {found[way]}" for way in WAYS if found[way] != told[way]]
    finally:
        logging.disable(logging.NOTSET)
    assert wrong == [], f"in the order {', '.join(ROLES)}"


def test_nothing_answers_with_a_fault():
    assert [name for name, told in table().items() if " 5" in " " + " ".join(told.values())] == []


@pytest.mark.parametrize("pattern", [name for name in table() if name.startswith("admin/")])
def test_the_admin_is_for_staff_alone(pattern):
    """People are led to its sign-in, and staff need the right to what they look at."""
    if pattern == "admin/login/":
        return
    for way in WAYS:
        asked = statuses(pattern, way)
        assert {asked[role] for role in ROLES[:4]} == {"302"}
        assert asked["staff"] != AT_HOME or pattern in OPEN_TO_ALL_STAFF


OPEN_TO_ALL_STAFF = {
    "admin/",
    "admin/search/",
    "admin/jsi18n/",
    "admin/logout/",
    "admin/password_change/",
    "admin/password_change/done/",
}


@pytest.mark.parametrize(
    "pattern",
    [name for name in table() if name.startswith(("generations/<", "looks/<", "boards/<"))],
)
def test_what_is_ones_own_is_not_there_for_anybody_else(pattern):
    if "of a guest" in pattern or "of a trial" in pattern:
        return
    for way in WAYS:
        asked = statuses(pattern, way)
        strangers = {status for role, status in asked.items() if role != "owner"}
        assert strangers <= {"404", "405"}, way
