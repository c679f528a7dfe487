"""The test session: its own data directory and database, the tripwires, the cast.

``PILOTAGE_TEST_DATABASE=postgresql`` runs the session on a PostgreSQL of its own; the default
is SQLite. Nothing of the caller's ``PILOTAGE_*`` environment reaches the tests.
"""

from __future__ import annotations

import functools
import gc
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

gc.disable()  # until all tests are collected: what is made by then stays, and walking it again and again is a tenth of the run

if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
    raise pytest.UsageError("unset DJANGO_SETTINGS_MODULE: the tests choose their settings themselves")

ROOT = Path(__file__).resolve().parent.parent
_wanted_database = os.environ.get("PILOTAGE_TEST_DATABASE", "sqlite")
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
_data_dir = Path(tempfile.mkdtemp(prefix=f"pilotage-tests-{_worker}"))

for name in [name for name in os.environ if name.startswith("PILOTAGE_") and not name.startswith("PILOTAGE_TEST_")]:
    del os.environ[name]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "pilotage.settings",
    "PILOTAGE_DATA_DIR": str(_data_dir),
    "PILOTAGE_PLAN_DIR": str(ROOT / "plans" / "industrial-internet-2023"),
    "PILOTAGE_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789-0123456789",
    "PILOTAGE_ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "PILOTAGE_BASE_URL": "http://testserver",
}
if _wanted_database == "postgresql":
    if "PILOTAGE_TEST_DATABASE_URL" not in os.environ:  # the controller starts it, the workers inherit the address
        from tests.postgres import CARELESS, Cluster

        os.environ["PILOTAGE_TEST_DATABASE_URL"] = Cluster(CARELESS).url("pilotage")
    os.environ["PILOTAGE_DATABASE_URL"] = os.environ["PILOTAGE_TEST_DATABASE_URL"]
elif _wanted_database != "sqlite":
    raise pytest.UsageError(f"PILOTAGE_TEST_DATABASE is sqlite or postgresql, not {_wanted_database!r}")

import django  # noqa: E402
from django.conf import settings  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]  # rescans static files for every client
if _wanted_database == "sqlite":
    # A file, not memory: two connections then behave as they do in service.
    settings.DATABASES["default"]["TEST"] = {"NAME": str(_data_dir / "test.sqlite3")}
django.setup()
# A worker inherits this environment and would set Django up before it comes here.
del os.environ["DJANGO_SETTINGS_MODULE"]

import factory.random  # noqa: E402
import hypothesis  # noqa: E402

from pilotage.plan import positions  # noqa: E402
from tests import append_only, tripwires  # noqa: E402

if TYPE_CHECKING:
    from django.test import Client

# the same plan files are loaded by hundreds of tests, and taking their YAML apart is most of it
positions.nodes = functools.lru_cache(maxsize=256)(positions.nodes)
tripwires.install()
append_only.let_flush_empty_the_chain()
hypothesis.settings.register_profile("pilotage", derandomize=True, deadline=None)
hypothesis.settings.load_profile("pilotage")


def pytest_configure(config: pytest.Config) -> None:
    config.add_cleanup(lambda: shutil.rmtree(_data_dir, ignore_errors=True))


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000)


def pytest_report_header() -> str:
    return f"database: {settings.DATABASES['default']['ENGINE'].rsplit('.', 1)[-1]}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, and of that what runs on PostgreSQL again: all but what tests/sqlite_only.txt names."""
    named = (line.split() for line in (ROOT / "tests" / "sqlite_only.txt").read_text(encoding="utf-8").splitlines()[1:])
    once = {f"{path}::{function}" for path, *functions in named for function in functions}
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"}:
            item.add_marker("database")
            if item.nodeid.partition("[")[0] not in once:
                item.add_marker("postgresql")


@pytest.fixture(autouse=True)
def _same_chance() -> None:
    random.seed(20231031)
    factory.random.reseed_random(20231031)


@pytest.fixture(autouse=True)
def _chinese_first() -> Iterator[None]:
    """Every test starts in the default language, whatever the one before it activated."""
    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """The cache is a table: a rollback empties it, the flush after a test that commits does not."""
    mark = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames) or (mark and mark.kwargs.get("transaction"))
    if commits:
        request.getfixturevalue("transactional_db")
    yield
    if commits:
        from django.core.cache import cache

        cache.clear()
    # what a process keeps of earlier calls goes by their keys, which each test gives anew
    for name in {"pilotage.calls.flow.pipeline", "pilotage.plan.kept", "pilotage.publications.site.change_number"} & set(sys.modules):
        sys.modules[name].forget()


@pytest.fixture(autouse=True)
def _pages_are_made_anew(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tests write rows without acts, and the numbers of acts come again in each; only those marked ``kept_pages`` keep public pages."""
    from pilotage.web import public_cache

    if request.node.get_closest_marker("kept_pages"):
        public_cache.store.forget()
        yield
        public_cache.store.forget()
    else:
        monkeypatch.setattr(public_cache, "is_shared", lambda _request: False)
        yield


@pytest.fixture(autouse=True)
def _media(request: pytest.FixtureRequest) -> None:
    """Files written by a test go into the test's own folder."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("settings").MEDIA_ROOT = request.getfixturevalue("tmp_path") / "media"


BEIJING = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> datetime:
    """``moment("2023-08-31 16:59")`` is that minute in Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.fixture
def at() -> Iterator[Any]:
    """``at("2023-08-31 16:59")`` pins the programme's clock until the test ends, or until pinned again."""
    from contextlib import ExitStack

    from pilotage.core import clock

    with ExitStack() as stack:

        def pin(text: str) -> datetime:
            stack.enter_context(clock.at(moment(text)))
            return clock.now()

        yield pin


@pytest.fixture
def cast(db: None) -> Any:
    """One person of each role around Suzhou in Jiangsu, their like elsewhere, and an outsider: tests/factories/accounts.py."""
    from tests.factories.accounts import cast as build

    return build()


@pytest.fixture
def client_for() -> Any:
    """``client_for(user)`` is a signed-in browser; ``client_for(None)`` an anonymous one."""
    from django.test import Client

    def make(user: Any = None, **defaults: Any) -> Client:
        client = Client(**defaults)
        if user is not None:
            client.force_login(user)
        return client

    return make
