from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.durability import scene
from tests.e2e.server import Server
from tests.postgres import Cluster
from tests.sharing import TABLES, migrated, static_files

_serial = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker("durability")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    started = Cluster()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return static_files(tmp_path_factory)


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, made once a run: the installations have copies of it."""
    return migrated(tmp_path_factory)


@pytest.fixture(scope="session")
def postgresql_tables(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> str:
    """The same on PostgreSQL, by its name, made from the models: migrating takes a quarter of a minute, and has a test on PostgreSQL."""
    Server(tmp_path_factory.mktemp("postgresql"), database_url=cluster.create("tables")).shell(TABLES)
    return "tables"


@pytest.fixture
def site(tmp_path: Path, static_root: Path, sqlite_tables: Path) -> Server:
    """Migrated, on SQLite, standing in August 2023, nothing in it."""
    server = Server(tmp_path / "site", static_root=static_root, workers=2)
    scene.stand_in_august(server.data_dir)
    shutil.copy(sqlite_tables, server.data_dir / "pilotage.sqlite3")
    return server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])  # one server for all of them
def place(request: pytest.FixtureRequest, tmp_path: Path, static_root: Path) -> Iterator[Callable[..., Server]]:
    """``place("a")`` is an empty installation of that name, on SQLite and on PostgreSQL in turn."""
    made: list[Server] = []

    def make(name: str, migrated: bool = False) -> Server:
        url = ""
        if request.param == "postgresql":
            cluster: Cluster = request.getfixturevalue("cluster")
            like = request.getfixturevalue("postgresql_tables") if migrated else "template0"
            url = cluster.create(f"{name}_{next(_serial)}", like=like)
        server = Server(tmp_path / name, database_url=url, static_root=static_root, workers=2)
        if migrated and not url:
            shutil.copy(request.getfixturevalue("sqlite_tables"), server.data_dir / "pilotage.sqlite3")
        made.append(server)
        return server

    yield make
    for server in made:
        if server.process and server.process.poll() is None:
            server.kill()


@pytest.fixture
def installation(place: Callable[..., Server]) -> Server:
    """Migrated, on either database, standing in August 2023, nothing in it."""
    server = place("site", migrated=True)
    scene.stand_in_august(server.data_dir)
    return server


def in_scene(server: Server, call: str) -> Any:
    """Run one function of tests/durability/scene.py inside the installation."""
    return json.loads(server.shell(f"import json; from tests.durability import scene; print(json.dumps(scene.{call}))").splitlines()[-1])
