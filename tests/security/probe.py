"""Ask one address in every role and way, and put everything back as it was."""

from functools import partial

from django.core.cache import cache
from django.db import transaction
from django.test import Client

from tests.security.addresses import path_of
from tests.security.world import ROLES, World

# The third way is one of PUT, PATCH and DELETE for each role, so that all are asked.
WAYS = {
    "GET": ("GET",) * len(ROLES),
    "POST": ("POST",) * len(ROLES),
    "other": ("PUT", "PATCH", "DELETE", "PUT", "PATCH", "DELETE"),
}
# What a form or a program has to send before it is asked whose the row is.
SENT = {
    "create/": {"pack": "ink", "prompt": "a red boat"},
    "looks/": {"prompt": "a red boat"},
    "generations/<uuid:id>/<int:index>/vary": {"how": "subtle"},
    "images/selection": {"do": "favourite"},
    "boards/<uuid:id>/rename": {"name": "Ours"},
    "boards/new": {"name": "Ours"},
    "account/tokens/": {"name": "ours"},
}
JSON = {
    "api/generations": {"pack": "ink", "prompt": "a red boat"},
    "api/looks": {"prompt": "a red boat"},
}


def answers(pattern: str, world: World) -> dict[str, str]:
    """For each way the status that each of ROLES gets, as in "302 302 200 200 302 200"."""
    path = path_of(pattern, world.rows)
    return {way: _answers(pattern, path, methods, world) for way, methods in WAYS.items()}


def _answers(pattern: str, path: str, methods: tuple[str, ...], world: World) -> str:
    asked = zip(ROLES, methods, strict=True)
    return " ".join(
        str(_status(world.browser(role), method, path, _sent(pattern, world)))
        for role, method in asked
    )


def _sent(pattern: str, world: World) -> dict:
    if pattern == "images/selection":
        return {"data": {**SENT[pattern], "image": [world.rows["image"]]}}
    if pattern in JSON:
        return {"data": JSON[pattern], "content_type": "application/json"}
    return {"data": SENT.get(pattern, {})}


def _status(browser: Client, method: str, path: str, sent: dict) -> int:
    cache.clear()  # allauth counts tries there
    with transaction.atomic():
        ask = (
            partial(browser.post, **sent) if method == "POST" else partial(browser.generic, method)
        )
        response = ask(path)
        transaction.set_rollback(True)
    response.close()
    return response.status_code
