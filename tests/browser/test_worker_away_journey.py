"""The worker is not running: the page says so, the generation waits and is finished later."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import generate, wait_for_picture
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]
FINISHED = "main figure.picture img"
# The page says what became of it when the lease is over, which is waited for.
SOON = {"HOUSESTYLE_LEASE_SECONDS": "8", "HOUSESTYLE_PULSE_SECONDS": "2"}


@pytest.fixture
def quiet_house(tmp_path, installed) -> Iterator[House]:
    with House(shutil.copytree(installed, tmp_path, dirs_exist_ok=True), **SOON) as opened:
        yield opened


def test_it_waits_for_a_worker_and_loses_nothing(page: Page, quiet_house: House):
    generate(page, quiet_house, "a red boat by the sea at sunset")
    expect(page.locator("main")).to_contain_text("not running")
    quiet_house.start_worker()
    wait_for_picture(page)


def test_it_goes_on_when_the_worker_dies_in_the_middle(page: Page, quiet_house: House):
    quiet_house.start_worker()
    page.goto(f"{quiet_house.address}/create/")
    page.locator("textarea[name=prompt]").fill("a blue cat in a garden")
    page.locator("input[name=count][value='3']").check(force=True)
    page.get_by_role("button", name="Generate").first.click()
    page.wait_for_url("**/generations/*/")
    expect(page.locator(FINISHED)).to_have_count(1, timeout=90_000)
    quiet_house.kill_worker()
    expect(page.locator("main")).to_contain_text("goes back in line by itself", timeout=60_000)
    quiet_house.start_worker()
    expect(page.locator(FINISHED)).to_have_count(3, timeout=120_000)
