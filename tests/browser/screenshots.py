"""Photograph every page at three widths, light and dark, into docs/screenshots/.

make screenshots        # about five minutes: it opens the real product and renders for real
"""

import io
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PIL import Image
from playwright.sync_api import APIResponse, Browser, Page, Route, sync_playwright

from tests.browser.people import CURATOR, MAKER, generate, sign_in, sign_up, wait_for_picture
from tests.browser.people import launch as launch_browser
from tests.browser.refused import dead_letter, refusals
from tests.house import ROOT, House

OUT = ROOT / "docs" / "screenshots"
WIDTHS = {390: 844, 820: 1180, 1440: 900}
SCHEMES = ("light", "dark")
WEBP_QUALITY = 70
LOOKS_MILLISECONDS = 300_000
PROMPTS = (
    "a red boat by the sea at sunset",
    "a white lighthouse by the sea at night",
    "a blue cat in the forest in daylight",
    "a yellow hot air balloon in the mountains at dawn",
)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="housestyle-shots-") as folder,
        House(Path(folder), HOUSESTYLE_DEBUG="0") as house,
        sync_playwright() as player,
    ):
        browser = launch_browser(player)
        session, paths = furnish(browser, house)
        for name, path in paths.items():
            _photograph(browser, session if name not in VISITOR else None, house, (name, path))
        for name in GERMAN:
            page_of = (f"{name}-german", paths[name])
            _photograph(browser, session, house, page_of, locale="de-DE")
        _photograph_admin(browser, house)
        for name, answer in refusals(browser, house):
            _photograph(browser, None, house, (name, "/shown/"), answer=answer)
        browser.close()
    print(f"{len(list(OUT.glob('*.webp')))} pictures in {OUT.relative_to(ROOT)}")


VISITOR = {
    "sign-in",
    "sign-up",
    "password-reset",
    "my-images-empty",
    "home-visitor",
    "gallery-visitor",
    "shared",
    "report",
}

# A language fills a page in its own way.
GERMAN = ("home", "packs", "create", "picture")


def furnish(browser: Browser, house: House) -> tuple[dict[str, object], dict[str, str]]:
    """A maker with pictures, one of them still waiting because the worker was stopped."""
    context = browser.new_context()
    page = context.new_page()
    sign_up(page, house, MAKER)
    house.start_worker()
    done = shared = ""
    for pack, prompt in zip(_slugs(page, house), PROMPTS, strict=False):
        done = generate(page, house, prompt, pack)
        wait_for_picture(page)
        shared = _show_to_everybody(page)
    looks = _ask_for_looks(page, house)
    page.locator("a[href$='/compare']").wait_for(timeout=LOOKS_MILLISECONDS)
    house.stop_worker()
    looks_waiting = _ask_for_looks(page, house)
    waiting = generate(page, house, PROMPTS[0], _slugs(page, house)[0])
    pack, *_, unseen = _slugs(page, house)
    state = context.storage_state()
    context.close()
    return state, {
        "home": "/",
        "home-visitor": "/",
        "packs": "/packs/",
        "pack": f"/packs/{pack}/",
        "packs-none": "/packs/?q=zebra&family=paint",
        "free": "/free/",
        "status": "/status/",
        "create": f"/create/?pack={pack}",
        "generation-done": done,
        "generation-waiting": waiting,
        "looks": looks,
        "looks-waiting": looks_waiting,
        "looks-compare": f"{looks}compare",
        "picture": f"{done}0/",
        "boards": "/boards/",
        "gallery": "/gallery/",
        "gallery-visitor": "/gallery/?sort=liked",
        "gallery-none": f"/gallery/?pack={unseen}",
        "shared": shared,
        "report": f"/gallery/{shared.split('/')[2]}/report",
        "my-images": "/images/",
        "my-images-empty": "/images/",
        "account": "/account/",
        "learn": "/learn/",
        "learn-term": "/learn/seed/",
        "sign-in": "/accounts/login/",
        "sign-up": "/accounts/signup/",
        "password-reset": "/accounts/password/reset/",
        "not-found": "/nothing-here/",
    }


def _show_to_everybody(page: Page) -> str:
    """Hang the picture that was just made in the gallery; the path of its link."""
    page.locator(".picture a").first.click()
    page.locator("summary", has_text="Share").click()
    page.get_by_label("Everybody: it hangs in the gallery").check()
    page.get_by_label("Shown beside the picture").check()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link to this picture").input_value()
    return "/s/" + link.split("/s/")[1]


def _ask_for_looks(page: Page, house: House) -> str:
    page.goto(f"{house.address}/create/")
    page.locator("textarea[name=prompt]").fill(PROMPTS[0])
    page.get_by_role("button", name="Draft in each look").click()
    page.wait_for_url("**/looks/*/")
    return page.url.removeprefix(house.address)


def _slugs(page: Page, house: House) -> list[str]:
    found = page.request.get(f"{house.address}/api/packs").json()
    return [pack["slug"] for pack in found]


def _views() -> Iterator[tuple[int, int, str]]:
    for width, height in WIDTHS.items():
        for scheme in SCHEMES:
            yield width, height, scheme


def _photograph(
    browser: Browser,
    session: dict[str, object] | None,
    house: House,
    page_of: tuple[str, str],
    locale: str = "en-GB",
    answer: APIResponse | None = None,
) -> None:
    """`answer` is shown in place of what the house would say at this path."""
    name, path = page_of
    for width, height, scheme in _views():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            storage_state=session,
            reduced_motion="reduce",
            locale=locale,
        )
        page = context.new_page()
        if answer is not None:
            page.route(house.address + path, partial(_give, answer))
        page.goto(house.address + path)
        _settle(page)
        _keep(page, f"{name}-{width}-{scheme}")
        context.close()


def _photograph_admin(browser: Browser, house: House) -> None:
    house.manage("shell", "-c", CURATOR.make_superuser)
    dead = dead_letter(house)
    context = browser.new_context()
    sign_in(context.new_page(), house, CURATOR)
    state = context.storage_state()
    context.close()
    for name, path in {
        "admin": "/admin/",
        "admin-packs": "/admin/stylepacks/stylepack/",
        "admin-version": "/admin/stylepacks/packversion/1/change/",
        "admin-upload": "/admin/stylepacks/lora/add/",
        "admin-reports": "/admin/generation/standing/",
        "admin-term": "/admin/learn/term/1/change/",
        "admin-dead-letters": "/admin/generation/deadletter/",
        "admin-dead-letter": f"/admin/generation/deadletter/{dead}/change/",
    }.items():
        _photograph(browser, state, house, (name, path))


def _give(answer: APIResponse, route: Route) -> None:
    route.fulfill(response=answer)


def _settle(page: Page) -> None:
    """Bring lazy images in; a page with an open event stream never goes idle, so no networkidle."""
    page.wait_for_load_state("load")
    # The page is drawn anew at its full height: pictures decoded beside that would come too late.
    page.evaluate("for (const i of document.images) { i.loading = 'eager'; i.decoding = 'sync' }")
    # A lazy image that has not begun to load calls itself complete; decoding waits for its pixels.
    page.evaluate("Promise.all([...document.images].map(i => i.decode()))")
    page.wait_for_timeout(250)


def _keep(page: Page, name: str) -> None:
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    picture.convert("RGB").save(OUT / f"{name}.webp", quality=WEBP_QUALITY, method=6)


if __name__ == "__main__":
    main()
