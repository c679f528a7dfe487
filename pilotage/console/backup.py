"""A copy of everything that cannot be made again: database, attachments, and proof that they fit.

Order matters: the database is copied first, at one moment; files come after it. Attachments are
never rewritten or removed, so every file the copied database speaks of is there to be copied,
whatever is written meanwhile. The copy appears under its name only when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, models, transaction
from django.utils import timezone

from pilotage.audit.chain import GENESIS
from pilotage.console import postgres

FORMAT = 1
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
FILES = "files"
FILE_LIST = "files.sha256"
MANIFEST = "manifest.json"
DEMO = "demo.json"


class BackupError(Exception):
    """A backup cannot be made or is not whole; ``str()`` is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Manifest:
    format: int
    made_at: str
    pilotage: str
    database: str  # sqlite or postgresql
    database_sha256: str
    files: int
    files_bytes: int
    files_sha256: str  # of the list of files
    audit_number: int
    audit_digest: str

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        try:
            content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            manifest = cls(**content)
        except (OSError, ValueError, TypeError) as error:
            raise BackupError(f"{folder} is no backup: {MANIFEST} cannot be read ({error}).") from error
        if manifest.format != FORMAT:
            raise BackupError(f"this backup has format {manifest.format}; this version of Pilotage reads format {FORMAT}.")
        return manifest


@dataclass(frozen=True, slots=True)
class Content:
    """What the copied database says of itself."""

    file_names: list[str]
    audit_number: int
    audit_digest: str


def make(target: Path) -> Manifest:
    """Write a backup to ``target``, which must not exist yet (or be an empty folder)."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError(f"{target} is not empty; name a new folder for each backup.")
    partial = target.with_name(f"{target.name}.partial")
    if partial.exists():
        raise BackupError(f"{partial} is left from a backup that was interrupted or still runs; remove it first.")
    partial.mkdir(parents=True, mode=0o700)
    try:
        manifest = _write(partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    if target.exists():
        target.rmdir()
    partial.rename(target)
    sync_folder(target.parent)
    return manifest


def _write(folder: Path) -> Manifest:
    vendor = connection.vendor
    database = folder / DATABASE[vendor]
    content = _copy_sqlite(database) if vendor == "sqlite" else _copy_postgresql(database)
    lines, total = _copy_files(folder / FILES, content.file_names)
    missing = sorted(set(content.file_names) - lines.keys())
    if missing:
        raise BackupError(f"{len(missing)} file(s) the database speaks of are missing, first {missing[0]}. Run `pilotage verify`.")
    listing = "".join(f"{digest}  {FILES}/{name}\n" for name, digest in sorted(lines.items()))
    write_synced(folder / FILE_LIST, listing)
    marker = Path(settings.DATA_DIR) / DEMO
    if marker.is_file():
        copy_file(marker, folder / DEMO)
    manifest = Manifest(
        FORMAT,
        timezone.now().isoformat(timespec="seconds"),
        version("pilotage"),
        vendor,
        file_digest(database),
        len(lines),
        total,
        hashlib.sha256(listing.encode()).hexdigest(),
        content.audit_number,
        content.audit_digest,
    )
    write_synced(folder / MANIFEST, json.dumps(asdict(manifest), indent=2) + "\n")
    return manifest


def _copy_sqlite(target: Path) -> Content:
    """VACUUM INTO reads one moment and blocks nobody; the stepped backup API never ends under writes."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])
    with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as copy:
        verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
        if verdict != "ok":
            raise BackupError(f"the copied database is damaged: {verdict}")
        names = [name for query in _file_queries() for (name,) in copy.execute(query)]
        number, digest = copy.execute("SELECT number, digest FROM audit_audithead").fetchone() or (0, GENESIS)
    sync_file(target)
    return Content(names, number, digest)


def _copy_postgresql(target: Path) -> Content:
    """pg_dump and our own reading share one exported snapshot, so both see the same moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        run(postgres.command("pg_dump", "-Fc", "-Z1", "--no-owner", f"--snapshot={snapshot}", "--file", str(target)))
        names: list[str] = []
        for query in _file_queries():
            cursor.execute(query)
            names += [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT number, digest FROM audit_audithead")
        number, digest = cursor.fetchone() or (0, GENESIS)
    sync_file(target)
    return Content(names, number, digest)


def run(command: list[str]) -> None:
    done = subprocess.run(command, env=postgres.environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def file_columns() -> Iterator[tuple[type[models.Model], models.FileField]]:
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.FileField):
                yield model, field


def _file_queries() -> list[str]:
    return [f"SELECT {f.column} FROM {m._meta.db_table} WHERE {f.column} <> ''" for m, f in file_columns()]


def _copy_files(target: Path, names: Iterable[str]) -> tuple[dict[str, str], int]:
    """Copy the media folder, or from another store the files that are named; returns the digest of each by its name, and the bytes in all."""
    target.mkdir()
    root = media_folder()
    if root is None:
        digests = {name: _fetch(name, target / name) for name in sorted(set(names)) if default_storage.exists(name)}
    else:
        sources = [path for path in sorted(root.rglob("*")) if path.is_file()] if root.is_dir() else []
        digests = {path.relative_to(root).as_posix(): copy_file(path, target / path.relative_to(root)) for path in sources}
    return digests, sum((target / name).stat().st_size for name in digests)


def media_folder() -> Path | None:
    """Where attachments lie on this machine; None when they lie in a store elsewhere."""
    return Path(default_storage.location) if isinstance(default_storage, FileSystemStorage) else None


def _fetch(name: str, target: Path) -> str:
    """Out of the store in constant memory; returns the SHA-256 of what was written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with default_storage.open(name) as reader, target.open("wb") as writer:
        for block in reader.chunks():
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def copy_file(source: Path, target: Path) -> str:
    """Copy in constant memory, sync, and return the SHA-256 of what was written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("wb") as writer:
        while block := reader.read(1024 * 1024):
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
