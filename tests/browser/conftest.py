"""One real product and one real Chromium for all journeys.

Closed after the last journey: while Playwright's loop runs in this thread, Django takes every
later test for asynchronous code and refuses it the database.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.people import CHROMIUM, launch
from tests.house import House


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        if os.environ.get("HOUSESTYLE_REQUIRE_SERVICES") == "1":
            pytest.fail(f"No browser at {CHROMIUM}; install Debian's chromium.")
        pytest.skip(f"No browser at {CHROMIUM}; install Debian's chromium to run the journeys.")
    with sync_playwright() as player:
        chromium = launch(player)
        yield chromium
        chromium.close()


HTMX_GAVE_UP = "signal is aborted without reason"


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh visitor. A broken script or a blocked resource fails the journey."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    visitor = context.new_page()
    complaints: list[str] = []
    visitor.on("pageerror", lambda error: complaints.append(str(error)))
    visitor.on(
        "console",
        lambda line: complaints.append(line.text) if "Content Security" in line.text else None,
    )
    yield visitor
    context.close()
    # htmx gives its own request up when a stream is lost, and says so to the page.
    expected = {HTMX_GAVE_UP} if request.node.get_closest_marker("loses_connection") else set()
    assert [said for said in complaints if said not in expected] == []


@pytest.fixture(scope="package")
def installed(tmp_path_factory) -> Path:
    """The data folder of a house that nobody has been in; copy it."""
    house = House(tmp_path_factory.mktemp("installed"))
    house.install()
    return house.folder


@pytest.fixture(scope="package")
def house(tmp_path_factory, installed) -> Iterator[House]:
    folder = shutil.copytree(installed, tmp_path_factory.mktemp("house"), dirs_exist_ok=True)
    with House(folder, HOUSESTYLE_GUEST_ALLOWANCE="3") as opened:
        opened.start_worker()
        yield opened
