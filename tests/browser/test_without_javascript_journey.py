"""JavaScript is off: a visitor asks for a picture, follows it and takes it home all the same."""

import pytest
from playwright.sync_api import Browser, expect

from tests.house import House, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.model]
PICTURE_SECONDS = 90


def test_it_takes_a_visitor_from_words_to_a_file(browser: Browser, house: House):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house.address}/create/?pack=watercolour")
    page.locator("textarea[name=prompt]").fill("a red boat by the sea at sunset")
    page.get_by_role("button", name="Generate").first.click()
    page.wait_for_url("**/generations/*/")

    def is_there() -> bool:
        page.wait_for_timeout(1_000)
        page.reload()
        return page.get_by_role("link", name="Download").count() > 0

    wait_until(is_there, PICTURE_SECONDS, "no picture")
    expect(page.locator("h1")).not_to_contain_text("Waiting")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download").first.click()
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")
    context.close()
