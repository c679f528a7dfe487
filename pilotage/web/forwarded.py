"""Whose request it is behind a proxy: the address that limits and sign-in count by.

Anybody can write ``X-Forwarded-For``. It is read only from a proxy that ``PILOTAGE_TRUSTED_PROXIES`` names, from the right, because each
proxy adds on the right whom it heard: the first address that is no trusted proxy is the reader's. What such a proxy did not send is
removed, so nothing behind this middleware can be told a made-up address or scheme by a reader who comes past the proxy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from pilotage.core.env import Network

FORWARDED_FOR, FORWARDED_PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"


class ForwardedAddressMiddleware:
    """Puts the reader's address where everything looks for it, into ``REMOTE_ADDR``. Stands before all that counts by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        set_address(request.META, settings.TRUSTED_PROXIES)
        return self.get_response(request)


def set_address(meta: dict[str, Any], trusted: Sequence[Network]) -> None:
    forwarded = meta.pop(FORWARDED_FOR, "")
    if not trusted:
        return
    if not _is_trusted(_address(meta.get("REMOTE_ADDR", "")), trusted):
        meta.pop(FORWARDED_PROTO, None)
        return
    meta["REMOTE_ADDR"] = reader(meta["REMOTE_ADDR"], forwarded, trusted)


def reader(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The nearest address that is no trusted proxy; the last one that could be read where there is none. One that cannot be read ends it."""
    nearest = peer
    for part in reversed(forwarded.split(",")):
        found = _address(part)
        if found is None:
            break
        nearest = str(found)
        if not _is_trusted(found, trusted):
            break
    return nearest


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Also with a port, as some proxies write it; an IPv4 address in IPv6 clothes is the IPv4 address."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_trusted(found: IPv4Address | IPv6Address | None, trusted: Sequence[Network]) -> bool:
    return found is not None and any(found in network for network in trusted if network.version == found.version)
