"""In a prompt box a guest types, takes a suggestion, mends a slip, and asks for a surprise."""

import pytest
from playwright.sync_api import Page, expect

from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]
every_box = pytest.mark.parametrize("path", ["/", "/packs/synthwave/", "/create/"])


@every_box
def test_it_suggests_known_words_by_keyboard(page: Page, house: House, path: str):
    page.goto(house.address + path)
    prompt = page.locator("textarea[name=prompt]")
    prompt.press_sequentially("a red fox in the for")
    expect(page.get_by_role("option", name="in the forest")).to_be_visible()
    said = page.get_by_role("status").filter(has_text="arrow down to choose")
    expect(said).to_have_count(1)
    prompt.press("ArrowDown")
    assert prompt.get_attribute("aria-activedescendant") == "suggestion-0"
    prompt.press("Enter")
    expect(prompt).to_have_value("a red fox in the forest")
    expect(page.get_by_role("listbox")).to_be_hidden()


@every_box
def test_it_closes_suggestions_with_escape(page: Page, house: House, path: str):
    page.goto(house.address + path)
    prompt = page.locator("textarea[name=prompt]")
    prompt.press_sequentially("lighth")
    expect(page.get_by_role("listbox")).to_be_visible()
    prompt.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(prompt).to_have_value("lighth")


def test_it_names_strange_words_while_one_types_and_mends_slips(page: Page, house: House):
    page.goto(f"{house.address}/create/")
    prompt = page.locator("textarea[name=prompt]")
    note = page.locator("#unknown-words")
    prompt.fill("a zeppelin in the forrest")
    expect(note).to_contain_text("does not know “zeppelin” or “forrest”")
    expect(page.locator("#final-prompt .strange").first).to_have_text("zeppelin")
    note.get_by_role("button", name="forest", exact=True).click()
    expect(prompt).to_have_value("a zeppelin in the forest")
    expect(note).to_contain_text("does not know “zeppelin” and")
    prompt.fill("a red boat by the sea")
    expect(note).to_have_text("")


def test_it_surprises_and_builds_a_prompt_from_chips(page: Page, house: House):
    page.goto(f"{house.address}/create/")
    prompt = page.locator("textarea[name=prompt]")
    page.get_by_role("link", name="Surprise me").click()
    expect(prompt).not_to_have_value("")
    page.wait_for_url(lambda url: "prompt=" in url and "surprise" not in url)
    prompt.fill("a")
    page.get_by_text("Words it knows").click()
    for word in ("blue", "owl", "by the sea"):
        page.get_by_role("button", name=word, exact=True).click()
    expect(prompt).to_have_value("a blue owl by the sea")


def test_it_surprises_at_home_and_makes_a_picture_of_it(page: Page, house: House):
    page.goto(house.address)
    prompt = page.locator("textarea[name=prompt]")
    page.get_by_text("Snow Globe", exact=True).first.click()
    page.get_by_role("link", name="Surprise me").click()
    expect(prompt).not_to_have_value("")
    assert page.url == f"{house.address}/"
    words = prompt.input_value()
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**/generations/*/")
    expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("main")).to_contain_text("Snow Globe")


def test_it_builds_a_prompt_from_chips_at_home(page: Page, house: House):
    page.goto(house.address)
    prompt = page.locator("textarea[name=prompt]")
    page.get_by_text("Words it knows").click()
    for word in ("owl", "by the sea"):
        page.get_by_role("button", name=word, exact=True).click()
    expect(prompt).to_have_value("owl by the sea")


@every_box
def test_it_surprises_without_javascript(browser, house: House, path: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(house.address + path)
    page.get_by_role("link", name="Surprise me").click()
    expect(page.locator("textarea[name=prompt]")).not_to_have_value("")
    context.close()
