"""The worker is not running: the page says so, the generation waits and is finished later."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import generate, wait_for_picture
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture
def quiet_house(tmp_path, installed) -> Iterator[House]:
    with House(shutil.copytree(installed, tmp_path, dirs_exist_ok=True)) as opened:
        yield opened


def test_it_waits_for_a_worker_and_loses_nothing(page: Page, quiet_house: House):
    generate(page, quiet_house, "a red boat by the sea at sunset")
    expect(page.locator("main")).to_contain_text("not running")
    quiet_house.start_worker()
    wait_for_picture(page)
