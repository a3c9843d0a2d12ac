"""Who may read figures: the bearer of a token, or, while there is none, this machine alone."""

import hmac
from collections.abc import Mapping
from typing import Any

from django.conf import settings

LOOPBACK = frozenset({"127.0.0.1", "::1"})
# A request with one of these came through a proxy, and its own address says nothing.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
REFUSAL = (
    "Send “Authorization: Bearer …” with the token in HOUSESTYLE_METRICS_TOKEN; "
    "without such a token figures are open to the machine itself alone.\n"
)


def may_read(request: Mapping[str, Any]) -> bool:
    """`request` is in the words of CGI, as Django's META and a WSGI environment are."""
    token = str(settings.METRICS_TOKEN)
    if token:
        sent = str(request.get("HTTP_AUTHORIZATION", ""))
        return hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())
    is_behind_proxy = settings.ALLAUTH_TRUSTED_PROXY_COUNT > 0 or any(map(request.get, FORWARDED))
    return request.get("REMOTE_ADDR") in LOOPBACK and not is_behind_proxy
