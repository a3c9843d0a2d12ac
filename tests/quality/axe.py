"""axe-core on a page as it stands, and on everything a page can unfold."""

from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
# Colours on their way from one state to the next are nobody's colours.
STILL = "Promise.allSettled(document.getAnimations().map(each => each.finished))"


@dataclass(frozen=True)
class Finding:
    """One rule that a page breaks, with the elements that break it."""

    page: str
    rule: str
    says: str
    elements: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {self.rule}, {self.says}: " + "; ".join(self.elements)


def findings(page: Page, name: str) -> list[Finding]:
    """What axe-core's whole set of rules finds on the page as it stands."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        Finding(name, each["id"], each["help"], tuple(_short(node) for node in each["nodes"]))
        for each in found
    ]


def findings_in_every_state(page: Page, name: str) -> list[Finding]:
    """As it opens, and once more with every menu and fold of it open."""
    closed = findings(page, name)
    if not page.locator("details").count():
        return closed
    page.evaluate(UNFOLD)
    page.evaluate(STILL)
    return closed + findings(page, f"{name}, unfolded")


def _short(node: dict[str, object]) -> str:
    reasons = [check["message"] for check in [*node["any"], *node["all"], *node["none"]]]  # type: ignore[misc]
    return f"{node['html'][:140]} ({'; '.join(reasons)[:200]})"  # type: ignore[index]
