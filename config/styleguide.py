"""`/styleguide/` (debug only): every token and every component in all its states."""

import re
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stylepacks.shelf import shelf

TOKEN = re.compile(r"^\s*--([\w-]+):", re.MULTILINE)
GROUPS = {
    "Type": ("text-", "font-", "leading"),
    "Space": ("space-", "gutter", "page", "measure", "header"),
    "Corners": ("radius-",),
    "Shadows": ("shadow-", "focus"),
    "Motion": ("quick", "calm", "ease"),
}
COLOURS = "Colours"
SIZES = ("text-xs", "text-sm", "text-md", "text-lg", "text-xl", "text-2xl", "text-3xl", "text-4xl")


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    sheet = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
    context = {
        "groups": tokens_of(sheet.read_text(encoding="utf-8")),
        "sizes": SIZES,
        "cards": shelf().cards[:2],
        "levels": ("", "success", "error", "accent"),
    }
    return render(request, "styleguide.html", context)


def tokens_of(sheet: str) -> dict[str, list[str]]:
    """The sheet's custom properties by what they are for, each once."""
    groups: dict[str, list[str]] = {COLOURS: [], **{name: [] for name in GROUPS}}
    for name in dict.fromkeys(TOKEN.findall(sheet)):
        groups[_group_of(name)].append(name)
    return groups


def _group_of(name: str) -> str:
    # "text", "text-soft" and "text-faint" are colours, "text-sm" is a size.
    if name in {"text-soft", "text-faint", "page-bg", "header-bg"}:
        return COLOURS
    return next((group for group, starts in GROUPS.items() if name.startswith(starts)), COLOURS)
