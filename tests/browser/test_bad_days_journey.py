"""Bad days in one house: ended sessions, packs that went, two tabs, double clicks, cut networks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import PICTURE_READY, Person, generate, sign_up
from tests.house import House, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.model]

WORDS = "a red boat & two <b>lamps</b> at sunset"
# The first picture waits for the worker's start as well.
READY = 120_000


@pytest.fixture(scope="module")
def own_house(tmp_path_factory) -> Iterator[House]:
    """A house whose web can stop and whose packs can be retired; its worker comes and goes."""
    folder = tmp_path_factory.mktemp("bad-days")
    with House(folder, HOUSESTYLE_GUEST_ALLOWANCE="8") as opened:
        yield opened


def write(page: Page, house: House, words: str, pack: str = "pixel-art") -> None:
    page.goto(f"{house.address}/create/?pack={pack}&strength=40&aspect=portrait")
    page.locator("textarea[name=prompt]").fill(words)


def press_generate(page: Page) -> None:
    page.get_by_role("button", name="Generate").first.click()


def rows(page: Page, house: House) -> int:
    page.goto(f"{house.address}/images/")
    return page.locator(".tile").count()


@pytest.mark.loses_connection
def test_it_reconnects_and_catches_up_after_the_web_was_away(page: Page, own_house: House):
    generate(page, own_house, "a red boat by the sea at sunset")
    expect(page.locator("h1")).to_have_text("Waiting for the worker")
    own_house.stop_web()
    expect(page.locator("[data-connection]")).to_be_visible(timeout=10_000)
    own_house.start_web()
    expect(page.locator("[data-connection]")).to_be_hidden(timeout=10_000)
    own_house.start_worker()
    page.wait_for_function(PICTURE_READY, timeout=READY)
    expect(page).to_have_title(re.compile("^✓ "))


def test_it_tells_on_other_pages_what_is_ready(page: Page, own_house: House):
    made = generate(page, own_house, "a white lighthouse at night")
    page.goto(f"{own_house.address}/packs/")
    badge = page.locator(".ready")

    def is_told() -> bool:
        # Not at once again: on two cores the pages would take the render's time.
        page.wait_for_timeout(2_000)
        page.reload()
        return badge.count() == 1

    wait_until(is_told, READY / 1000, "no badge")
    expect(badge).to_have_text("1 ready")
    badge.click()
    page.wait_for_url(f"**{made}")
    page.goto(f"{own_house.address}/packs/")
    expect(badge).to_have_count(0)


def test_it_notifies_a_hidden_tab_that_asked_for_it(browser: Browser, own_house: House):
    context = browser.new_context(permissions=["notifications"])
    context.add_init_script(
        "window.told = []; const Real = window.Notification;"
        "window.Notification = class { constructor(title, o) { told.push(title + ': ' + o.body); }"
        " addEventListener() {} static get permission() { return 'granted'; } };"
        "Object.defineProperty(document, 'hidden', { get: () => window.away ?? false });"
    )
    page = context.new_page()
    generate(page, own_house, "a green tree on a hill")
    page.get_by_role("button", name="Tell me when it is ready").click()
    expect(page.get_by_role("button", name="You will be told")).to_be_visible()
    page.evaluate("window.away = true")
    page.wait_for_function("() => told.length > 0", timeout=READY)
    assert page.evaluate("told") == ["Your picture is ready: a green tree on a hill"]
    icon = page.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", re.compile("favicon-ready"))
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(icon).not_to_have_attribute("href", re.compile("favicon-ready"))
    context.close()
    # From here on nobody paints, so that what is asked for stays in the queue.
    own_house.stop_worker()


def test_it_makes_one_generation_of_a_double_click(page: Page, own_house: House):
    write(page, own_house, WORDS)
    page.get_by_role("button", name="Generate").first.dblclick()
    page.wait_for_url("**/generations/*/")
    assert rows(page, own_house) == 1


def test_it_keeps_the_words_when_the_cookies_are_gone(page: Page, own_house: House):
    write(page, own_house, WORDS)
    page.context.clear_cookies()
    press_generate(page)
    expect(page.get_by_role("alert").first).to_contain_text("open too long")
    expect(page.locator("textarea[name=prompt]")).to_have_value(WORDS)
    expect(page.locator("input[name=pack]:checked")).to_have_value("pixel-art")
    expect(page.locator("input[name=strength]")).to_have_value("40")
    expect(page.locator("input[name=aspect]:checked")).to_have_value("portrait")
    press_generate(page)
    page.wait_for_url("**/generations/*/")
    expect(page.locator("main")).to_contain_text(WORDS)


def test_it_takes_the_words_through_a_new_sign_in(page: Page, own_house: House):
    person = Person("expired@example.org")
    sign_up(page, own_house, person)
    write(page, own_house, WORDS)
    own_house.manage(
        "shell", "-c", "from django.contrib.sessions.models import Session as S;"
        "S.objects.all().delete()",
    )  # fmt: skip
    press_generate(page)
    notice = page.get_by_role("alert").first
    expect(notice).to_contain_text("signed out meanwhile")
    expect(page.locator("textarea[name=prompt]")).to_have_value(WORDS)
    notice.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill(person.email)
    page.locator("input[name=password]").fill(person.password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/create/?*")
    expect(page.locator("textarea[name=prompt]")).to_have_value(WORDS)
    expect(page.locator("input[name=strength]")).to_have_value("40")
    assert rows(page, own_house) == 0


def test_it_says_when_the_pack_went_between_choosing_and_submitting(page: Page, own_house: House):
    write(page, own_house, WORDS, pack="linocut")
    own_house.manage(
        "shell", "-c", "from stylepacks import publishing; from stylepacks.models import StylePack;"
        "publishing.retire(StylePack.objects.get(slug='linocut'), None)",
    )  # fmt: skip
    press_generate(page)
    expect(page.get_by_role("alert").first).to_contain_text("retired")
    expect(page.locator("textarea[name=prompt]")).to_have_value(WORDS)
    expect(page.locator("input[name=pack][value=linocut]")).to_have_count(0)
    press_generate(page)
    page.wait_for_url("**/generations/*/")


def test_it_comes_back_with_the_words_and_makes_another(page: Page, own_house: House):
    write(page, own_house, WORDS)
    page.wait_for_url("**prompt=a*")
    press_generate(page)
    page.wait_for_url("**/generations/*/")
    page.go_back()
    expect(page.locator("textarea[name=prompt]")).to_have_value(WORDS)
    press_generate(page)
    page.wait_for_url("**/generations/*/")
    assert rows(page, own_house) == 2


def test_it_keeps_two_tabs_apart(page: Page, own_house: House):
    other = page.context.new_page()
    write(page, own_house, "a red boat in the first tab")
    write(other, own_house, "a blue cat in the second tab", pack="watercolour")
    press_generate(other)
    other.wait_for_url("**/generations/*/")
    press_generate(page)
    page.wait_for_url("**/generations/*/")
    expect(page.locator("main")).to_contain_text("first tab")
    expect(other.locator("main")).to_contain_text("second tab")
    # Cancelled in one tab, the other one sees it without a reload.
    twin = page.context.new_page()
    twin.goto(page.url)
    twin.get_by_role("button", name="Cancel").click()
    expect(page.locator("h1")).to_have_text("Cancelled")


def test_it_sends_nothing_while_offline(page: Page, own_house: House):
    write(page, own_house, WORDS)
    page.context.set_offline(True)
    press_generate(page)
    expect(page.locator("[data-offline]")).to_be_visible()
    expect(page.locator("textarea[name=prompt]")).to_have_value(WORDS)
    page.context.set_offline(False)
    expect(page.locator("[data-offline]")).to_be_hidden()
    press_generate(page)
    page.wait_for_url("**/generations/*/")


def test_it_is_used_by_keyboard_alone(page: Page, own_house: House):
    page.goto(f"{own_house.address}/create/?pack=pixel-art")
    page.locator("h1").focus()
    page.keyboard.press("]")
    page.keyboard.press("3")
    page.keyboard.press("a")
    expect(page.locator("input[name=count]:checked")).to_have_value("3")
    expect(page.locator("input[name=aspect]:checked")).to_have_value("portrait")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Switch single-key").check()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("1")
    expect(page.locator("input[name=count]:checked")).to_have_value("3")
    page.keyboard.press("?")
    dialog.get_by_label("Switch single-key").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("d[3? a red boat")
    expect(page.locator("textarea[name=prompt]")).to_have_value("d[3? a red boat")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/generations/*/")
