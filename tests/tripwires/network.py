"""No test talks to anything but this machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


class NetworkUse(AssertionError):
    pass


def _is_here(family: int, address: Any) -> bool:
    if family == socket.AF_UNIX:
        return True
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes):
        host = host.decode()
    if host in {"", "localhost", None}:
        return True
    try:
        return ipaddress.ip_address(str(host).split("%")[0]).is_loopback
    except ValueError:
        return False


def install() -> None:
    original_connect, original_connect_ex = socket.socket.connect, socket.socket.connect_ex
    original_lookup = socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        if not _is_here(self.family, address):
            raise NetworkUse(f"a test tried to reach {address}")
        original_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        if not _is_here(self.family, address):
            raise NetworkUse(f"a test tried to reach {address}")
        return original_connect_ex(self, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_here(socket.AF_INET, (host,)):
            raise NetworkUse(f"a test tried to look up {host}")
        return original_lookup(host, *args, **kwargs)

    socket.socket.connect = connect  # type: ignore[method-assign, assignment]
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = getaddrinfo
