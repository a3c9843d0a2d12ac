"""What people do in the browser, named as they would say it."""

from dataclasses import dataclass

from playwright.sync_api import Browser, Page, Playwright

from tests.house import House

CHROMIUM = "/usr/bin/chromium"
PICTURE_MILLISECONDS = 60_000
PICTURE_READY = """
() => [...document.querySelectorAll('main img')]
  .some(i => i.src.includes('/generations/') && i.src.endsWith('.png')
    && i.complete && i.naturalWidth >= 512)
"""


@dataclass(frozen=True)
class Person:
    email: str
    password: str = "a long passphrase"

    @property
    def make_superuser(self) -> str:
        return (
            "from accounts.models import User;"
            f"User.objects.create_superuser('{self.email}', '{self.email}', '{self.password}')"
        )


MAKER = Person("maker@example.org")
CURATOR = Person("curator@example.org")


def launch(player: Playwright) -> Browser:
    return player.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
    )


def sign_up(page: Page, house: House, person: Person) -> None:
    page.goto(f"{house.address}/accounts/signup/")
    page.get_by_label("Email").fill(person.email)
    page.locator("input[name=password1]").fill(person.password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/signup" not in url)


def sign_in(page: Page, house: House, person: Person) -> None:
    page.goto(f"{house.address}/accounts/login/")
    page.get_by_label("Email").fill(person.email)
    page.locator("input[name=password]").fill(person.password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def generate(page: Page, house: House, prompt: str, pack: str = "") -> str:
    """Type into the studio and press Generate; returns the path of the generation's page."""
    page.goto(f"{house.address}/create/?pack={pack}")
    page.locator("textarea[name=prompt]").fill(prompt)
    page.get_by_role("button", name="Generate").first.click()
    page.wait_for_url("**/generations/*/")
    return page.url.removeprefix(house.address)


def wait_for_picture(page: Page) -> None:
    page.wait_for_function(PICTURE_READY, timeout=PICTURE_MILLISECONDS)
