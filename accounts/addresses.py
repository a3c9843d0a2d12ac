"""Whose network a visitor comes from: kept as a keyed digest, never in clear."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# One household usually holds a whole IPv6 /64.
IPV6_PREFIX = 64


def address_of(request: HttpRequest) -> str:
    """The keyed digest of the client's public address, proxies heeded as allauth is told to.

    Empty for a private or unknown address: that is this machine, a house network, or a proxy
    nobody has told us about, and then one busy guest must not lock out all others.
    """
    network = _network(request)
    if not network:
        return ""
    return salted_hmac("accounts.addresses", network, algorithm="sha256").hexdigest()


def _network(request: HttpRequest) -> str:
    try:
        address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    except (ValueError, PermissionDenied):
        return ""
    if not address.is_global:
        return ""
    prefix = IPV6_PREFIX if address.version == 6 else address.max_prefixlen
    return str(ipaddress.ip_network((address, prefix), strict=False))
