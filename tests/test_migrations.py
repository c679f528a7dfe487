"""The other tests make their tables from the models. Here migrations make them, and both are the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.schema import schema
from tests.sharing import migrated

ROOT = Path(__file__).resolve().parent.parent


def own_process(tmp_path: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PILOTAGE_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "pilotage.settings"}
    return subprocess.run(
        [sys.executable, "-m", *arguments], env=environment | extra, cwd=ROOT, capture_output=True, text=True, check=False
    )


def database(tmp_path: Path) -> dict[str, str]:
    """An empty database beside the one of the tests, as a setting."""
    if connection.vendor == "sqlite":
        return {}
    name = "migrated_for_comparison"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    return {"PILOTAGE_DATABASE_URL": os.environ["PILOTAGE_TEST_DATABASE_URL"].replace("/pilotage?", f"/{name}?")}


@pytest.mark.django_db(transaction=True)
def test_migrations_make_what_the_models_say(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    extra = database(tmp_path)
    if extra:
        done = own_process(tmp_path, "pilotage", "migrate", "-v", "0", **extra)
        assert (done.returncode, done.stderr) == (0, "")
    else:  # the one that the tests of kills and backups stand on
        shutil.copy(migrated(tmp_path_factory), tmp_path)
    told = own_process(tmp_path, "tests.schema", **extra)
    assert told.returncode == 0, told.stderr
    found, made = json.loads(told.stdout), json.loads(json.dumps(schema(connection)))
    assert sorted(found) == sorted(made)
    # the tables of django.contrib.auth are Django's to keep
    ours = [table for table in made if not table.startswith("auth_")]
    assert {table: (found[table], made[table]) for table in ours if found[table] != made[table]} == {}


def test_no_migration_is_pending(tmp_path: Path) -> None:
    asked = own_process(tmp_path, "pilotage", "makemigrations", "--check", "--dry-run")
    assert (asked.returncode, asked.stdout) == (0, "No changes detected\n"), asked.stderr
