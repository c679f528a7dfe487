"""Calling PostgreSQL's own programs with the connection of the settings."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from django.conf import settings


def program(name: str) -> str:
    """The newest installed version: pg_dump must not be older than the server."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parent.parent.name))
    return str(versions[-1]) if versions else shutil.which(name) or name


def command(name: str, *arguments: str) -> list[str]:
    return [program(name), *arguments]


def environment() -> dict[str, str]:
    database = settings.DATABASES["default"]
    values = {
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
    }
    return {**os.environ, **{name: str(value) for name, value in values.items() if value}}
