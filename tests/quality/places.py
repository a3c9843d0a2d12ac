"""Where `make quality` looks: the pages that the photographs show, signed in and as a visitor."""

import gzip
import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.browser.screenshots import VISITOR
from tests.house import House
from tests.quality.axe import Finding, findings, findings_in_every_state
from tests.quality.lighthouse import PRESETS, Marks, marks

VIEWS = ((390, 844, "light"), (390, 844, "dark"), (1440, 900, "light"), (1440, 900, "dark"))
# Where speed and findability are measured. A result belongs to its person: measured signed in.
MEASURED = {"home": "home-visitor", "pack": "pack", "create": "create", "result": "generation-done"}
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')
Session = dict[str, Any]


def broken_rules(
    browser: Browser, house: House, session: Session, paths: Mapping[str, str]
) -> tuple[list[Finding], int]:
    """What axe-core finds on every page, at two widths, light and dark; and how often it looked."""
    found: list[Finding] = []
    for width, height, scheme in VIEWS:
        for name, path in paths.items():
            context = _context(
                browser, (width, height, scheme), None if name in VISITOR else session
            )
            page = context.new_page()
            page.goto(house.address + path)
            found += findings_in_every_state(page, f"{name} ({width}, {scheme})")
            context.close()
    return found + _refused(browser, house, session), len(VIEWS) * (len(paths) + 1)


def measured(
    player: Playwright, house: House, session: Session, paths: Mapping[str, str]
) -> list[Marks]:
    """Lighthouse's marks of each place on each preset, the result's signed in."""
    cookies = {"result": session["cookies"]}
    return [
        marks(player, name, house.address + paths[place], preset, cookies.get(name, []))
        for name, place in MEASURED.items()
        for preset in PRESETS
    ]


def own_assets_kib(
    browser: Browser, house: House, session: Session, paths: Mapping[str, str]
) -> dict[str, float]:
    """KiB of style sheets and scripts, gzipped, that each of the measured pages loads."""
    context = browser.new_context(storage_state=session)
    weights = {}
    for name, place in MEASURED.items():
        page = context.request.get(house.address + paths[place]).text()
        bodies = [
            context.request.get(house.address + path).body() for path in set(ASSET.findall(page))
        ]
        weights[name] = round(sum(len(gzip.compress(body)) for body in bodies) / 1024, 1)
    context.close()
    return weights


def _refused(browser: Browser, house: House, session: Session) -> list[Finding]:
    """The studio as it answers a form that it cannot take."""
    found = []
    for view in VIEWS:
        context = _context(browser, view, session)
        page = context.new_page()
        page.goto(f"{house.address}/create/")
        page.get_by_role("button", name="Generate").first.click()
        page.locator("[role=alert]").first.wait_for()
        found += findings(page, f"create-refused ({view[0]}, {view[2]})")
        context.close()
    return found


def _context(
    browser: Browser, view: tuple[int, int, str], session: Session | None
) -> BrowserContext:
    width, height, scheme = view
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        storage_state=session,
        reduced_motion="reduce",
    )
