"""What every worker of one run needs and only one of them should make."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.server import Server

COLLECT = """
from django.conf import settings
from pilotage.console import serving
from pilotage.console.management.commands.serve import static_sources
serving.collect_static(settings.STATIC_ROOT, static_sources())
"""

# As the other tests make theirs; tests/test_migrations.py shows that migrations make the same. A fourth of the time.
TABLES = """
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

class Nothing:
    __contains__ = lambda self, app: True
    __getitem__ = lambda self, app: None

usual, settings.MIGRATION_MODULES = settings.MIGRATION_MODULES, Nothing()
call_command("migrate", run_syncdb=True, verbosity=0)
call_command("createcachetable", verbosity=0)
settings.MIGRATION_MODULES = usual
recorder = MigrationRecorder(connection)
recorder.ensure_schema()
for key, migration in MigrationLoader(None).disk_migrations.items():
    for app, name in [key, *migration.replaces]:
        recorder.record_applied(app, name)
"""


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder ``name`` of this run, filled by ``make`` in the worker that asks first; not to be changed by anybody.

    A ``make`` that fails leaves nothing, so the next one tries again.
    """
    base = factory.getbasetemp()
    # scripts/run_tests.py names a folder for all its parts
    shared = Path(os.environ.get("PILOTAGE_TEST_MADE") or (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base))
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = factory.mktemp(f"{name}-draft") / name
            make(draft)
            draft.rename(folder)
    return folder


def tables(factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables, made from the models, and nothing in them."""
    return made_once(factory, "tables", lambda folder: Server(folder).shell(TABLES)) / "pilotage.sqlite3"


def migrated(factory: pytest.TempPathFactory) -> Path:
    """The same, made by the migrations."""
    return made_once(factory, "migrated", lambda folder: Server(folder).run("migrate", "-v", "0")) / "pilotage.sqlite3"


def static_files(factory: pytest.TempPathFactory) -> Path:
    """The collected static files, for every server of the session."""
    return made_once(factory, "static", lambda folder: Server(factory.mktemp("collecting"), static_root=folder).shell(COLLECT))
