"""Strict readers for ``PILOTAGE_*`` environment variables.

Every setting is read through one of these functions, so a typo in a value stops the start
with a sentence instead of changing behaviour silently. A variable ``NAME_FILE`` may hold the
path of a file with the value (container secrets).
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

Network = IPv4Network | IPv6Network


class EnvError(ValueError):
    """A setting is missing or cannot be read; the message names it and says what is expected."""


def envstr(name: str, default: str = "") -> str:
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise EnvError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    return os.environ.get(name, default)


def envbool(name: str, default: bool) -> bool:
    value = envstr(name)
    if value == "":
        return default
    if value not in {"True", "False"}:
        raise EnvError(f"{name}: expected True or False, got {value!r}")
    return value == "True"


def envint(name: str, default: int) -> int:
    value = envstr(name)
    if value == "":
        return default
    try:
        return int(value)
    except ValueError:
        raise EnvError(f"{name}: expected a whole number, got {value!r}") from None


def envchoice(name: str, choices: tuple[str, ...]) -> str:
    """One of ``choices``; the first where nothing is set."""
    value = envstr(name) or choices[0]
    if value not in choices:
        raise EnvError(f"{name}: expected one of {', '.join(choices)}, got {value!r}")
    return value


def envlist(name: str, default: list[str]) -> list[str]:
    value = envstr(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def networks(name: str, parts: list[str]) -> tuple[Network, ...]:
    """Addresses and networks (``127.0.0.1``, ``10.0.0.0/8``, ``fd00::/8``) of the setting ``name``."""
    try:
        return tuple(ip_network(part) for part in parts)
    except ValueError as error:
        raise EnvError(f"{name}: expected addresses or networks separated by commas: {error}") from None


def envpath(name: str, default: Path) -> Path:
    value = envstr(name)
    return Path(value).expanduser().resolve() if value else default


def make_folder(name: str, path: Path) -> None:
    """Make the folder that setting ``name`` points at, for this account and its group only."""
    try:
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvError(f"{name}: cannot make the folder {path}: {error.strerror}") from error


# Many short queries at once: helpers that a query starts, or compiling it, cost more than they save and take from the others.
ONE_PROCESS_PER_QUERY = "-c max_parallel_workers_per_gather=0 -c jit=off"


def database(url: str, sqlite_options: dict[str, object]) -> dict[str, object]:
    """Django's DATABASES entry for ``sqlite:///file`` or ``postgresql://user:pw@host:port/name``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "pilotage.core.queued_sqlite",
            "NAME": unquote(parts.path)[1:] or ":memory:",  # sqlite:///relative, sqlite:////absolute
            "OPTIONS": sqlite_options,
            "CONN_MAX_AGE": 600,
        }
    if parts.scheme in {"postgresql", "postgres"}:
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.pop("host", "") or parts.hostname or "",
            "PORT": str(query.pop("port", "") or parts.port or ""),
            "OPTIONS": {"options": ONE_PROCESS_PER_QUERY} | query,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    raise EnvError(f"PILOTAGE_DATABASE_URL: expected sqlite:///FILE or postgresql://…, got scheme {parts.scheme!r}")


def storage(url: str) -> dict[str, object]:
    """Django's STORAGES entry for attachments: ``file:///folder`` or ``s3://bucket/folder?endpoint=https://…&region=…``.

    Blank is the media folder. Keys of S3 come from ``PILOTAGE_S3_ACCESS_KEY`` and ``PILOTAGE_S3_SECRET_KEY``, else from
    wherever the AWS client finds them.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": unquote(parts.path)}}
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.netloc or set(query) - {"endpoint", "region"}:
        raise EnvError(f"PILOTAGE_STORAGE_URL: expected file:///FOLDER or s3://BUCKET/FOLDER?endpoint=…&region=…, got {url!r}")
    if find_spec("storages") is None:
        raise EnvError("PILOTAGE_STORAGE_URL: an S3 store needs further packages; run pip install 'pilotage[s3]'")
    options = {
        "bucket_name": parts.netloc,
        "location": unquote(parts.path).strip("/"),
        "endpoint_url": query.get("endpoint"),
        "region_name": query.get("region"),
        "access_key": envstr("PILOTAGE_S3_ACCESS_KEY") or None,
        "secret_key": envstr("PILOTAGE_S3_SECRET_KEY") or None,
        "default_acl": None,
        "file_overwrite": False,
    }
    known = {name: value for name, value in options.items() if value is not None or name == "default_acl"}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": known}
