"""With a finished picture: zoom, turn, keep, share, vary, pick several, delete and take it back."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import generate, wait_for_picture
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]


def open_picture(page: Page, house: House) -> str:
    generate(page, house, "a red boat by the sea at sunset")
    wait_for_picture(page)
    page.locator(".picture a").first.click()
    page.wait_for_selector("[data-viewer-tools]:not([hidden])")
    return page.url


def test_it_zooms_and_leaves_by_keyboard(page: Page, house: House):
    open_picture(page, house)
    level = page.locator("[data-zoom-level]")
    page.keyboard.press("+")
    expect(level).to_have_text("2 ×")
    page.keyboard.press("Escape")
    expect(level).to_have_text("Fit")
    page.keyboard.press("Escape")
    page.wait_for_url("**/images/")


def test_it_keeps_saves_shares_and_revokes(page: Page, house: House, browser):
    open_picture(page, house)
    heart = page.get_by_role("button", name="Favourite")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="WebP").click()
    assert saved.value.suggested_filename.endswith(".webp")
    page.locator("summary", has_text="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link to this picture").input_value()
    stranger = browser.new_context()
    assert stranger.request.get(link).status == 200
    page.get_by_role("button", name="Revoke the link").click()
    expect(page.locator("main")).to_contain_text("works no more")
    assert stranger.request.get(link).status == 404
    stranger.close()


def test_it_picks_deletes_and_takes_back(page: Page, house: House):
    open_picture(page, house)
    page.goto(f"{house.address}/images/")
    page.locator(".tile__pick").first.click()
    expect(page.locator("[data-picked-count]")).to_have_text("1 picked")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("main")).to_contain_text("1 picture deleted")
    expect(page.locator(".tile")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".tile")).to_have_count(1)


def test_it_opens_and_deletes_without_javascript(page: Page, house: House, browser):
    address = open_picture(page, house)
    context = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(address)
    expect(plain.get_by_role("link", name="See the whole file")).to_be_visible()
    plain.get_by_role("button", name="Delete this picture").click()
    plain.get_by_role("button", name="Undo").click()
    expect(plain.locator(".tile")).to_have_count(1)
    context.close()
