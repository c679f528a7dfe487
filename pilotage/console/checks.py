"""Settings that contradict each other, said at the start with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning, register
from django.utils.translation import override

from pilotage.audit.chain import ALGORITHMS
from pilotage.core import sqlite


@register()
def settings_agree(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.HTTPS and settings.SECRET_KEY_IS_EPHEMERAL:
        found.append(
            Error(
                "The site is public (PILOTAGE_BASE_URL starts with https) but has no lasting secret key.",
                hint="Set PILOTAGE_SECRET_KEY or PILOTAGE_SECRET_KEY_FILE; `pilotage serve` writes a key on its first run without https.",
                id="pilotage.E001",
            )
        )
    if settings.HTTPS and settings.DEBUG:
        found.append(
            Error(
                "PILOTAGE_DEBUG is on while the site is public: error pages would show settings and data.",
                hint="Remove PILOTAGE_DEBUG, or use an http:// PILOTAGE_BASE_URL on your own machine.",
                id="pilotage.E002",
            )
        )
    if settings.HTTPS and settings.DEMO:
        found.append(
            Error(
                "The data directory holds the demonstration, whose accounts have public passwords, but the site is public.",
                hint="Point PILOTAGE_DATA_DIR at an empty folder for the real site.",
                id="pilotage.E003",
            )
        )
    if settings.AUDIT_HASH not in ALGORITHMS:
        found.append(
            Error(
                f"PILOTAGE_AUDIT_HASH is {settings.AUDIT_HASH!r}, which the audit chain does not know.",
                hint=f"Use one of: {', '.join(sorted(ALGORITHMS))}.",
                id="pilotage.E004",
            )
        )
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        found.append(
            Error(
                f"PILOTAGE_BASE_URL is {settings.BASE_URL!r}, which is no web address.",
                hint="Give scheme and host, for example https://pilotage.example.org.",
                id="pilotage.E005",
            )
        )
    elif not _host_is_allowed(parts.hostname):
        found.append(
            Error(
                f"PILOTAGE_ALLOWED_HOSTS does not hold {parts.hostname}, the host of PILOTAGE_BASE_URL: every page would be refused.",
                hint=f"Add {parts.hostname} to PILOTAGE_ALLOWED_HOSTS.",
                id="pilotage.E006",
            )
        )
    scanner = urlsplit(settings.CLAMAV)
    if settings.CLAMAV and not (scanner.scheme == "unix" and scanner.path) and not (scanner.scheme == "tcp" and scanner.hostname):
        found.append(
            Error(
                f"PILOTAGE_CLAMAV is {settings.CLAMAV!r}, which is no address of a virus scanner: no file would be scanned.",
                hint="Use unix:///run/clamav/clamd.ctl or tcp://127.0.0.1:3310.",
                id="pilotage.E007",
            )
        )
    return found


def _host_is_allowed(host: str) -> bool:
    from django.http.request import validate_host

    return validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS)


@register(deploy=True)
def proxies_are_named(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.SECURE_PROXY_SSL_HEADER is None or settings.TRUSTED_PROXIES:
        return []
    return [
        Warning(
            "PILOTAGE_BEHIND_PROXY is on, but no proxy is named: limits by network address count all readers behind it as one.",
            hint="Name the proxy's address in PILOTAGE_TRUSTED_PROXIES, for example 127.0.0.1.",
            id="pilotage.W001",
        )
    ]


@register(deploy=True)
def database_is_sound(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    advice = sqlite_advice()
    return [Info(advice[0], hint=advice[1], id="pilotage.I001")] if advice else []


def sqlite_advice() -> tuple[str, str] | None:
    """The advice in English, the language of every command."""
    with override("en"):
        return sqlite.advice()
