"""What is free is one click away, and counts down as pictures are made."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import generate, wait_for_picture
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]


def test_it_says_what_is_left_before_and_after_a_picture(page: Page, house: House):
    page.goto(house.address)
    page.get_by_role("link", name="What is free").click()
    left = page.get_by_text(re.compile(r"Today you have \d+ of \d+ left"))
    expect(left).to_contain_text("New ones come in")
    before = _number(left.inner_text())
    for heading in ("What counts", "What you may do with them", "What is kept, and for how long"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()

    generate(page, house, "a green tree on a hill")
    wait_for_picture(page)
    page.goto(f"{house.address}/free/")
    assert _number(left.inner_text()) == before - 1


def _number(text: str) -> int:
    found = re.search(r"have (\d+) of", text)
    assert found is not None
    return int(found[1])
