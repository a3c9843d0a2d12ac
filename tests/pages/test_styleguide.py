"""The style guide shows what the sheets define; only a house in debug has it at an address."""

from pathlib import Path

from config.styleguide import styleguide, tokens_of

ROOT = Path(__file__).resolve().parents[2]


def test_it_has_no_address_outside_of_debug(client, db):
    assert client.get("/styleguide/").status_code == 404


def test_it_shows_every_token_in_one_group(rf, db, monkeypatch):
    sheet = (ROOT / "static" / "css" / "tokens.css").read_text()
    groups = tokens_of(sheet)
    assert {"accent", "text-soft", "page-bg", "line"} <= set(groups["Colours"])
    assert "text-sm" in groups["Type"]
    assert all(groups.values())
    names = [name for group in groups.values() for name in group]
    assert len(names) == len(set(names))
    request = rf.get("/styleguide/")
    request.user, request.resolver_match, request.session = _visitor(), None, {}
    page = styleguide(request).content.decode()
    assert all(f'data-token="{name}"' in page for name in names)


def _visitor():
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()
