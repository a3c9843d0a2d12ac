"""A guest picks a pack, types, watches progress, sees the image, and keeps it by signing up."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person, generate, sign_up, wait_for_picture
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]


def test_it_takes_a_guest_from_a_pack_to_a_picture(page: Page, house: House):
    page.goto(f"{house.address}/packs/")
    page.locator("main .pack-card").first.click()
    page.wait_for_url("**/packs/*/")
    page.locator("textarea[name=prompt]").fill("a red boat by the sea at sunset")
    page.get_by_role("button", name="Generate").first.click()
    page.wait_for_url("**/generations/*/")
    # It should say what is happening while the picture forms …
    expect(page.get_by_role("progressbar").first).to_be_visible()
    # … and end with the picture, a download and no further progress.
    wait_for_picture(page)
    expect(page.get_by_role("link", name="Download").first).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_it_keeps_the_guests_pictures_after_sign_up(page: Page, house: House):
    generation = generate(page, house, "a blue cat in the forest")
    wait_for_picture(page)
    sign_up(page, house, Person("kept@example.org"))
    page.goto(f"{house.address}/images/")
    expect(page.locator(f"a[href='{generation}0/']").first).to_be_visible()


def test_it_hides_a_picture_from_everybody_else(page: Page, house: House, browser):
    generation = generate(page, house, "a white lighthouse at night")
    wait_for_picture(page)
    stranger = browser.new_context()
    for address in (generation, f"{generation}0.png", f"{generation}events"):
        assert stranger.request.get(house.address + address).status == 404
    stranger.close()


def test_it_shows_odd_words_literally(page: Page, house: House):
    odd = "a fox $& {prompt} <script>alert(1)</script> # مرحبا 🦊"
    generate(page, house, odd)
    expect(page.locator("main")).to_contain_text(odd)
