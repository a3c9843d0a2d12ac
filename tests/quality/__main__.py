"""axe-core on every page and Lighthouse on the four that matter most.

make quality            # about fifteen minutes on two idle cores; a busy machine costs speed marks

axe_violations     rules broken, over every page, width, scheme and unfolded menu
lighthouse_min     the lowest mark of any page, category and preset
own_assets_kib     style sheets and scripts, gzipped, of the heaviest of those pages
terms              published words of the glossary
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.people import launch
from tests.browser.screenshots import furnish
from tests.house import ROOT, House
from tests.quality import lighthouse, places, report


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="housestyle-quality-") as folder,
        House(Path(folder), HOUSESTYLE_DEBUG="0") as house,
        sync_playwright() as player,
    ):
        browser = launch(player)
        session, paths = furnish(browser, house)
        seen = report.Seen(
            *places.broken_rules(browser, house, session, paths),
            own_assets=places.own_assets_kib(browser, house, session, paths),
            terms=_terms(house),
        )
        browser.close()
        if lighthouse.is_here():
            seen.marks += places.measured(player, house, session, paths)
        else:
            print(lighthouse.NO_NODE, file=sys.stderr)
    report.write(seen, ROOT / "docs" / "quality.md")
    print(report.page(seen))
    return 0 if seen.is_good else 1


def _terms(house: House) -> int:
    code = "from learn.models import Term; print(Term.objects.published().count())"
    return int(house.manage("shell", "-v", "0", "-c", code).stdout.split()[-1])


if __name__ == "__main__":
    sys.exit(main())
