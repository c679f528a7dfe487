"""What to know about the SQLite this site runs on."""

from __future__ import annotations

import sqlite3

from django.conf import settings
from django.utils.translation import gettext as _

# rare corruption with several connections in WAL mode, mended in 3.51.3 (sqlite.org/wal.html, "WAL-reset bug")
FIRST_SOUND = (3, 51, 3)


def advice() -> tuple[str, str] | None:
    """A sentence and what to do, in the active language, when this SQLite has the WAL-reset bug; None otherwise."""
    if "sqlite" not in str(settings.DATABASES["default"]["ENGINE"]) or sqlite3.sqlite_version_info >= FIRST_SOUND:
        return None
    return (
        _("SQLite %(version)s is older than 3.51.3 and may, very rarely, damage a database under concurrent writes.")
        % {"version": ".".join(map(str, sqlite3.sqlite_version_info))},
        _("For a ministry's site use PostgreSQL (docs/how-to/postgresql.md) or a newer SQLite; take backups in any case."),
    )
