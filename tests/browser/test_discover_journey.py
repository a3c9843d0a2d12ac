"""A visitor searches with a slip, narrows, goes back, turns a pack's dial, opens the studio."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]


def test_it_finds_a_pack_while_one_types_and_keeps_the_place(page: Page, house: House):
    page.goto(f"{house.address}/packs/")
    page.get_by_role("searchbox", name="Search packs").press_sequentially("watercolr")
    expect(page.locator(".pack-card")).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("This one comes close")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page).to_have_url(re.compile(r"q=watercolr"))
    page.reload()
    expect(page.locator(".pack-card")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("watercolr")


def test_it_narrows_by_keyboard_and_goes_back(page: Page, house: House):
    page.goto(f"{house.address}/packs/")
    everything = page.locator(".pack-card").count()
    page.locator("#family-print").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#family-print")).to_have_attribute("aria-current", "true")
    expect(page.locator("#family-print")).to_be_focused()
    assert page.locator(".pack-card").count() < everything
    page.get_by_label("Sort").select_option("name")
    expect(page).to_have_url(re.compile(r"sort=name.*family=print|family=print.*sort=name"))
    names = page.locator(".pack-card__name").all_inner_texts()
    assert names == sorted(names, key=str.casefold)
    page.go_back()
    expect(page.locator(".pack-card")).to_have_count(everything)


def test_it_turns_the_dial_between_rendered_pictures(page: Page, house: House):
    page.goto(f"{house.address}/packs/sticker/")
    expect(page.locator("dialog")).to_be_hidden()
    shown, dial = page.locator("[data-turn-shown]"), page.get_by_role("slider")
    full = shown.get_attribute("src")
    dial.press("ArrowLeft")
    expect(dial).to_have_attribute("aria-valuetext", "75 of 100, strong")
    assert shown.get_attribute("src") != full
    dial.press("Home")
    expect(dial).to_have_attribute("aria-valuetext", "0 of 100, no style")
    page.get_by_role("link", name="Open this one in the studio").click()
    page.wait_for_url("**/create/?*strength=0*")
    expect(page.locator("textarea[name=prompt]")).not_to_have_value("")
    expect(page.locator("input[name=pack][value=sticker]")).to_be_checked()


def test_it_opens_the_studio_with_a_character_in_the_look(page: Page, house: House):
    page.goto(f"{house.address}/packs/sticker/")
    page.locator(".partner").first.click()
    page.wait_for_url("**/create/?pack=sticker&second=*")
    assert page.locator("input[name=second]:checked").get_attribute("value")


def test_it_works_without_a_script(browser: Browser, house: House):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house.address}/packs/?family=print")
    page.get_by_role("searchbox").fill("zine")
    page.get_by_role("button", name="Show").click()
    assert "family=print" in page.url
    assert "q=zine" in page.url
    page.locator(".pack-card").first.click()
    page.locator("[data-turn-stop='25']").click()
    assert "strength=25" in page.url
    assert "/create/" in page.url
    context.close()
