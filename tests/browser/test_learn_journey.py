"""A visitor looks a word up, reads it and goes on to the studio."""

import pytest
from playwright.sync_api import Page, expect

from tests.house import House

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def test_a_visitor_finds_a_word_while_typing(page: Page, house: House):
    page.goto(f"{house.address}/learn/")
    page.get_by_label("Find a word").fill("c2pa")
    expect(page.locator(".word")).to_have_count(1)
    expect(page.locator("[role=status]")).to_have_text("1 of 34 words shown")
    page.get_by_role("link", name="Content credentials").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Content credentials")


def test_a_visitor_orders_the_words_with_the_keyboard(page: Page, house: House):
    page.goto(f"{house.address}/learn/")
    page.get_by_label("By topic").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=2).first).to_have_text("A")
    assert "order=a-z" in page.url


def test_a_visitor_takes_a_word_into_the_studio(page: Page, house: House):
    page.goto(f"{house.address}/learn/stacking/")
    page.get_by_role("link", name="Open in the studio", exact=True).click()
    expect(page.locator("textarea[name=prompt]")).to_have_value("in the forest at night")
    expect(page.locator("input[name=pack]:checked")).to_have_value("pip")
    expect(page.locator("input[name=second]:checked")).to_have_value("watercolour")
    page.get_by_role("link", name="What is a seed?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Seed")


def test_no_page_of_the_glossary_is_wider_than_a_phone(page: Page, house: House):
    page.set_viewport_size(PHONE)
    for path in ("/learn/", "/learn/stacking/", "/learn/seed/", "/learn/steps/", "/learn/vae/"):
        page.goto(house.address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        missing = "[...document.images].filter(i => i.complete && !i.naturalWidth).length"
        assert page.evaluate(missing) == 0


def test_a_visitor_without_scripts_finds_a_word(browser, house: House):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house.address}/learn/")
    page.locator("#q").fill("sampler")
    page.get_by_role("button", name="Show").click()
    assert page.locator(".word").count() < 34
    expect(page.locator(".word").first).to_contain_text("Sampler")
    context.close()
