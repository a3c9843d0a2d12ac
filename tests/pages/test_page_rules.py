"""What holds for every page: the policy, the weight of the first load, the error pages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    (ROOT / "templates").rglob("*.svg")
)
OWN_TEMPLATES = [path for path in TEMPLATES if "admin" not in path.parts]
INLINE = {
    "an inline style": re.compile(r"""\sstyle\s*=\s*["']""", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "an inline handler": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']""", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "evaluated htmx code": re.compile(r"""hx-on|hx-vals\s*=\s*["']js:""", re.I),
    "something from another host": re.compile(r"""(src|href)\s*=\s*["'](https?:)?//""", re.I),
}
FIRST_LOAD_BYTES = 60 * 1024
MAX_CSS_LINES = 250


@pytest.mark.parametrize("path", OWN_TEMPLATES, ids=lambda path: path.name)
def test_it_keeps_code_and_style_out_of_templates(path):
    text = path.read_text()
    assert [what for what, found in INLINE.items() if found.search(text)] == []


def test_it_keeps_templates_and_style_sheets_short():
    assert [path for path in OWN_TEMPLATES if len(path.read_text().splitlines()) > 150] == []
    sheets = (ROOT / "static" / "css").glob("*.css")
    assert [path for path in sheets if len(path.read_text().splitlines()) > MAX_CSS_LINES] == []


@pytest.mark.parametrize(
    "path",
    ["/", "/packs/", "/packs/ink/", "/create/", "/images/", "/gallery/", "/learn/", "/status/"],
)
def test_it_loads_little_of_its_own_at_first(client, ink, path):
    page = client.get(path).content.decode()
    own = re.findall(r'"/static/((?:css|js|img)/[^"]+)"', page)
    assert own
    assert sum((ROOT / "static" / name).stat().st_size for name in set(own)) <= FIRST_LOAD_BYTES


@pytest.mark.parametrize(
    "path",
    ["/", "/packs/", "/packs/ink/", "/create/", "/images/", "/gallery/", "/learn/", "/status/"],
)
def test_it_sends_a_strict_policy(client, ink, path):
    policy = client.get(path)["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_it_names_the_page_one_is_on(client, ink):
    assert 'href="/packs/" aria-current="page"' in client.get("/packs/").content.decode()


@pytest.mark.parametrize("path", ["/nothing-here/", "/generations/not-an-id/", "/packs/none/"])
def test_it_answers_unknown_addresses_with_a_page(client, db, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "Nothing at this address" in response.content.decode()


def test_it_has_a_page_for_its_own_faults():
    from django.template.loader import render_to_string

    assert "Something broke on our side" in render_to_string("500.html")
