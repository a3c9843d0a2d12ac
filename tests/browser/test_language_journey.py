"""A visitor changes the language, with scripts and without."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.house import House

pytestmark = pytest.mark.browser


def test_a_visitor_reads_german_after_one_click(page: Page, house: House):
    refused = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(f"{house.address}/packs/")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pakete")
    page.goto(f"{house.address}/free/")
    expect(page.locator("main time")).to_have_text(re.compile(r"in \d+ (Std|Min)\."))
    page.goto(f"{house.address}/create/")
    expect(page.locator("[data-dial-value]")).to_contain_text("Look")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert refused == []


def test_it_works_without_scripts(browser: Browser, house: House):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house.address}/")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ein Look für jedes Bild.")
    context.close()


def test_a_german_browser_needs_no_click(browser: Browser, house: House):
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.goto(f"{house.address}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ein Look für jedes Bild.")
    context.close()
