"""What every worker of one test session needs and only one of them should make."""

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


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder ``name`` of this session, filled by ``make`` in the worker that asks first; not to be changed by anybody.

    A ``make`` that fails leaves nothing, so the next one tries again.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = factory.mktemp(f"{name}-draft") / name
            make(draft)
            draft.rename(folder)
    return folder


def migrated(factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables and nothing in them."""
    return made_once(factory, "migrated", lambda folder: Server(folder).run("migrate", "-v", "0")) / "pilotage.sqlite3"


def static_files(factory: pytest.TempPathFactory) -> Path:
    """The collected static files, for every server of the session."""
    return made_once(factory, "static", lambda folder: Server(factory.mktemp("collecting"), static_root=folder).shell(COLLECT))
