"""A picture's way through the gallery: shown, liked, reported, looked at, taken out."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.people import Person, generate, sign_in, sign_up, wait_for_picture
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.model]

OWNER = Person("painter@example.org")
ADMIN = Person("gallery-curator@example.org")
WORDS = "a green house in the mountains at dawn"


@pytest.fixture
def visitors(browser: Browser):
    """Makes visitors who know nothing of each other."""
    opened: list[BrowserContext] = []

    def arrive(**how) -> Page:
        opened.append(browser.new_context(**how))
        return opened[-1].new_page()

    yield arrive
    for context in opened:
        context.close()


def show_to_everybody(page: Page, house: House) -> str:
    generate(page, house, WORDS)
    wait_for_picture(page)
    page.locator(".picture a").first.click()
    page.locator("summary", has_text="Share").click()
    page.get_by_label("Everybody: it hangs in the gallery").check()
    page.get_by_label("Shown beside the picture").check()
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("main")).to_contain_text("hangs in the gallery")
    return page.url


def complain(page: Page, house: House, reason: str) -> None:
    page.goto(f"{house.address}/gallery/")
    page.get_by_role("link", name=WORDS).click()
    page.get_by_role("link", name="Report").click()
    page.get_by_label(reason).check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def decide(page: Page, house: House, how: str) -> None:
    page.goto(f"{house.address}/admin/generation/standing/")
    page.get_by_role("link", name=WORDS).click()
    page.get_by_role("button", name=how).click()
    expect(page.locator("body")).to_contain_text("reads why" if "Take" in how else "dismissed")


def expect_hanging(page: Page, house: House, count: int) -> None:
    page.goto(f"{house.address}/gallery/")
    expect(page.get_by_role("link", name=WORDS)).to_have_count(count)


def test_it_is_shown_liked_reported_kept_and_taken_out(page: Page, house: House, visitors):
    sign_up(page, house, OWNER)
    own = show_to_everybody(page, house)

    friend = visitors()
    expect_hanging(friend, house, 1)
    heart = friend.locator(".hung", has=friend.get_by_alt_text(WORDS)).locator(".like__button")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart).to_contain_text("1")

    for _ in range(3):
        complain(visitors(), house, "It is offensive or hurtful")
    expect_hanging(friend, house, 0)
    page.goto(own)
    expect(page.locator("main")).to_contain_text("out of the gallery until a curator has looked")

    house.manage("shell", "-c", ADMIN.make_superuser)
    curator = visitors()
    sign_in(curator, house, ADMIN)
    decide(curator, house, "Keep in the gallery")
    expect_hanging(friend, house, 1)
    expect(friend.locator(".like__count").first).to_have_text("1")

    for _ in range(3):
        complain(visitors(), house, "It is not in the spirit")
    expect_hanging(friend, house, 0)
    decide(curator, house, "Take out of the gallery")
    page.goto(own)
    expect(page.locator("main")).to_contain_text("it cannot be public again")
    page.locator("summary", has_text="Share").click()
    expect(page.get_by_label("Everybody: it hangs in the gallery")).to_be_disabled()


def test_it_is_walked_liked_and_reported_without_javascript(page: Page, house: House, visitors):
    sign_up(page, house, Person("quiet-painter@example.org"))
    show_to_everybody(page, house)
    plain = visitors(java_script_enabled=False)
    plain.goto(f"{house.address}/gallery/?sort=liked")
    heart = plain.locator(".like__button").first
    heart.click()
    assert "/gallery/?sort=liked#p-" in plain.url
    expect(plain.locator(".like__button").first).to_have_attribute("aria-pressed", "true")
    plain.get_by_label("Made with").select_option(index=1)
    plain.get_by_role("button", name="Show").click()
    expect(plain.locator(".hung")).to_have_count(1)
    complain(plain, house, "It is not in the spirit")
    plain.go_back()
    plain.goto(f"{house.address}/gallery/")
    plain.get_by_role("link", name="Make one like this").first.click()
    expect(plain.locator("textarea[name=prompt]")).to_have_value(WORDS)
