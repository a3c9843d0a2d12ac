"""axe-core finds nothing on the pages that matter most; a picture needs no mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import generate, wait_for_picture
from tests.house import House
from tests.quality.axe import findings_in_every_state

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.mark.parametrize(
    "path", ["/", "/packs/", "/packs/?q=zebra", "/packs/synthwave/", "/create/", "/status/"]
)
def test_it_breaks_no_rule_of_accessibility(page: Page, house: House, path: str):
    page.goto(house.address + path)
    assert [str(each) for each in findings_in_every_state(page, path)] == []


def test_it_breaks_none_while_a_picture_forms_and_once_it_is_there(page: Page, house: House):
    generate(page, house, "a red boat by the sea at sunset")
    assert [str(each) for each in findings_in_every_state(page, "forming")] == []
    wait_for_picture(page)
    assert [str(each) for each in findings_in_every_state(page, "done")] == []


def test_it_would_find_a_broken_rule(page: Page, house: House):
    page.goto(house.address)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert {each.rule for each in findings_in_every_state(page, "/")} == {"button-name"}


def test_it_needs_no_mouse_from_home_to_a_picture(page: Page, house: House):
    page.goto(house.address)
    # The first stop leads past the header.
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "textarea[name=prompt]")
    page.keyboard.type("a white lighthouse by the sea")
    _tab_to(page, "input[name=pack]")
    page.keyboard.press("ArrowRight")
    picked = page.locator("input[name=pack]:checked").get_attribute("value")
    _tab_to(page, "main button[type=submit].button--primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/generations/*/")
    wait_for_picture(page)
    assert page.locator(f"main a[href*='{picked}']").count()
    _tab_to(page, "main figure a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/generations/*/0/")


def _tab_to(page: Page, selector: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("each => document.activeElement.matches(each)", selector):
            return
    raise AssertionError(f"{most} presses of Tab do not reach {selector}")
