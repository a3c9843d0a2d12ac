"""The allowance runs out: the visitor is told so, nothing typed is lost, nothing is charged."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import generate
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]


def test_it_says_when_the_allowance_is_used_up(page: Page, house: House):
    for number in range(3):
        generate(page, house, f"a green tree on a hill, number {number}")
    page.goto(f"{house.address}/create/")
    page.locator("textarea[name=prompt]").fill("one picture too many")
    page.get_by_role("button", name="Generate").first.click()
    alert = page.get_by_role("alert").first
    expect(alert).to_be_visible()
    expect(alert).to_contain_text("used up")
    expect(page.locator("textarea[name=prompt]")).to_have_value("one picture too many")
