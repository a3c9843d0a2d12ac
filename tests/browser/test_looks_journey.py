"""One prompt in every look of a small family: drawn tile by tile, compared, one made final."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PICTURE_MILLISECONDS, wait_for_picture
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]


def test_it_draws_a_family_and_makes_one_final(page: Page, house: House, browser):
    page.goto(f"{house.address}/create/")
    page.locator("textarea[name=prompt]").fill("a red boat by the sea at sunset")
    family = page.locator("select[name=family]")
    smallest = family.locator("option").evaluate_all(
        "all => all.slice(1).map(o => [+o.textContent.match(/\\d+/)[0], o.value])"
        ".filter(([n]) => n > 1).sort((a, b) => a[0] - b[0])[0]"
    )
    family.select_option(smallest[1])
    page.get_by_role("button", name="Draft in each look").click()
    page.wait_for_url("**/looks/*/")
    sheet = page.url
    # It should show every look at once and fill in without a reload …
    expect(page.locator(".look")).to_have_count(smallest[0])
    ready = f"All {smallest[0]} looks are ready"
    expect(page.locator("#looks-now")).to_contain_text(ready, timeout=2 * PICTURE_MILLISECONDS)
    expect(page.locator(".look__image")).to_have_count(smallest[0])
    expect(page.get_by_role("progressbar", name="Looks that are ready")).to_have_count(0)
    # … let two be picked and compared with the keyboard …
    for place in (0, 1):
        page.locator("[name=look]").nth(place).press("Space")
    page.get_by_role("button", name="Compare", exact=True).click()
    divider = page.get_by_role("slider")
    expect(divider).to_have_attribute("aria-valuetext", re.compile("^50 percent"))
    divider.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuetext", re.compile("^49 percent"))
    # … and make one final with the same words and seed.
    page.goto(sheet)
    page.get_by_role("button", name="Make final in").first.click()
    page.wait_for_url("**/generations/*/")
    wait_for_picture(page)
    # It is one entry of the history, and nobody else's.
    page.goto(f"{house.address}/images/")
    expect(page.locator(f"a[href='{sheet.removeprefix(house.address)}']")).to_have_count(1)
    stranger = browser.new_context()
    assert stranger.request.get(sheet).status == 404
    stranger.close()


def test_it_shows_its_tiles_without_javascript(browser, house: House):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house.address}/create/")
    page.locator("textarea[name=prompt]").fill("a blue cat in the forest")
    page.get_by_role("button", name="Draft in each look").click()
    page.wait_for_url("**/looks/*/")
    page.locator(".look__image").first.wait_for(timeout=PICTURE_MILLISECONDS)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#looks-now")).to_contain_text("The rest was cancelled.")
    context.close()
