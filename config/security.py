"""What browsers are told to allow: policies, cookies, transport. Read by the settings."""

from typing import Any

from csp.constants import NONCE, NONE, SELF
from environ import Env

YEAR_SECONDS = 31_536_000
# What no page of the house uses, so that nothing that slips into one can use it either.
UNUSED_POWERS = (
    "accelerometer", "camera",
    "display-capture", "encrypted-media", "gamepad", "geolocation", "gyroscope", "hid",
    "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "serial",
    "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip

# How often one person, program or network may ask.
# By name, so that each has a variable of its own: HOUSESTYLE_LIMIT_SUBMIT, …
USUAL_LIMITS = {
    "submit": "30/minute",
    "share": "60/hour",
    "upload": "60/hour",
    "report": "20/hour",
    "like": "60/minute",
    "api": "300/minute",
    "api_visitor": "120/minute",
}


def policies(picture_host: str = "") -> dict[str, Any]:
    """The settings that hold on every installation; pictures may also come from `picture_host`."""
    images = [SELF, "data:", "blob:", *filter(None, [picture_host])]
    return {
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": _csp(images)},
        "PERMISSIONS_POLICY": {power: [] for power in UNUSED_POWERS},
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
    }


def transport(env: Env) -> dict[str, Any]:
    """The settings that need TLS before the house; none without HOUSESTYLE_HTTPS."""
    if not env.bool("HOUSESTYLE_HTTPS", default=False):
        return {}
    return {
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "LANGUAGE_COOKIE_SECURE": True,
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https",
        **_hsts(env),
    }


def _hsts(env: Env) -> dict[str, Any]:
    # Off where other names below this one are not served by TLS: a browser keeps it for a year.
    below = env.bool("HOUSESTYLE_HSTS_SUBDOMAINS", default=True)
    return {
        "SECURE_HSTS_SECONDS": YEAR_SECONDS,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": below,
        "SECURE_HSTS_PRELOAD": env.bool("HOUSESTYLE_HSTS_PRELOAD", default=below),
    }


def _csp(images: list[str]) -> dict[str, list[str]]:
    return {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": images,
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
