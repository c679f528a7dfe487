"""Putting a backup into an empty place. Nothing that is there is ever overwritten.

A SQLite database copied over one with a leftover ``-wal`` file is damaged at the first reading, so
leftover files are refused, not cleaned: they may be the only copy of somebody's last minutes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection

from pilotage.console import postgres
from pilotage.console.backup import (
    DATABASE,
    DEMO,
    FILE_LIST,
    FILES,
    BackupError,
    Manifest,
    copy_file,
    file_digest,
    media_folder,
    run,
    sync_folder,
)


def restore(folder: Path) -> Manifest:
    """Check the backup, check that the place is empty, copy. The caller verifies the audit chain afterwards."""
    manifest = Manifest.read(folder)
    if manifest.database != connection.vendor:
        raise BackupError(
            f"this backup is of a {manifest.database} database, PILOTAGE_DATABASE_URL names {connection.vendor}; they cannot be mixed."
        )
    check_whole(folder, manifest)
    occupied = what_is_in_the_way()
    if occupied:
        raise BackupError(f"{occupied} Restore only into an empty place: move it away first, or name another PILOTAGE_DATA_DIR.")
    _place_files(folder)
    if manifest.database == "sqlite":
        _place_sqlite(folder / DATABASE["sqlite"])
    else:
        run(
            postgres.command(
                "pg_restore",
                "--no-owner",
                "--exit-on-error",
                "--single-transaction",
                "-d",
                _database_name(),
                str(folder / DATABASE["postgresql"]),
            )
        )
    if (folder / DEMO).is_file():
        copy_file(folder / DEMO, Path(settings.DATA_DIR) / DEMO)
    return manifest


def check_whole(folder: Path, manifest: Manifest) -> None:
    """Every byte of the backup is the one that was written; raises BackupError naming the first that is not."""
    database = folder / DATABASE[manifest.database]
    if not database.is_file() or file_digest(database) != manifest.database_sha256:
        raise BackupError(f"{database.name} is missing or was changed after the backup was made.")
    try:
        listing = (folder / FILE_LIST).read_text(encoding="utf-8")
    except OSError:
        raise BackupError(f"{FILE_LIST} is missing.") from None
    if hashlib.sha256(listing.encode()).hexdigest() != manifest.files_sha256:
        raise BackupError(f"{FILE_LIST} was changed after the backup was made.")
    for digest, name in _lines(listing):
        path = folder / name
        if not path.is_file() or file_digest(path) != digest:
            raise BackupError(f"{name} is missing or was changed after the backup was made.")


def _lines(listing: str) -> Iterator[tuple[str, str]]:
    for line in listing.splitlines():
        digest, name = line.split("  ", 1)
        yield digest, name


def what_is_in_the_way() -> str:
    """A sentence naming what stands where the backup should go; empty when nothing does."""
    media = media_folder()
    if media and media.is_dir() and any(media.iterdir()):
        return f"{media} holds files."
    if connection.vendor == "sqlite":
        database = Path(str(settings.DATABASES["default"]["NAME"]))
        for suffix, what in (
            ("", "a database"),
            ("-wal", "the write-ahead log of a database"),
            ("-shm", "a shared-memory file of a database"),
            ("-journal", "the journal of a database"),
        ):
            path = Path(f"{database}{suffix}")
            if path.exists():
                return f"{path} is there: {what}."
        return ""
    tables = connection.introspection.table_names()
    return f"The PostgreSQL database holds {len(tables)} table(s)." if tables else ""


def _place_files(folder: Path) -> None:
    media = media_folder()
    for digest, name in _lines((folder / FILE_LIST).read_text(encoding="utf-8")):
        stored = Path(name).relative_to(FILES)
        if media is None:
            _send(folder / name, stored.as_posix(), digest)
        elif copy_file(folder / name, media / stored) != digest:
            raise BackupError(f"{name} could not be copied unchanged.")


def _send(source: Path, name: str, digest: str) -> None:
    """Into a store elsewhere, which need not be empty: what is there already must be the same, and is left alone."""
    if default_storage.exists(name):
        with default_storage.open(name) as there:
            found = hashlib.sha256()
            for block in there.chunks():
                found.update(block)
        if found.hexdigest() != digest:
            raise BackupError(f"the store holds another file under the name {name}; nothing was overwritten.")
        return
    with source.open("rb") as file:
        default_storage.save(name, File(file))


def _place_sqlite(source: Path) -> None:
    target = Path(str(settings.DATABASES["default"]["NAME"]))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.restoring")
    copy_file(source, partial)
    os.chmod(partial, 0o640)
    partial.rename(target)
    sync_folder(target.parent)


def _database_name() -> str:
    return str(settings.DATABASES["default"]["NAME"])
