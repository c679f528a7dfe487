"""Behind a proxy each reader is counted by the own address; nobody is believed who is no named proxy."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from pilotage.console.checks import proxies_are_named
from pilotage.core import env
from pilotage.core.env import EnvError
from pilotage.web.forwarded import set_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("127.0.0.1"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "reader"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # past the proxy: what it says of itself counts for nothing
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.9, 198.51.100.1", "198.51.100.1"),  # the left one was written by the reader
        ("127.0.0.1", "192.0.2.9, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1:51234", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("fd00::1", "[2001:db8::5]:443", "2001:db8::5"),
        ("127.0.0.1", "2001:db8::5", "2001:db8::5"),
        ("127.0.0.1", "198.51.100.1, unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, <script>, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "10.9.9.9", "10.9.9.9"),  # the proxy's own machines
        ("", "198.51.100.1", ""),
    ],
)
def test_the_reader_is_the_nearest_who_is_no_proxy(peer: str, forwarded: str, reader: str) -> None:
    meta = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded, "HTTP_X_FORWARDED_PROTO": "https"}
    set_address(meta, PROXIES)
    is_from_proxy = peer.startswith(("127", "fd00", "::ffff"))
    assert (meta["REMOTE_ADDR"], "HTTP_X_FORWARDED_FOR" in meta, "HTTP_X_FORWARDED_PROTO" in meta) == (reader, False, is_from_proxy)


def test_without_a_named_proxy_nothing_is_believed() -> None:
    meta: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1", "HTTP_X_FORWARDED_PROTO": "https"}
    set_address(meta, ())
    assert meta == {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"}


def sign_in(reader: str) -> bool:
    """Whether the reader is told that there were too many wrong passwords; each with another address of an account."""
    answers = [
        Client(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": f"192.0.2.{number}, {reader}"}).post(
            "/accounts/login/", {"login": f"{reader}-{number}@example.org", "password": "wrong"}
        )
        for number in range(11)
    ]
    return "登录失败次数过多" in answers[-1].content.decode()


def test_one_reader_behind_the_proxy_does_not_use_up_the_limit_of_others(cast: Any, settings: Any) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    assert sign_in("198.51.100.1")
    answer = Client(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "198.51.100.2"}).post(
        "/accounts/login/", {"login": "somebody@example.org", "password": "wrong"}
    )
    assert "登录失败次数过多" not in answer.content.decode()


def test_a_network_that_cannot_be_read_is_named(settings: Any) -> None:
    with pytest.raises(EnvError, match=r"^PILOTAGE_X: expected addresses or networks"):
        env.networks("PILOTAGE_X", ["the proxy"])
    settings.SECURE_PROXY_SSL_HEADER, settings.TRUSTED_PROXIES = ("HTTP_X_FORWARDED_PROTO", "https"), ()
    assert [message.id for message in proxies_are_named(None)] == ["pilotage.W001"]
    settings.TRUSTED_PROXIES = PROXIES
    assert proxies_are_named(None) == []
