"""Every address of the house as the URLconf has it, with a real row in each of its places."""

import re

from django.urls import URLPattern, URLResolver, get_resolver

Entry = URLPattern | URLResolver

PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


def patterns(entries: "list[Entry] | None" = None, before: str = "") -> list[str]:
    """Each pattern once, in the order of the URLconf, written as the URLconf writes it."""
    found: list[str] = []
    for entry in get_resolver().url_patterns if entries is None else entries:
        whole = before + str(entry.pattern)
        found += [whole] if isinstance(entry, URLPattern) else patterns(entry.url_patterns, whole)
    return list(dict.fromkeys(found))


def path_of(pattern: str, rows: dict[str, object]) -> str:
    """The address behind a pattern, with the owner's rows in its places."""
    if pattern in SPECIAL:
        return "/" + SPECIAL[pattern]
    pattern, keys = OTHERS.get(pattern, (pattern, {}))
    values = {**COMMON, **_values(pattern, rows), **{at: rows[row] for at, row in keys.items()}}
    return "/" + PLACE.sub(lambda place: str(values[place[1]]), pattern)


# Addresses of the URLconf asked once more, with rows of another kind or owner.
OTHERS = {
    "generations/<uuid:id>/ of a guest": ("generations/<uuid:id>/", {"id": "guests"}),
    "generations/<uuid:id>/<int:index>.png of a guest": (
        "generations/<uuid:id>/<int:index>.png",
        {"id": "guests"},
    ),
    "api/generations/<uuidstr:id> of a guest": ("api/generations/<uuidstr:id>", {"id": "guests"}),
    "generations/<uuid:id>/ of a trial": ("generations/<uuid:id>/", {"id": "trial"}),
    "generations/<uuid:id>/ removed": ("generations/<uuid:id>/", {"id": "removed"}),
    "packs/<slug:slug>/ of a draft": ("packs/<slug:slug>/", {"slug": "draft_slug"}),
    "packs/<slug:slug>/cover of a draft": ("packs/<slug:slug>/cover", {"slug": "draft_slug"}),
    "api/packs/<slug> of a draft": ("api/packs/<slug>", {"slug": "draft_slug"}),
    "learn/<slug:slug>/ hidden": ("learn/<slug:slug>/", {"slug": "hidden_term"}),
    "s/<str:token>/ unknown": ("s/<str:token>/", {"token": "draft_slug"}),
}
COMMON = {"index": 0, "slug": "ink", "width": 256, "kind": "webp", "language": "de"}
COMMON |= {"version": "0123456789ab", "content_type_id": 1}
SPECIAL = {
    r"admin/^(?P<app_label>accounts|auth|stylepacks|generation|learn)/$": "admin/stylepacks/",
    r"admin/(?P<url>.*)$": "admin/nowhere",
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": "accounts/confirm-email/abc/",
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "accounts/password/reset/key/1-abc/"
    ),
    "admin/r/<path:content_type_id>/<path:object_id>/": "admin/r/1/1/",
    "learn/<slug:slug>/": "learn/grain/",
    "learn/<slug:slug>/card.png": "learn/grain/card.png",
}
# By how a pattern begins: which row stands in the place of its key.
KEYS = {
    "generations/": {"id": "generation"},
    "api/generations": {"id": "generation"},
    "looks/": {"id": "sheet"},
    "api/looks": {"id": "sheet"},
    "boards/": {"id": "board"},
    "images/undo/": {"id": "removal"},
    "account/tokens/": {"pk": "token"},
    "s/": {"token": "share"},
    "gallery/": {"token": "share"},
    "packs/<slug:slug>/examples/": {"key": "example"},
    "packs/<slug:slug>/looks/": {"key": "look"},
    "admin/accounts/user/": {"id": "user", "object_id": "user"},
    "admin/auth/group/": {"object_id": "group"},
    "admin/accounts/apitoken/": {"object_id": "token"},
    "admin/stylepacks/packversion/pictures/": {"pk": "preview_picture"},
    "admin/stylepacks/packversion/": {"pk": "draft_version", "object_id": "version"},
    "admin/stylepacks/stylepack/": {"pk": "pack", "object_id": "pack"},
    "admin/stylepacks/lora/": {"object_id": "lora"},
    "admin/stylepacks/checkpoint/": {"object_id": "checkpoint"},
    "admin/generation/standing/": {"pk": "standing", "object_id": "standing"},
    "admin/generation/generation/": {"object_id": "generation"},
    "admin/generation/deadletter/": {"object_id": "dead_letter"},
    "admin/generation/worker/": {"object_id": "worker"},
    "admin/generation/fairshare/": {"object_id": "fairshare"},
    "admin/learn/term/": {"pk": "term", "object_id": "term"},
}


def _values(pattern: str, rows: dict[str, object]) -> dict[str, object]:
    for start, keys in KEYS.items():
        if pattern.startswith(start):
            return {place: rows[row] for place, row in keys.items()}
    return {}
